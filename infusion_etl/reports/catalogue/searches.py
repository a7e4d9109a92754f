"""The reports on saved searches: their columns, all of their fields, chosen fields.

Column keys may hold dots and hyphens; cells are text, and an empty cell is an empty text, through both APIs.
Column keys of XML-RPC and field names of REST v2 are assumed to be the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from infusion_etl.errors import ConfigMistake, NotFound, Problem
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
from infusion_etl.reports import answered
from infusion_etl.reports.choices import ALL, Choice, Choices, Listing, called, rest_list, unclear
from infusion_etl.reports.columns import INTEGER, TEXT, Column, Context, Keyed, Path
from infusion_etl.reports.names import nearest
from infusion_etl.reports.report import Ask, Kind, Looked, Parameter, Parameters, Plan, Report, Stage

_LISTS = Choices(
    "saved search",
    {
        Api.REST: rest_list("/v2/reporting/reports", "reports"),
        Api.XMLRPC: Listing(
            XmlRpcWalk(
                "DataService.query", ("SavedFilter", {}, ["Id", "FilterName", "UserId"]), paging=XmlRpcPaging.KEYSET
            ),
            "Id",
            "FilterName",
        ),
    },
)
SEARCH = Parameter(
    "saved_search",
    Kind.SEARCH,
    "the saved search: its id, its name, a pattern such as `Sales*`, all, or a list of them",
    "Saved Search",
    choices=_LISTS,
)
SEARCH_FIELDS = Parameter(
    "fields", Kind.FIELDS, "the columns to bring, by the keys that Available Fields shows", "Selected Fields"
)


_FIRST_USER = XmlRpcWalk("DataService.query", ("User", 1, 0, {}, ["Id"], "Id", True))
_SOME_USER = 1

SEARCH_ID = Column("SavedSearchId", INTEGER, Context("search"), Context("search"), "the saved search")


@dataclass(frozen=True)
class _Search:
    """A saved search, and a user who may run it (XML-RPC asks for one)."""

    choice: Choice
    user: int | None

    @property
    def id(self) -> int:
        """Return its id."""
        return self.choice.id


def _several(parameters: Parameters) -> bool:
    """Tell whether the value can mean more than one saved search: then a column says which."""
    wanted = parameters.get("saved_search")
    return isinstance(wanted, tuple) or (isinstance(wanted, str) and (wanted.lower() == ALL or "*" in wanted))


def _searches(parameters: Parameters, keap: Keap) -> list[_Search]:
    """Find the saved searches meant; raises ConfigMistake with every name or id that leads to none or to several."""
    value = parameters["saved_search"]
    wanted = value if isinstance(value, tuple) else (value,)
    if keap.api is Api.REST and all(isinstance(one, int) for one in wanted):
        return [_Search(Choice(one, ""), None) for one in wanted]
    listing = _LISTS.listings[keap.api]
    found = [_read(one, listing) for one in keap.records(listing.walk)]
    ids: dict[int, None] = {}
    problems = []
    for one in wanted:
        matching = _meant(one, [search.choice for search in found])
        ids |= dict.fromkeys(choice.id for choice in matching)
        if len(matching) != 1 and not (matching and _several({"saved_search": one})):
            problem = unclear("saved search", str(one), matching, [search.choice for search in found])
            problems.append(replace(problem, place=SEARCH.name))
    if problems:
        raise ConfigMistake(problems)
    return _with_users([search for search in found if search.id in ids], keap)


def _with_users(searches: list[_Search], keap: Keap) -> list[_Search]:
    """Give searches that are everybody's a user: XML-RPC wants a valid one also there (facts F); any will do (assumed).

    The user of the lowest id is taken, who was mostly there first.
    """
    if keap.api is Api.REST or all(search.user for search in searches):
        return searches
    first = next((answered.number(one, "Id", of="a user") for one in keap.records(_FIRST_USER)), _SOME_USER)
    return [replace(search, user=search.user or first) for search in searches]


def _read(found: dict[str, Any], listing: Listing) -> _Search:
    # UserId may hold several ids joined by commas; any of them may run the search. One that is everybody's has none.
    user = str(found.get("UserId") or "").split(",")[0].strip()
    number, name = answered.number(found, listing.id, of="a saved search"), str(found.get(listing.name) or "")
    return _Search(Choice(number, name), int(user) if user.isdecimal() else None)


def _meant(wanted: int | str, found: Sequence[Choice]) -> list[Choice]:
    """Return those of the id or exactly the name; else those that a pattern with `*` fits, case aside."""
    if isinstance(wanted, int):
        return [one for one in found if one.id == wanted]
    exact = called(wanted, found)
    if exact or not _several({"saved_search": wanted}):
        return exact
    pattern = ".*" if wanted.lower() == ALL else ".*".join(map(re.escape, wanted.split("*")))
    return [one for one in found if re.fullmatch(pattern, one.name, re.IGNORECASE | re.DOTALL)]


def _model_walk(search: str, user: int | None, api: Api) -> Walk:
    context = (("search", search),)
    if api is Api.REST:
        path = f"/v2/reporting/reports/{search}/model"
        return RestWalk(path, "fields", paging=RestPaging.NONE, context=context)
    params = (int(search), user or _SOME_USER)
    return XmlRpcWalk("SearchService.getAllReportColumns", params, shape=XmlRpcShape.PAIRS, context=context)


def _look(parameters: Parameters, keap: Keap) -> Looked:
    """Find the searches, and the columns of each; a search is asked for those of the chosen fields that it has."""
    names = parameters.get("fields")
    columns: dict[str, Column] = {}
    facts = {}
    for search in _searches(parameters, keap):
        own = _columns_of(search, keap)
        columns |= {column.name: column for column in own if column.name not in columns}
        asked = [name for name in names or () if name in {column.name for column in own}]
        facts[str(search.id)] = json.dumps({"user": search.user, "fields": asked})
    shown = _chosen(tuple(columns.values()), names)
    return Looked((SEARCH_ID, *shown) if _several(parameters) else shown, facts)


def _columns_of(search: _Search, keap: Keap) -> list[Column]:
    """Ask for a search's columns; an id that the account does not have is found out here, where REST is not listed."""
    try:
        return [_column(one) for one in keap.records(_model_walk(str(search.id), search.user, keap.api))]
    except NotFound:
        raise ConfigMistake([replace(unclear("saved search", str(search.id), [], []), place=SEARCH.name)]) from None


def _column(found: dict[str, Any]) -> Column:
    key = answered.text(found, "name", "key", of="a column of a saved search")
    label = str(found.get("label") or "")
    return Column(key, TEXT, Keyed("columns", "field_name", key, "value"), Path(key), label, label=label)


def _chosen(columns: tuple[Column, ...], names: Sequence[str] | None) -> tuple[Column, ...]:
    if names is None:
        return tuple(sorted(columns, key=lambda column: column.name))
    by_name = {column.name: column for column in columns}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        place, message = SEARCH_FIELDS.name, "the saved search has no column"
        raise ConfigMistake([Problem(place, f"{message} {one!r}", nearest(one, by_name)) for one in unknown])
    return tuple(by_name[name] for name in names)


def _look_up(parameters: Parameters, keap: Keap) -> Looked:
    return Looked(facts={str(one.id): json.dumps({"user": one.user}) for one in _searches(parameters, keap)})


def _known(ask: Ask) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each search's id with what the look found: the user, and the fields to ask it for."""
    for search, found in ask.facts.items():
        known = json.loads(found)
        if known.get("fields") or not ask.parameters.get("fields"):
            yield search, known


def _rest_run(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return [
        RestWalk(
            f"/v2/reporting/reports/{search}:run",
            "results",
            query=(("fields", ",".join(known["fields"])),) if known["fields"] else (),
            method="POST",
            context=(("search", search),),
        )
        for search, known in _known(ask)
    ]


def _xmlrpc_run(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return [_xmlrpc_search(int(search), known["user"], known["fields"]) for search, known in _known(ask)]


def _xmlrpc_search(search: int, user: int, fields: list[str]) -> Walk:
    context = (("search", str(search)),)
    at: tuple[Any, ...] = (search, user, PAGE)
    if fields:
        method, params = "SearchService.getSavedSearchResults", (*at, fields)
    else:
        method, params = "SearchService.getSavedSearchResultsAllFields", at
    return XmlRpcWalk(method, params, paging=XmlRpcPaging.PAGES, context=context)


def _models(api: Api) -> Plan:
    def walks(ask: Ask, _: Sequence[str]) -> list[Walk]:
        return [_model_walk(search, known["user"], api) for search, known in _known(ask)]

    return Plan((Stage(walks),))


def _own_columns(parameters: Parameters) -> tuple[Column, ...]:
    columns = (
        Column("name", TEXT, Path("name"), Path("key"), "the column's key"),
        Column("label", TEXT, Path("label"), Path("label"), "what Keap's screens call it"),
    )
    return (SEARCH_ID, *columns) if _several(parameters) else columns


_RUN = {Api.REST: Plan((Stage(_rest_run),)), Api.XMLRPC: Plan((Stage(_xmlrpc_run),))}

SEARCH_REPORTS = (
    Report(
        name="available_fields",
        title="Search - Available Fields",
        description="The columns that a saved search can return, with their labels",
        parameters=(SEARCH,),
        columns=_own_columns,
        key=("name",),
        key_of=lambda parameters: ("SavedSearchId", "name") if _several(parameters) else ("name",),
        look=_look_up,
        plans={api: _models(api) for api in Api},
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
