"""Who we are to Keap: access keys, OAuth, the token store, locks."""
