"""The reports on saved searches: their columns, all of their fields, chosen fields.

Column keys may hold dots and hyphens; cells are text, and an empty cell is an empty text, through both APIs.
Column keys of XML-RPC and field names of REST v2 are assumed to be the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infusion_etl.errors import ConfigMistake, Mistake, Problem
from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import (
    PAGE,
    Api,
    RestPaging,
    RestWalk,
    Walk,
    XmlRpcPaging,
    XmlRpcShape,
    XmlRpcWalk,
)
from infusion_etl.reports.columns import TEXT, Column, Keyed, Path
from infusion_etl.reports.names import nearest
from infusion_etl.reports.report import Ask, Kind, Looked, Parameter, Parameters, Plan, Report, Stage

SEARCH = Parameter("saved_search", Kind.SEARCH, "the saved search: its id or its name", "Saved Search")
SEARCH_FIELDS = Parameter(
    "fields", Kind.FIELDS, "the columns to bring, by the keys that Available Fields shows", "Selected Fields"
)


def _search(parameters: Parameters, keap: Keap) -> dict[str, str]:
    """Find the saved search: its id and a user who may run it (XML-RPC asks for one)."""
    wanted = parameters["saved_search"]
    found = _rest_searches(wanted, keap) if keap.api is Api.REST else _xmlrpc_searches(wanted, keap)
    matching = [one for one in found if wanted in (one["name"], int(one["id"]))]
    if not matching:
        raise Mistake(
            f"the account has no saved search {wanted!r}",
            remedy="See the names in Keap under Reports, or ask for another id",
        )
    if len(matching) > 1:
        listed = ", ".join(one["id"] for one in matching)
        raise Mistake(f"{len(matching)} saved searches are called {wanted!r}", remedy=f"Name one by its id: {listed}")
    return {"search": matching[0]["id"], "user": matching[0]["user"]}


def _rest_searches(wanted: int | str, keap: Keap) -> list[dict[str, str]]:
    if isinstance(wanted, int):
        return [{"id": str(wanted), "name": "", "user": ""}]
    walk = RestWalk("/v2/reporting/reports", "reports")
    return [{"id": str(one["id"]), "name": str(one.get("name", "")), "user": ""} for one in keap.records(walk)]


def _xmlrpc_searches(wanted: int | str, keap: Keap) -> list[dict[str, str]]:
    struct: dict[str, Any] = {"Id": wanted} if isinstance(wanted, int) else {"FilterName": wanted}
    params = ("SavedFilter", 1000, 0, struct, ["Id", "FilterName", "UserId"], "Id", True)
    rows = keap.records(XmlRpcWalk("DataService.query", params))
    # UserId may hold several ids joined by commas; any of them may run the search.
    return [
        {
            "id": str(one["Id"]),
            "name": str(one.get("FilterName", "")),
            "user": str(one.get("UserId", "1")).split(",")[0].strip() or "1",
        }
        for one in rows
    ]


def _model_walk(facts: dict[str, str], api: Api) -> Walk:
    if api is Api.REST:
        return RestWalk(f"/v2/reporting/reports/{facts['search']}/model", "fields", paging=RestPaging.NONE)
    params = (int(facts["search"]), int(facts["user"]))
    return XmlRpcWalk("SearchService.getAllReportColumns", params, shape=XmlRpcShape.PAIRS)


def _look(parameters: Parameters, keap: Keap) -> Looked:
    facts = _search(parameters, keap)
    columns = tuple(_column(one) for one in keap.records(_model_walk(facts, keap.api)))
    return Looked(_chosen(columns, parameters.get("fields")), facts)


def _column(found: dict[str, Any]) -> Column:
    key = str(found.get("name") or found.get("key"))
    label = str(found.get("label") or "")
    return Column(key, TEXT, Keyed("columns", "field_name", key, "value"), Path(key), label, label=label)


def _chosen(columns: tuple[Column, ...], names: Sequence[str] | None) -> tuple[Column, ...]:
    if names is None:
        return tuple(sorted(columns, key=lambda column: column.name))
    by_name = {column.name: column for column in columns}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        problems = [Problem("", f"the saved search has no column {one!r}", nearest(one, by_name)) for one in unknown]
        raise ConfigMistake(problems)
    return tuple(by_name[name] for name in names)


def _look_up(parameters: Parameters, keap: Keap) -> Looked:
    return Looked(facts=_search(parameters, keap))


def _rest_run(ask: Ask, _: Sequence[str]) -> list[Walk]:
    names = ask.parameters.get("fields")
    query = (("fields", ",".join(names)),) if names else ()
    return [RestWalk(f"/v2/reporting/reports/{ask.facts['search']}:run", "results", query=query, method="POST")]


def _xmlrpc_run(ask: Ask, _: Sequence[str]) -> list[Walk]:
    names = ask.parameters.get("fields")
    at: tuple[Any, ...] = (int(ask.facts["search"]), int(ask.facts["user"]), PAGE)
    if names:
        return [XmlRpcWalk("SearchService.getSavedSearchResults", (*at, list(names)), paging=XmlRpcPaging.PAGES)]
    return [XmlRpcWalk("SearchService.getSavedSearchResultsAllFields", at, paging=XmlRpcPaging.PAGES)]


def _rest_columns(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return [_model_walk(dict(ask.facts), Api.REST)]


def _xmlrpc_columns(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return [_model_walk(dict(ask.facts), Api.XMLRPC)]


_RUN = {Api.REST: Plan((Stage(_rest_run),)), Api.XMLRPC: Plan((Stage(_xmlrpc_run),))}

SEARCH_REPORTS = (
    Report(
        name="available_fields",
        title="Search - Available Fields",
        description="The columns that a saved search can return, with their labels",
        parameters=(SEARCH,),
        columns=lambda _: (
            Column("name", TEXT, Path("name"), Path("key"), "the column's key"),
            Column("label", TEXT, Path("label"), Path("label"), "what Keap's screens call it"),
        ),
        key=("name",),
        look=_look_up,
        plans={Api.REST: Plan((Stage(_rest_columns),)), Api.XMLRPC: Plan((Stage(_xmlrpc_columns),))},
    ),
    Report(
        name="saved_search",
        title="Search - Saved Search",
        description="The complete report of a saved search",
        parameters=(SEARCH,),
        columns=lambda _: (),
        look=_look,
        plans=_RUN,
    ),
    Report(
        name="saved_search_fields",
        title="Search - Saved Search New",
        description="Chosen fields of a saved search",
        parameters=(SEARCH, SEARCH_FIELDS),
        columns=lambda _: (),
        look=_look,
        plans=_RUN,
    ),
)
