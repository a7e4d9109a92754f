"""REST hooks as an inbox: Keap tells which records changed, and just those are read before the next schedule does."""
