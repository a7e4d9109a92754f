"""Good texts made bad: pieces of a language put together wildly, and good examples cut, doubled, swapped and spoilt."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy


@st.composite
def damaged(draw: DrawFn, good: Sequence[bytes], pieces: Sequence[bytes]) -> bytes:
    """Draw one of the good texts with a few changes made to it."""
    text = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        text = text[:start] + draw(inserted(text, pieces)) + text[end:]
    return text


def inserted(text: bytes, pieces: Sequence[bytes]) -> SearchStrategy[bytes]:
    """Return what a change puts in: nothing, a piece, a part of the text itself, or anything."""
    own = st.integers(0, len(text)).map(lambda at: text[at : at + 60])
    return st.one_of(st.just(b""), st.sampled_from(pieces), own, st.binary(max_size=6))


def wild(pieces: Sequence[bytes], most: int = 30) -> SearchStrategy[bytes]:
    """Return pieces put together in any order."""
    return st.lists(st.sampled_from(pieces), max_size=most).map(b"".join)
