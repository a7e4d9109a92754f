"""Where a batch is decoded: in memory, or, when it is large, in a file that goes with the workbench."""

from __future__ import annotations

import pytest

from infusion_etl.warehouse import attach, target
from infusion_etl.warehouse.apply import LARGE
from infusion_etl.warehouse.decode import decode_into
from infusion_etl.warehouse.target import STAGE
from infusion_etl_tests.warehouse.house import ID, NAME, House, dataset

PEOPLE = [{"id": str(number), "name": f"n{number}"} for number in range(500)]


@pytest.mark.parametrize("on_disk", [False, True])
def test_rows_are_the_same_in_memory_and_on_disk(house: House, on_disk: bool) -> None:
    """The same tables under the same name, a landing beside them, and nothing is left afterwards."""
    shape = house.shape((ID, NAME), [{"contacts": PEOPLE}])
    with attach.workbench(house.project, on_disk=on_disk) as connection:
        decode_into(connection, shape, STAGE)
        assert target.types(connection, attach.BENCH, "main", STAGE)["Id"] == "BIGINT"
        with attach.landing(house.project, connection), attach.transaction(connection):
            target.prepare(connection, "acme", "people", whole=True)
            connection.execute(f'INSERT INTO landing.acme.people ("Id", "Name") SELECT "Id", "Name" FROM {STAGE}')
        files = list((house.project.data / "spill").rglob("*.duckdb"))
        assert len(files) == on_disk
    assert house.ask("SELECT count(*), min(Id), max(Name) FROM acme.people") == [(500, 0, "n99")]
    assert list((house.project.data / "spill").rglob("*.duckdb")) == []


def test_a_large_batch_lands_the_same_with_less_memory(house: House) -> None:
    """What is decoded into a file is landed with less memory: the same rows and counts, also over themselves."""
    heavy = {"notes": "x" * (LARGE // len(PEOPLE))}
    first = house.land(dataset(), [{**one, **heavy} for one in PEOPLE])
    come = [*PEOPLE[1:], {"id": "0", "name": "another"}, {"id": "500", "name": "new"}]
    again = house.land(dataset(), [{**one, **heavy} for one in come])
    assert (first.rows_added, again.rows_added, again.rows_changed, again.rows_removed) == (500, 1, 1, 0)
    assert house.ask("SELECT count(*), min(Name), max(Id) FROM acme.people") == [(501, "another", 500)]


def test_less_memory_for_landing_than_for_decoding(house: House) -> None:
    """The limit goes down once a large batch is decoded, and up when one does not fit."""
    with attach.workbench(house.project, on_disk=True) as connection:

        def limit() -> int:
            asked = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"
            (found,) = connection.execute(asked).fetchone() or (0,)
            return int(found)

        decoding = limit()
        attach.allow_less_memory(connection)
        landing = limit()
        attach.allow_more_memory(connection)
        assert landing < 0.7 * decoding < decoding < limit()
