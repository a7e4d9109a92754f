"""Tests of infusion_etl.keap."""
