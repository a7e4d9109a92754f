"""The names that fetched files are kept under."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[^\w. -]+")
_LONGEST = 60  # characters of each part; file systems take 255 bytes, and a character may take four


def kept_name(number: int | str, name: str) -> str:
    """Return the name to keep a file under: its id, and what of its own name is harmless anywhere.

    Two files of one name stay apart by their ids, and no name leads to another folder.
    """
    stem, dot, ending = _UNSAFE.sub("_", name).strip(" ._").rpartition(".")
    whole = f"{stem[-_LONGEST:]}{dot}{ending[:_LONGEST]}" if stem else ending[:_LONGEST]
    return f"{number}-{whole}" if whole else str(number)
