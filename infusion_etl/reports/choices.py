"""The records of an account that a parameter can name: affiliates, programs, tags, discounts, shipping options.

A parameter takes ids as they are. A name is looked up at the refresh, through one read of the account's list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, RestWalk, Walk, XmlRpcPaging, XmlRpcWalk
from infusion_etl.reports import answered
from infusion_etl.reports.names import nearest

ALL = "all"
_SHOWN = 10  # candidates that a message lists


@dataclass(frozen=True)
class Listing:
    """Where one API lists the records: a walk, and the members that hold id and name ("": they have no names).

    `keep` says which of the list are meant, where it holds others too.
    """

    walk: Walk
    id: str = "id"
    name: str = "name"
    keep: Callable[[Mapping[str, Any]], bool] | None = None


@dataclass(frozen=True)
class Choices:
    """What a parameter chooses from. `what` is one of them; `listings` are the APIs that can list them.

    `spelled_out`: `all` becomes the ids before the calls are planned, as only the look at the list can tell them.
    """

    what: str
    listings: Mapping[Api, Listing] = field(default_factory=dict)
    spelled_out: bool = False

    @property
    def named(self) -> bool:
        """Whether the records have names to choose by."""
        return any(listing.name for listing in self.listings.values())


@dataclass(frozen=True)
class Choice:
    """One record to choose: its id, and its name as the account spells it."""

    id: int
    name: str

    def __str__(self) -> str:
        return f"{self.id} ({self.name})" if self.name else str(self.id)


def rest_list(path: str, records: str, *, name: str = "name", **more: Any) -> Listing:
    """Return the listing of a REST list whose records have `id` and a name."""
    return Listing(RestWalk(path, records, **more), "id", name)


def table_list(table: str, name: str) -> Listing:
    """Return the listing of an XML-RPC table by its Id; `name` "" where its rows have none."""
    fields = ["Id", name] if name else ["Id"]
    return Listing(XmlRpcWalk("DataService.query", (table, {}, fields), paging=XmlRpcPaging.KEYSET), "Id", name)


def offered(choices: Choices, keap: Keap) -> list[Choice]:
    """Return what the account has to choose from, in the order of its list.

    Raises CallRefused for a record without its id, and what reading raises.
    """
    listing = choices.listings[keap.api]
    found = [one for one in keap.records(listing.walk) if listing.keep is None or listing.keep(one)]
    of = f"a {choices.what}"
    return [Choice(answered.number(one, listing.id, of=of), str(one.get(listing.name) or "")) for one in found]


def looked_up(choices: Choices, wanted: Sequence[int | str] | str, keap: Keap) -> tuple[int, ...] | str:
    """Return the ids meant by ids and names; ids alone cost no call, and whether they exist is not asked.

    Raises ConfigMistake with every name that the account does not have (and what comes near) or has more than once
    (and all that are called so).
    """
    if wanted == ALL and not choices.spelled_out:
        return ALL
    if wanted != ALL and all(isinstance(one, int) for one in wanted):
        return tuple(int(one) for one in wanted)
    found = offered(choices, keap)
    if wanted == ALL:
        return tuple(one.id for one in found)
    return chosen(choices.what, wanted, found)


def chosen(what: str, wanted: Sequence[int | str], found: Sequence[Choice]) -> tuple[int, ...]:
    """Return the ids of `wanted` among what was found; raises ConfigMistake as `looked_up`."""
    ids: dict[int, None] = {}
    problems = []
    for one in wanted:
        matching = [Choice(one, "")] if isinstance(one, int) else called(one, found)
        if len(matching) == 1:
            ids[matching[0].id] = None
        else:
            problems.append(unclear(what, str(one), matching, found))
    if problems:
        raise ConfigMistake(problems)
    return tuple(ids)


def called(name: str, found: Sequence[Choice]) -> list[Choice]:
    """Return those of exactly this name, or else those whose name differs by case and blanks at the ends only."""
    exact = [one for one in found if one.name == name]
    return exact or [one for one in found if one.name.strip().casefold() == name.strip().casefold()]


def unclear(what: str, name: str, matching: Sequence[Choice], found: Sequence[Choice]) -> Problem:
    """Return the problem of a name that none or several have: the nearest names, or all that are called so."""
    if not matching:
        near = nearest(name, [one.name for one in found if one.name])
        return Problem("", f"the account has no {what} called {name!r}", near)
    listed = ", ".join(map(str, matching[:_SHOWN]))
    more = ", ..." if len(matching) > _SHOWN else ""
    return Problem("", f"the account has {len(matching)} of the name {name!r}; give the {what}'s id: {listed}{more}")
