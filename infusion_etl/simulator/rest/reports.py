"""Saved searches, which REST v2 calls reports."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import msgspec

from infusion_etl.simulator.rest import filters, pages, values
from infusion_etl.simulator.rest.answers import RestRefusal, RestRequest
from infusion_etl.simulator.rest.cache import cache_of
from infusion_etl.simulator.rest.filters import Filters
from infusion_etl.simulator.rest.listing import Listing, Members, PathValues, Plain, Route, Shape, Single, found_or_404
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import SavedSearch
from infusion_etl.simulator.world.searches import Row, search_rows

MEMBERS: Members = {
    "id": lambda _, search: str(search.id),
    "name": lambda _, search: search.name,
    "created_time": lambda _, search: values.moment(search.created),
    "updated_time": lambda _, search: values.moment(search.updated),
    "user_ids": lambda _, search: [str(each) for each in search.owners] or ["ALL_USERS"],
}


def _filters(_: World) -> Filters:
    return {
        "name": filters.text(lambda search: search.name),
        "since_created_time": filters.since(lambda search: search.created, days=True),
        "until_created_time": filters.until(lambda search: search.created, days=True),
    }


def _search(world: World, path: PathValues) -> SavedSearch:
    return world.saved_searches[int(path["report_id"])]


def _model(world: World, _: RestRequest, path: PathValues) -> dict[str, Any]:
    search: SavedSearch = found_or_404(_search, world, path)
    return {"fields": [{"name": key, "label": label} for key, label in search.columns.items()]}


def _run(world: World, request: RestRequest, path: PathValues) -> dict[str, Any]:
    """Run it anew for this page, as Keap does (inferred); the token is the documented example's form."""
    search: SavedSearch = found_or_404(_search, world, path)
    asked = _asked(request)
    columns = _columns(search, asked.get("fields"))
    size = _size(asked)
    first = _first(asked.get("page_token"))
    rows = _rows(world, search, asked.get("order_by"))
    page = rows[first : first + size]
    answer: dict[str, Any] = {"results": [_entry(row, columns) for row in page]}
    if first + size < len(rows):
        answer["page_token"] = base64.b64encode(b'{"lastRow":%d}' % (first + size)).decode("ascii")
    return answer


def _asked(request: RestRequest) -> dict[str, Any]:
    """Collect what is asked.

    Plain query parameters (documented), `runReportRequest` as JSON (official client), or a JSON body.
    """
    asked: dict[str, Any] = {key: value for key, value in request.query if key != "runReportRequest"}
    for text in (request.value("runReportRequest"), request.body):
        if text:
            asked |= {key: value for key, value in _object(text).items() if value is not None}
    return asked


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError):
        raise RestRefusal(400, "The request is not a JSON object") from None


def _columns(search: SavedSearch, fields: Any) -> tuple[str, ...]:
    chosen = tuple(name.strip() for name in str(fields or "").split(",") if name.strip())
    for name in chosen:
        if name not in search.columns:
            raise RestRefusal(400, f"Invalid field: {name}")
    return chosen or tuple(search.columns)


def _size(asked: Mapping[str, Any]) -> int:
    value = str(asked.get("page_size") or pages.DEFAULT_PAGE_SIZE)
    if not value.isdecimal() or not 0 < int(value) <= pages.DEFAULT_PAGE_SIZE:
        raise RestRefusal(400, "page_size must be between 1 and 1000")
    return int(value)


def _first(token: Any) -> int:
    if not token:
        return 0
    try:
        return max(0, int(msgspec.json.decode(base64.b64decode(str(token)))["lastRow"]))
    except (ValueError, TypeError, KeyError, msgspec.DecodeError):
        raise RestRefusal(400, "Invalid page_token") from None


def _rows(world: World, search: SavedSearch, order_by: Any) -> Any:
    name, _, direction = str(order_by or "").strip().partition(" ")
    if name and name not in search.columns:
        raise RestRefusal(400, f"Invalid order_by field: {name}")
    rows = cache_of(world).keys(("run", str(search.id)), world.version, lambda: search_rows(world, search))
    if not name:
        return rows
    return sorted(rows, key=lambda row: row[name], reverse=direction.strip().lower() == "desc")


def _entry(row: Row, columns: tuple[str, ...]) -> dict[str, Any]:
    return {"columns": [{"field_name": name, "value": row[name]} for name in columns]}


ROUTES: tuple[Route, ...] = (
    Listing(
        path="reporting/reports",
        key="reports",
        keys=lambda world, _: world.saved_searches.ids,
        record=lambda world, search_id: world.saved_searches[search_id],
        shape=Shape(members=MEMBERS),
        filters=_filters,
        orders={
            "name": lambda world, search_id: world.saved_searches[search_id].name,
            "created_time": lambda world, search_id: world.saved_searches[search_id].created.timestamp(),
        },
    ),
    Plain(path="reporting/reports/{report_id}:run", value=_run, method="POST"),
    Plain(path="reporting/reports/{report_id}/model", value=_model),
    Single(path="reporting/reports/{report_id}", record=_search, shape=Shape(members=MEMBERS)),
)
