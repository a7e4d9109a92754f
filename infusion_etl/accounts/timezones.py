"""Names of time zones, as IANA writes them."""

from __future__ import annotations

from difflib import get_close_matches
from zoneinfo import available_timezones

from infusion_etl.errors import Problem

_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})


def timezone_problem(name: str, place: str) -> Problem | None:
    """Return what is wrong with a time zone's name, with the nearest ones, or None; `place` is where it stands."""
    known = available_timezones() - _NO_PLACES
    if name in known:
        return None
    return Problem(place, f"{name!r} is no IANA time zone", nearest_zones(name, sorted(known)))


def nearest_zones(name: str, known: list[str]) -> tuple[str, ...]:
    """Return up to three zones that may be meant: by city first (`Denver`), then by spelling."""
    wanted = name.strip().replace(" ", "_").lower()
    by_city = [zone for zone in known if zone.lower().rpartition("/")[2] == wanted.rpartition("/")[2]]
    spelled = {zone.lower(): zone for zone in known}
    close = [spelled[near] for near in get_close_matches(wanted, spelled, n=3, cutoff=0.6)]
    return tuple(dict.fromkeys([*by_city, *close]))[:3]
