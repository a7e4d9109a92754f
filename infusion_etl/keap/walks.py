"""The calls to make, as plain values: a walk is one list (or one record) read to its end.

A plan (see `infusion_etl.reports`) consists of walks; `infusion_etl.keap.connection` turns each into pages.
Walks hold no secrets and are JSON-able, so that a batch can say what it was read from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from infusion_etl.accounts.account import Api

__all__ = [
    "BARE",
    "INSIDE",
    "PAGE",
    "Api",
    "Cut",
    "CutBy",
    "Page",
    "RestPaging",
    "RestWalk",
    "Stop",
    "Walk",
    "XmlRpcPaging",
    "XmlRpcShape",
    "XmlRpcWalk",
]


class RestPaging(StrEnum):
    """How a REST list goes on."""

    TOKEN = "token"  # v2: next_page_token, or page_token in the answer of a report run  # noqa: S105
    OFFSET = "offset"  # v1: limit and offset, computed by us
    NONE = "none"  # one answer holds all


@dataclass(frozen=True)
class Stop:
    """Where a list that comes newest first may end: after a page whose last record is older.

    `member` is the way to the moment in a record, `before` an ISO moment with its offset.
    """

    member: tuple[str, ...]
    before: str


class CutBy(StrEnum):
    """What a list can be cut by, to be read in several windows at once."""

    ID = "id"
    TIME = "time"
    OFFSET = "offset"  # v1: the first answer tells the total


@dataclass(frozen=True)
class Cut:
    """How windows of a list are asked for.

    `member` is the way to the value in a record; `least` and `below` are clauses of `filter` with `{}` for the bound
    (`contact_id>={}`, `contact_id<{}`); `ascending` and `descending` order the list by it. All empty for OFFSET. Where
    the API's upper bound is closed (`until_time`), `closed` says so: neighbours then share their bound.
    """

    by: CutBy
    member: tuple[str, ...] = ()
    least: str = ""
    below: str = ""
    ascending: str = ""
    descending: str = ""
    closed: bool = False


@dataclass(frozen=True)
class RestWalk:
    """One REST list or record.

    `path` comes after `/crm/rest`, for example `/v2/contacts`. `records` is the member of the answer that holds the
    list; `orders[].order_items`: the rows are the items of a list inside each record; None: the answer itself is the
    one record. `context` are values that the call knows and its rows do not say
    (the affiliate of a commission); they reach the columns by `columns.Context`. `none_when_missing`: a 404 means no
    rows instead of an error. `private`: what looks like a credential is taken out of an answer before it is kept.
    `stop` ends the list before its end; `cut` says how it may be read in windows, None: only from its start to its end.
    """

    path: str
    records: str | None
    query: tuple[tuple[str, str], ...] = ()
    paging: RestPaging = RestPaging.TOKEN
    page_size: int = 1000
    method: str = "GET"
    step: str = "rows"
    context: tuple[tuple[str, str], ...] = ()
    none_when_missing: bool = False
    private: bool = False
    stop: Stop | None = None
    cut: Cut | None = None


class XmlRpcPaging(StrEnum):
    """How an XML-RPC read goes on."""

    KEYSET = "keyset"  # DataService.query ordered by `key`, each page after the last key
    PAGES = "pages"  # page 0, 1, 2 ... until an empty page (saved searches)
    NONE = "none"


class XmlRpcShape(StrEnum):
    """What one answer is; all become `{"rows": [...]}`."""

    ROWS = "rows"  # an array of structs
    ROW = "row"  # one struct
    PAIRS = "pairs"  # a struct of key to label: rows {"key": ..., "label": ...}
    VALUE = "value"  # one value: a row {"value": ...}


@dataclass(frozen=True)
class XmlRpcWalk:
    """One XML-RPC read.

    For KEYSET, `params` are (table, query struct, fields); the reader adds limit, page, order and the keyset condition
    on `key`, and leaves conditions that `key` itself already has to the caller. For PAGES the reader puts the page
    number where `params` holds PAGE. Otherwise `params` are sent as they are, after the private key.
    `none_when_missing`: fault 5, RecordNotFound, means no rows. `private` as in RestWalk. `spare` names those of the
    fields that may be left out where the account does not have them.
    """

    method: str
    params: tuple[Any, ...]
    paging: XmlRpcPaging = XmlRpcPaging.NONE
    shape: XmlRpcShape = XmlRpcShape.ROWS
    key: str = "Id"
    limit: int = 1000
    step: str = "rows"
    context: tuple[tuple[str, str], ...] = ()
    none_when_missing: bool = False
    private: bool = False
    spare: tuple[str, ...] = ()


BARE = "$list"
"""A RestWalk's `records` where the answer is a bare list: it is kept as `{"$list": [...]}`, a page like all others."""

INSIDE = "[]."
"""Stands in a RestWalk's `records` between the list and the list inside each of its records."""

PAGE = "\x00page"
"""Stands in an XmlRpcWalk's params where the page number goes."""

Walk = RestWalk | XmlRpcWalk


@dataclass(frozen=True)
class Page:
    """One answer, ready to be stored.

    `body` is the gzipped JSON as it came (XML-RPC: turned to JSON); `size` its plain length in bytes; `rows` the count
    of records in it; `cursor` what to give the reader to go on after it, None after the last page. `ends` are the
    places (`keap.places`) of the first and the last record of a walk that can be cut, None where they do not ascend or
    are not known; `total` is the list's length, where it tells it; `mark` is the same for pages of the same records, 0
    where that is not known.
    """

    body: bytes
    size: int
    rows: int
    cursor: dict[str, Any] | None = field(default=None)
    ends: tuple[int, int] | None = None
    total: int | None = None
    mark: int = 0
