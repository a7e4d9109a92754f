"""Users, and who the caller is."""

from __future__ import annotations

from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.answers import RestRequest
from infusion_etl.simulator.rest.filters import Clause, Filters
from infusion_etl.simulator.rest.listing import (
    Keys,
    Listing,
    Members,
    Narrowed,
    PathValues,
    Plain,
    Route,
    Shape,
    Single,
    found_or_404,
)
from infusion_etl.simulator.world import World

MEMBERS: Members = {
    "id": lambda _, user: str(user.id),
    "global_user_id": lambda _, user: str(user.global_id),
    "keap_id": lambda _, user: user.email,
    "given_name": lambda _, user: user.given_name,
    "family_name": lambda _, user: user.family_name,
    "middle_name": lambda _, __: None,
    "nickname": lambda _, __: None,
    "spouse_name": lambda _, __: None,
    "suffix": lambda _, __: None,
    "title": lambda _, user: user.title,
    "website": lambda _, __: None,
    "partner": lambda _, user: user.partner,
    "admin": lambda _, user: user.admin,
    "status": lambda _, user: user.status,
    "address": lambda _, user: values.address(user.address, "BILLING"),
    "phone_numbers": lambda _, user: [values.phone(user.phone, "PHONE1")] if user.phone else [],
    "fax_numbers": lambda _, __: [],
    "email_addresses": lambda _, user: [values.email(user.email, "EMAIL1")],
    "social_accounts": lambda _, __: [],
    "company_name": lambda _, __: None,
    "created_by": lambda _, __: 1,
    "create_time": lambda _, user: values.moment(user.created),
    "updated_by": lambda _, __: 1,
    "update_time": lambda _, user: values.moment(user.updated),
}

SHAPE = Shape(members=MEMBERS)


def _filters(_: World) -> Filters:
    return {
        "email": filters.text(lambda user: user.email),
        "given_name": filters.text(lambda user: user.given_name),
        "include_inactive": filters.FilterField(filters.EQUAL, _check_boolean),
        "include_partners": filters.FilterField(filters.EQUAL, _check_boolean),
        "user_ids": filters.identifiers(lambda user: user.id),
    }


def _check_boolean(_: str, value: str) -> filters.Test:
    filters.boolean(value)
    return lambda __: True


def _narrow(world: World, clauses: tuple[Clause, ...], keys: Keys) -> Narrowed:
    """Leave out inactive users and partners unless asked for (that this is the default: assumed)."""
    asked = {clause.field: filters.boolean(clause.value) for clause in clauses if clause.field.startswith("include_")}
    users = [world.users[key] for key in keys]
    kept = [
        user.id
        for user in users
        if (user.status != "INACTIVE" or asked.get("include_inactive"))
        and (not user.partner or asked.get("include_partners"))
    ]
    return kept, clauses


def _caller(world: World, _: RestRequest, __: PathValues) -> dict[str, Any]:
    user = next(each for each in world.users if each.admin)
    return {
        "email": user.email,
        "sub": str(user.id),
        "id": str(user.global_id),
        "keap_id": user.email,
        "family_name": user.family_name,
        "given_name": user.given_name,
        "middle_name": None,
        "preferred_name": None,
        "is_admin": user.admin,
        "tenant_id": world.app_name,
    }


def _signature(world: World, path: PathValues) -> str:
    return world.users[int(path["user_id"])].signature or ""


ROUTES: tuple[Route, ...] = (
    Listing(
        path="users",
        key="users",
        keys=lambda world, _: world.users.ids,
        record=lambda world, user_id: world.users[user_id],
        shape=SHAPE,
        filters=_filters,
        orders={
            "create_time": lambda world, user_id: world.users[user_id].created.timestamp(),
            "email": lambda world, user_id: world.users[user_id].email,
            "name": lambda world, user_id: world.users[user_id].family_name,
        },
        sizes=(1, 100),
        narrow=_narrow,
    ),
    Single(path="users/{user_id}", record=lambda world, path: world.users[int(path["user_id"])], shape=SHAPE),
    Plain(
        path="users/{user_id}/signature",
        value=lambda world, _, path: found_or_404(_signature, world, path),
    ),
    Plain(path="oauth/connect/userinfo", value=_caller),
)
