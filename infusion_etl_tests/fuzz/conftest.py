"""How long to fuzz: `./run test infusion_etl_tests/fuzz --hypothesis-profile=soak` looks far longer than the suite."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("soak", max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
