"""Tags on companies: the companies of a tag and the tags of a company."""

from __future__ import annotations

from typing import Any

import msgspec

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.companies import MEMBERS, SHAPE
from infusion_etl.simulator.rest.filters import Filters
from infusion_etl.simulator.rest.listing import Keys, Listing, PathValues, Route, Shape
from infusion_etl.simulator.rest.tags import APPLIED_MEMBERS, applied_filters, applied_window
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import AppliedTag, Company, Tag

_ALWAYS = tuple(name for name in MEMBERS if name not in (SHAPE.sparse or ()))


class Tagged(msgspec.Struct, frozen=True):
    """A tag on a company, with both ends."""

    company: Company
    tag: Tag
    applied: AppliedTag


def _company(world: World, each: Tagged) -> dict[str, Any]:
    """Show the company without what lists leave out unless asked for, but with its address of e-mail (assumed)."""
    found: dict[str, Any] = SHAPE.show(world, each.company, (*_ALWAYS, "email_address"))
    return found


def _tagged(world: World, key: tuple[int, int]) -> Tagged:
    company = world.companies[key[0]]
    return Tagged(company, world.tags[key[1]], next(each for each in company.tags if each.tag_id == key[1]))


def _with_tag(world: World, path: PathValues) -> Keys:
    tag_id = world.tags[int(path["tag_id"])].id
    return [(each.id, tag_id) for each in world.companies if any(one.tag_id == tag_id for one in each.tags)]


def _of_company(world: World, path: PathValues) -> Keys:
    company = world.companies[int(path["company_id"])]
    return sorted((company.id, each.tag_id) for each in company.tags if each.tag_id in world.tags)


def _filters(_: World) -> Filters:
    return {
        "company_name": filters.text(lambda each: each.company.name),
        "email": filters.text(lambda each: each.company.email, none=True),
        **applied_window(),
    }


def _applied(world: World, key: tuple[int, int]) -> float:
    return _tagged(world, key).applied.applied.timestamp()


ROUTES: tuple[Route, ...] = (
    Listing(
        path="tags/{tag_id}/companies",
        key="tagged_companies",
        keys=_with_tag,
        record=_tagged,
        shape=Shape(members={"company": _company, "applied_time": lambda _, each: values.moment(each.applied.applied)}),
        filters=_filters,
        orders={
            "company_name": lambda world, key: world.companies[key[0]].name,
            "email": lambda world, key: world.companies[key[0]].email,
            "applied_time": _applied,
        },
    ),
    Listing(
        path="companies/{company_id}/tags",
        key="tags",
        keys=_of_company,
        record=_tagged,
        shape=Shape(members=APPLIED_MEMBERS),
        filters=applied_filters,
        orders={
            "name": lambda world, key: world.tags[key[1]].name,
            "create_time": lambda world, key: world.tags[key[1]].created.timestamp(),
            "update_time": lambda world, key: world.tags[key[1]].updated.timestamp(),
            "applied_time": _applied,
            "category_id": lambda world, key: world.tags[key[1]].category_id,
        },
    ),
)
