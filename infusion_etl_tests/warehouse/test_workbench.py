"""Where a batch is decoded: in memory, or, when it is large, in a file that goes with the workbench."""

from __future__ import annotations

import pytest

from infusion_etl.warehouse import attach, target
from infusion_etl.warehouse.decode import decode_into
from infusion_etl.warehouse.target import STAGE
from infusion_etl_tests.warehouse.house import ID, NAME, House

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
