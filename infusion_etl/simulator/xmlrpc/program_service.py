"""AffiliateService and AffiliateProgramService: links, programs and what belongs to them.

What the answers' members are called is documented nowhere: all names here are assumed, after the tables and REST.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.partner_rows import resource_row
from infusion_etl.simulator.world.person_rows import custom_cells, present
from infusion_etl.simulator.world.records import Affiliate, CommissionProgram
from infusion_etl.simulator.xmlrpc.faults import record_not_found

Row = Mapping[str, Any]


def redirect_links(world: World, affiliate: int) -> list[Row]:
    """Return the links of one affiliate."""
    _must_know(world, affiliate)
    return [
        {
            "Id": link.id,
            "Name": link.name,
            "LocalUrlCode": link.code,
            "RedirectUrl": link.url,
            "AffiliateId": link.affiliate_id,
        }
        for link in world.links
        if link.affiliate_id == affiliate
    ]


def programs(world: World) -> list[Row]:
    """Return every program."""
    return [_program(each) for each in world.programs]


def programs_of(world: World, affiliate: int) -> list[Row]:
    """Return the programs of one affiliate."""
    _must_know(world, affiliate)
    return [_program(each) for each in world.programs if affiliate in each.affiliate_ids]


def affiliates_of(world: World, program: int) -> list[Row]:
    """Return the affiliates of a program with who they are and all custom fields of both."""
    return [_member(world, world.affiliates[each]) for each in _known(world, program).affiliate_ids]


def resources_of(world: World, program: int) -> list[Row]:
    """Return what there is to promote a program with: the members of the table of resources."""
    _known(world, program)
    return [resource_row(each) for each in world.resources if program in each.program_ids]


def _known(world: World, program: int) -> CommissionProgram:
    found = world.programs.get(program)
    if found is None:
        raise record_not_found("CommissionProgram", program)
    return found


def _must_know(world: World, affiliate: int) -> None:
    if affiliate not in world.affiliates:
        raise record_not_found("Affiliate", affiliate)


def _program(each: CommissionProgram) -> Row:
    return present({"Id": each.id, "Name": each.name, "Notes": each.notes, "Priority": each.priority})


def _member(world: World, affiliate: Affiliate) -> Row:
    """Put an affiliate and its contact into one row; of two custom fields of one name the affiliate's is meant."""
    person = world.people.get(affiliate.contact_id)
    own = {field.name for field in world.fields_of("affiliate")}
    joined = custom_cells(world, person.custom) if person else {}
    return {
        **present(
            {
                "Id": affiliate.id,
                "AffName": affiliate.name,
                "AffCode": affiliate.code,
                "ContactId": affiliate.contact_id,
                "FirstName": person.given_name if person else None,
                "LastName": person.family_name if person else None,
                "Email": person.emails[0] if person else None,
            }
        ),
        **{name: cell for name, cell in joined.items() if name.removeprefix("_") not in own},
        **custom_cells(world, affiliate.custom),
    }
