"""Members that a look at the account cannot do without: there, or the answer is refused by their name.

A look reads models and lists before the rows, as Python values. What Keap documents may still be missing from an
answer one day; then the refresh ends with what is missing, and no value of the answer is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infusion_etl.errors import CallRefused


def text(found: Mapping[str, Any], *names: str, of: str) -> str:
    """Return the first of the named members that is there, as text; raises CallRefused when `of` has none."""
    for name in names:
        value = found.get(name)
        if value is not None and value != "" and not isinstance(value, list | dict):
            return str(value)
    raise CallRefused(f"Keap's answer holds {of} without {' or '.join(map(repr, names))}")


def number(found: Mapping[str, Any], *names: str, of: str) -> int:
    """Return the first of the named members that is there, as a whole number; raises CallRefused as `text`."""
    value = text(found, *names, of=of).strip()
    if not value.removeprefix("-").isdecimal():
        raise CallRefused(f"Keap's answer holds {of} whose {' or '.join(map(repr, names))} is no whole number")
    return int(value)


def texts(found: Mapping[str, Any], name: str, *, of: str) -> list[str]:
    """Return a list member as texts, nothing as an empty list; raises CallRefused for anything that is no list."""
    value = found.get(name)
    if value is not None and not isinstance(value, list):
        raise CallRefused(f"Keap's answer holds {of} whose {name!r} is no list")
    return [str(item) for item in value or ()]
