"""Page sizes and page tokens."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from infusion_etl.simulator.rest.answers import RestRefusal, RestRequest

DEFAULT_PAGE_SIZE = 1000
"""What page_size 0 or none means: not documented, assumed as in v1."""

_PUBLIC_BASE = "https://api.infusionsoft.com/crm/rest/v2"


class Token(msgspec.Struct, frozen=True):
    """Where the next page begins: after this many rows, the last of which had this sort key.

    `asked` fingerprints the question.
    """

    rows: int
    after: list[Any]
    asked: str


def page_size(request: RestRequest, least: int, most: int) -> int:
    """Read page_size; outside its documented bounds it is refused (assumed: the official client refuses to send it)."""
    value = request.value("page_size")
    if value is None or value == "":
        return min(most, DEFAULT_PAGE_SIZE)
    if not value.isdecimal() or not least <= int(value) <= most:
        raise RestRefusal(400, f"page_size must be between {least} and {most}")
    return int(value) or min(most, DEFAULT_PAGE_SIZE)


def fingerprint(*asked: str | None) -> str:
    """Short mark of what was asked, so that a token is refused when the filter or the order changes (assumed)."""
    return hashlib.blake2b("\0".join(part or "" for part in asked).encode(), digest_size=6).hexdigest()


def write_token(token: Token) -> str:
    """Make a token opaque."""
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode("ascii")


def read_token(request: RestRequest, asked: str) -> Token | None:
    """Read page_token, or None on the first page; one that is not ours, or of another question, is refused."""
    value = request.value("page_token")
    if not value:
        return None
    try:
        token = msgspec.json.decode(base64.urlsafe_b64decode(value.encode("ascii")), type=Token)
    except (ValueError, msgspec.DecodeError):
        raise RestRefusal(400, "Invalid page_token") from None
    if token.asked != asked:
        raise RestRefusal(400, "page_token does not belong to this filter and order")
    return token


def token_url(path: str, size: int, token: str) -> str:
    """Give a token as the address of the next page, as seen in an answer of /v2/tags."""
    return f"{_PUBLIC_BASE}/{path}/?{urlencode({'page_size': size, 'page_token': token})}"


def first_row(keys: Sequence[Any], sort_key: Any, token: Token | None, *, descending: bool) -> int:
    """Find the row a page begins with.

    Where the token says, or, if rows came or went meanwhile, after the row it ended with.
    """
    if token is None:
        return 0
    if 0 < token.rows <= len(keys) and list(sort_key(keys[token.rows - 1])) == token.after:
        return token.rows
    after = tuple(token.after)
    first, last = 0, len(keys)
    while first < last:
        middle = (first + last) // 2
        found = tuple(sort_key(keys[middle]))
        if (found < after) if descending else (found > after):
            last = middle
        else:
            first = middle + 1
    return first
