"""For how long, and how much of, the past is kept: two settings of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from infusion_etl.errors import ConfigMistake, Problem

DAYS_VARIABLE = "INFUSION_ETL_KEEP_DAYS"
SIZE_VARIABLE = "INFUSION_ETL_KEEP_SIZE"
DAYS = 90
SIZE = 10 * 10**9
"""Kept unless the environment says otherwise (assumed): a quarter of a year is long enough to notice a mistake."""

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?B?)", re.IGNORECASE)


@dataclass(frozen=True)
class Keep:
    """How many days back a table can be taken (0: nothing of the past is kept), and how many bytes that may take."""

    days: int = DAYS
    size: int = SIZE


def keep_from(environment: Mapping[str, str] | None = None) -> Keep:
    """Return what INFUSION_ETL_KEEP_DAYS and INFUSION_ETL_KEEP_SIZE say, or the defaults; raises ConfigMistake."""
    found = os.environ if environment is None else environment
    days, size = found.get(DAYS_VARIABLE, "").strip(), found.get(SIZE_VARIABLE, "").strip()
    if days and not days.isdecimal():
        raise ConfigMistake([Problem(DAYS_VARIABLE, f"{days!r} is not a whole number of days")])
    return Keep(int(days) if days else DAYS, read_size(size, SIZE_VARIABLE) if size else SIZE)


def read_size(text: str, place: str) -> int:
    """Return the bytes that `5GB`, `500 MB` or `1000000` says; raises ConfigMistake that names `place`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ConfigMistake([Problem(place, f"{text!r} is not a size such as 5GB or 500MB")])
    unit = found[2].upper()
    return int(float(found[1]) * _UNITS[unit if unit.endswith("B") or not unit else f"{unit}B"])
