"""Troubles by name, for `simulate --trouble NAME` and the control API."""

from __future__ import annotations

from types import MappingProxyType

from infusion_etl.simulator.trouble import TroubleKind as Kind
from infusion_etl.simulator.trouble import TroubleRule as Rule

PRESETS = MappingProxyType(
    {
        # a bad day of the network: every kind of broken answer, one call in seven or so
        "flaky": (
            Rule(Kind.SERVER_ERROR, probability=0.04),
            Rule(Kind.UNAVAILABLE, probability=0.03),
            Rule(Kind.BAD_GATEWAY, probability=0.02),
            Rule(Kind.CUT, probability=0.02),
            Rule(Kind.GARBLED, probability=0.01),
            Rule(Kind.EMPTY, probability=0.01),
            Rule(Kind.HTML_PAGE, probability=0.01),
            Rule(Kind.HANG_UP, probability=0.01),
        ),
        "brown-out": (Rule(Kind.BROWN_OUT),),
        # what Domo's connector describes: too slow a few times, then blocked a few times, then well again
        "slow-search": (Rule(Kind.QUERY_TOO_LONG, count=3),),
        "blocked-search": (Rule(Kind.QUERY_TOO_LONG, count=5), Rule(Kind.SEARCH_BLOCKED, first=6, count=2)),
        "slow": (Rule(Kind.SLOW, seconds=2.0),),
        "throttle": (Rule(Kind.MINUTE_SPENT, first=3, every=10),),
        "spike": (Rule(Kind.SPIKE, first=3, every=5),),
        "quota": (Rule(Kind.DAY_SPENT, first=5),),
        "maintenance": (Rule(Kind.HTML_PAGE),),
        "down": (Rule(Kind.UNAVAILABLE),),
        "forbidden": (Rule(Kind.FORBIDDEN),),
        "signed-out": (Rule(Kind.UNAUTHORISED),),
    }
)
