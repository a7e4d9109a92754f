"""Plans that make one call for each record a parameter chooses; `all` walks the account's list of them first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from infusion_etl.keap.walks import Api, Walk, XmlRpcShape, XmlRpcWalk
from infusion_etl.reports.choices import ALL, Listing
from infusion_etl.reports.columns import Path
from infusion_etl.reports.report import Ask, Parameter, Stage

LIST = "all"
"""The step that lists the records to choose from."""


def each(parameter: Parameter, api: Api, one: Callable[[Ask, str], Walk]) -> tuple[Stage, Stage]:
    """Return the stages: the list where `all` are wanted, then a walk for each id."""
    return together(parameter, api, lambda ask, ids: [one(ask, number) for number in ids])


def together(parameter: Parameter, api: Api, some: Callable[[Ask, Sequence[str]], list[Walk]]) -> tuple[Stage, Stage]:
    """Return the stages: the list where `all` are wanted, then the walks for all ids together."""
    listing = _listing(parameter, api)

    def listed(ask: Ask, _: Sequence[str]) -> list[Walk]:
        return [replace(listing.walk, step=LIST)] if ask.parameters[parameter.name] == ALL else []

    def walks(ask: Ask, found: Sequence[str]) -> list[Walk]:
        return some(ask, wanted(ask, parameter, found))

    return Stage(listed, step=LIST), Stage(walks, after=LIST, id_source=Path(listing.id))


def _listing(parameter: Parameter, api: Api) -> Listing:
    if parameter.choices is None:
        raise TypeError(f"{parameter.name} has no list to choose from")
    return parameter.choices.listings[api]


def wanted(ask: Ask, parameter: Parameter, found: Sequence[str]) -> list[str]:
    """Return the ids to read: those chosen, or all that were found."""
    chosen = ask.parameters[parameter.name]
    return list(found) if chosen == ALL else [str(one) for one in chosen]


def one_call(
    method: str, context: str, shape: XmlRpcShape = XmlRpcShape.ROWS, **more: Any
) -> Callable[[Ask, str], Walk]:
    """Return what makes the XML-RPC call for one id; its rows know the id as `context`."""

    def walk(_: Ask, number: str) -> Walk:
        return XmlRpcWalk(method, (int(number),), shape=shape, context=((context, number),), **more)

    return walk
