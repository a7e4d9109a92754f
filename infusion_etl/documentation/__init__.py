"""The reference pages of `docs/`, written from the catalogue and the tables: nothing in them is typed by hand."""
