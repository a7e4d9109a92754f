"""Tables that nothing else in the world depends on: a few rows each, every field with values of its type.

They have no counterpart in REST and are only there to be read; their values mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from infusion_etl.simulator.world.person_rows import Cell, Row
from infusion_etl.simulator.world.table_fields import TableField, table_fields
from infusion_etl.simulator.world.world import World

PLAIN_TABLES = (
    "ActionSequence", "CampaignStep", "Expense", "GroupAssign", "JobRecurringInstance", "MtgLead",
    "PayPlan", "PayPlanItem", "SocialAccount", "Status", "Template",
    "Ticket", "TicketStage", "TicketType",
)  # fmt: skip

_ROWS = 7
_TEXTS = ("Simple", 'With "quotes"; and more', "", "O'Neil & Söhne", "two\nlines", "007", "☕ <b>")


def plain_rows(world: World, table: str) -> list[tuple[int, Row]]:
    """Return the rows of one of these tables by id; some fields of some rows have no value."""
    fields = table_fields(table)
    return [(2 * place + 2, _row(world, fields, place)) for place in range(_ROWS)]


def _row(world: World, fields: Mapping[str, TableField], place: int) -> Row:
    cells = {
        name: _value(world, field, place + 3 * turn)
        for turn, (name, field) in enumerate(fields.items())
        if (place + turn) % 5
    }
    return {**cells, "Id": 2 * place + 2}


def _value(world: World, field: TableField, draw: int) -> Cell:
    if field.name == "ContactId" and len(world.people):
        return world.people.ids[draw % len(world.people)]
    return _VALUES[field.type](world, draw)


_VALUES: Mapping[str, Callable[[World, int], Cell]] = {
    "Integer": lambda _, draw: draw % 5,
    "Double": lambda _, draw: draw * 12.25,
    "String": lambda _, draw: _TEXTS[draw % len(_TEXTS)],
    "Enum": lambda _, draw: ("Active", "Inactive")[draw % 2],
    "Date": lambda world, draw: (world.made - timedelta(days=draw)).date(),
    "DateTime": lambda world, draw: world.made - timedelta(days=draw, seconds=draw),
}
