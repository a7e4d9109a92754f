"""The names that fetched files are kept under."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[^\w. -]+")
_STEM, _ENDING = 150, 30  # bytes; file systems take 255, and a name is written under a longer one first


def kept_name(number: int | str, name: str) -> str:
    """Return the name to keep a file under: its id, and what of its own name is harmless anywhere.

    Two files of one name stay apart by their ids, and no name leads to another folder.
    """
    stem, dot, ending = _UNSAFE.sub("_", name).strip(" ._").rpartition(".")
    whole = f"{_cut(stem, _STEM)}{dot}{_cut(ending, _ENDING)}" if stem else _cut(ending, _STEM)
    return f"{number}-{whole}" if whole else str(number)


def _cut(text: str, most: int) -> str:
    return text.encode("utf-8", "ignore")[:most].decode("utf-8", "ignore")
