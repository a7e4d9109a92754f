"""A row of a table beside a record of REST: which member says what which field says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.tables import table_rows
from infusion_etl_tests.simulator.rest.asking import read, records

Json = Mapping[str, Any]
Members = Mapping[str, Callable[[Json], Any]]


def rows_of(world: World, table: str) -> dict[int, dict[str, Any]]:
    """Return the rows of a table by Id, moments and days as REST writes them."""
    return {int(str(row["Id"])): {name: plain(cell) for name, cell in row.items()} for row in table_rows(world, table)}


def plain(cell: Any) -> Any:
    """Return a cell as REST writes it; numbers stay."""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return cell.isoformat() if isinstance(cell, date) else cell


def same(row: Json, record: Json, members: Members) -> bool:
    """Tell whether a row says what a record says, in these fields; a null there is an absent field here."""
    return {name: row.get(name) for name in members} == {name: get(record) for name, get in members.items()}


def at(name: str) -> Callable[[Json], Any]:
    """Take a member as it is."""
    return lambda record: record[name]


def number(name: str) -> Callable[[Json], Any]:
    """Take an id as a number."""
    return lambda record: None if record[name] is None else int(record[name])


def flag(name: str) -> Callable[[Json], Any]:
    """Take true and false as 1 and 0."""
    return lambda record: int(record[name])


def day(name: str) -> Callable[[Json], Any]:
    """Take the day of a moment."""
    return lambda record: None if record[name] is None else record[name][:10]


def dollars(name: str) -> Callable[[Json], Any]:
    """Take an amount of cents in dollars."""
    return lambda record: record[name]["amount"] / 100


def inner(name: str, member: str) -> Callable[[Json], Any]:
    """Take the id of a record within the record."""
    return lambda record: int(record[name][member]) if record[name] else None


def word(name: str, words: Mapping[Any, Any]) -> Callable[[Json], Any]:
    """Take a word in its other spelling."""
    return lambda record: words.get(record[name])


def below(world: World, parents: str, parents_key: str, path: str, key: str) -> Iterator[tuple[str, Json]]:
    """Yield (parent's id, record) of the lists below every record of another list."""
    for parent in records(world, parents, parents_key):
        address = path.format(parent["id"])
        found = read(world, address)[key]
        yield from ((parent["id"], each) for each in found)
