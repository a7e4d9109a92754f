"""Names that a person may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

_LIKE_ENOUGH = 0.6


def plain(name: str) -> str:
    """Return a name as it is compared: letters and digits only, in one case."""
    return "".join(character for character in name.casefold() if character.isalnum())


def nearest(name: str, choices: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return up to `most` of `choices` that look like `name`, the likest first; case, blanks and signs count little."""
    ranked = sorted(((_likeness(name, choice), choice) for choice in dict.fromkeys(choices)), key=lambda pair: -pair[0])
    return tuple(choice for likeness, choice in ranked[:most] if likeness >= _LIKE_ENOUGH)


def _likeness(name: str, choice: str) -> float:
    wanted, offered = plain(name), plain(choice)
    if not wanted or not offered:
        return SequenceMatcher(None, name, choice, autojunk=False).ratio()
    return SequenceMatcher(None, wanted, offered, autojunk=False).ratio()
