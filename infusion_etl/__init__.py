"""Infusionsoft (Keap) reports into DuckDB datasets, on schedules."""
