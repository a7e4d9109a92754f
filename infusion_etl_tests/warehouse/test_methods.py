"""The four update methods, schema growth and what is counted: real DuckDB files, real pages."""

from __future__ import annotations

from typing import Any

import pytest

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.errors import KeyMistake
from infusion_etl.reports import columns as c
from infusion_etl.warehouse import history
from infusion_etl.warehouse.apply import apply
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.warehouse.house import ID, NAME, House, counts, dataset

PEOPLE: list[dict[str, Any]] = [{"id": "1", "name": "Ann"}, {"id": "2", "name": "Bob"}, {"id": "3", "name": None}]
TABLE = "SELECT Id, Name FROM acme.people ORDER BY ALL"


def person(number: int, name: str | None) -> dict[str, Any]:
    """Return a record."""
    return {"id": str(number), "name": name}


def test_replace_makes_the_table_the_batch(house: House) -> None:
    """After a replace the table holds the batch and nothing else, and the counts say what really changed."""
    assert counts(house.land(dataset(), PEOPLE)) == (3, 0, 0, 3)
    second = house.land(dataset(), [person(1, "Ann"), person(2, "Rob"), person(4, "Dee")])
    assert counts(second) == (1, 1, 1, 3)
    assert house.ask(TABLE) == [(1, "Ann"), (2, "Rob"), (4, "Dee")]
    assert house.ask("SELECT DISTINCT _batch_id FROM acme.people") == [(second.batch,)]


def test_replace_without_a_key_counts_rows_by_their_content(house: House) -> None:
    """Rows that say the same as before are neither added nor removed, also where no key names a row."""
    of = dataset(key=(), own_key=())
    house.land(of, [*PEOPLE, person(1, "Ann")])
    assert counts(house.land(of, [person(1, "Ann"), person(2, "Rob"), person(3, None)])) == (1, 0, 2, 3)


def test_replace_by_nothing_empties_the_table(house: House) -> None:
    """A batch without rows leaves an empty table with its columns."""
    house.land(dataset(), PEOPLE)
    assert counts(house.land(dataset(), [])) == (0, 0, 3, 0)
    assert house.ask(TABLE) == []


def test_append_adds_again(house: House) -> None:
    """Refreshing an appended dataset again adds the rows again, each with its batch."""
    of = dataset(update=UpdateMethod.APPEND)
    first, second = house.land(of, PEOPLE), house.land(of, PEOPLE)
    assert counts(second) == (3, 0, 0, 6)
    found = house.ask("SELECT _batch_id, count(*) FROM acme.people GROUP BY ALL ORDER BY ALL")
    assert found == [(first.batch, 3), (second.batch, 3)]


def test_merge_replaces_known_keys_and_adds_new_ones(house: House) -> None:
    """A merge changes rows with a known key, adds the others, and leaves rows that are the same alone."""
    of = dataset(update=UpdateMethod.MERGE)
    first = house.land(of, PEOPLE)
    second = house.land(of, [person(2, "Rob"), person(3, None), person(9, "Zoe")])
    assert counts(second) == (1, 1, 0, 4)
    found = house.ask("SELECT Id, Name, _batch_id FROM acme.people ORDER BY Id")
    assert found == [
        (1, "Ann", first.batch),
        (2, "Rob", second.batch),
        (3, None, first.batch),
        (9, "Zoe", second.batch),
    ]


def test_merge_makes_one_row_of_a_key_that_was_appended_twice(house: House) -> None:
    """A table that held a key twice holds it once after a merge of that key, and the second row counts as removed."""
    house.land(dataset(update=UpdateMethod.APPEND), PEOPLE)
    house.land(dataset(update=UpdateMethod.APPEND), [person(1, "Ann")])
    assert counts(house.land(dataset(update=UpdateMethod.MERGE), [person(1, "Ann")])) == (0, 1, 1, 3)


def test_merge_by_several_columns(house: House) -> None:
    """A key may be made of several columns."""
    of = dataset(update=UpdateMethod.MERGE, key=("Id", "Name"))
    house.land(of, [person(1, "Ann"), person(1, "Bob")])
    assert counts(house.land(of, [person(1, "Bob"), person(1, "Cid")])) == (1, 0, 0, 3)


def test_partition_replaces_whole_partitions(house: House) -> None:
    """Every partition value in the batch replaces that partition; the others stay."""
    of = dataset(update=UpdateMethod.PARTITION, key=("Name",))
    house.land(of, [person(1, "a"), person(2, "a"), person(3, "b")])
    assert counts(house.land(of, [person(2, "a"), person(4, "a"), person(5, "c")])) == (2, 0, 1, 4)
    assert house.ask(TABLE) == [(2, "a"), (3, "b"), (4, "a"), (5, "c")]


@pytest.mark.parametrize(
    ("update", "rows", "words"),
    [
        (
            UpdateMethod.MERGE,
            [person(7, "a"), person(7, "b"), person(8, "c")],
            r"\(Id\) come more than once: 7 \(2 times",
        ),
        (UpdateMethod.MERGE, [{"id": None, "name": "a"}, person(7, "b")], r"\(Id\) is NULL in 1 rows"),
        (UpdateMethod.PARTITION, [{"name": "a"}], r"\(Id\) is NULL in 1 rows"),
    ],
)
def test_a_key_that_is_null_or_doubled_is_an_error(
    house: House, update: UpdateMethod, rows: list[dict[str, Any]], words: str
) -> None:
    """A key that is NULL or doubled ends in a KeyMistake that names key and examples; the table stays as it was."""
    house.land(dataset(), PEOPLE)
    before = house.ask(TABLE)
    with pytest.raises(KeyMistake, match=words) as caught:
        house.land(dataset(update=update), rows)
    assert (caught.value.account, caught.value.dataset) == ("acme", "people")
    assert house.ask(TABLE) == before


def test_examples_of_a_doubled_key_are_never_names(house: House) -> None:
    """The error for a doubled key of text says how many, and quotes nobody."""
    with pytest.raises(KeyMistake) as caught:
        house.land(dataset(update=UpdateMethod.MERGE, key=("Name",)), [person(1, "Ann"), person(2, "Ann")])
    assert "Ann" not in str(caught.value)


def test_a_row_that_comes_again_on_a_later_page_is_one_row(house: House) -> None:
    """Pages that overlap because the list moved do not double rows, and are no mistake of the key."""
    of = dataset(update=UpdateMethod.MERGE)
    pages = [{"contacts": [person(1, "Ann"), person(2, "Bob")]}, {"contacts": [person(2, "Bob"), person(3, "Cid")]}]
    shape = house.shape([ID, NAME], pages, of=of)
    done = apply(house.project, shape, dataset=of, run=house.run(of, shape.batch), clock=house.clock)
    assert counts(done) == (3, 0, 0, 3)


def test_a_new_column_is_added_and_a_missing_one_stays(house: House) -> None:
    """A column that appears is added, NULL in old rows; one that disappears stays, NULL in new rows."""
    of = dataset(update=UpdateMethod.APPEND)
    house.land(of, [person(1, "Ann")])
    city = c.Column("City", c.TEXT, rest=c.Path("city"), label="Town")
    grown = house.land(of, [{"id": "2", "name": "Bob", "city": "Ogden"}], [ID, city])
    assert any("City is new" in note for note in grown.notes)
    found = house.ask("SELECT Id, Name, City FROM acme.people ORDER BY Id")
    assert found == [(1, "Ann", None), (2, None, "Ogden")]
    known = house.ask("SELECT name, label, first_run, last_run FROM _infusion.columns WHERE name = 'City'")
    assert known == [("City", "Town", grown.id, grown.id)]


def test_a_column_that_becomes_text_keeps_its_values(house: House) -> None:
    """A number column that comes as text becomes text, and old values are text then: nothing is lost."""
    of = dataset(update=UpdateMethod.APPEND)
    house.land(of, [{"id": "1", "size": 7}], [ID, c.Column("_Size", c.INTEGER, rest=c.Path("size"))])
    house.land(of, [{"id": "2", "size": "XL"}], [ID, c.Column("_Size", c.TEXT, rest=c.Path("size"))])
    assert house.ask('SELECT Id, "_Size" FROM acme.people ORDER BY Id') == [(1, "7"), (2, "XL")]


def test_a_column_that_becomes_a_number_keeps_its_type(house: House) -> None:
    """A text column stays text in a table whose old rows stay, and takes the number as text."""
    of = dataset(update=UpdateMethod.APPEND)
    house.land(of, [{"id": "1", "size": "XL"}], [ID, c.Column("_Size", c.TEXT, rest=c.Path("size"))])
    house.land(of, [{"id": "2", "size": 7}], [ID, c.Column("_Size", c.INTEGER, rest=c.Path("size"))])
    assert house.ask('SELECT Id, "_Size" FROM acme.people ORDER BY Id') == [(1, "XL"), (2, "7")]


def test_values_that_do_not_fit_a_type_that_stays_are_rejected(house: House) -> None:
    """A date does not fit a number column: NULL there, and the value in `_infusion.rejected`."""
    of = dataset(update=UpdateMethod.APPEND)
    house.land(of, [{"id": "1", "size": 7}], [ID, c.Column("_Size", c.INTEGER, rest=c.Path("size"))])
    done = house.land(of, [{"id": "2", "size": "2026-01-02"}], [ID, c.Column("_Size", c.DATE, rest=c.Path("size"))])
    assert house.ask('SELECT Id, "_Size" FROM acme.people ORDER BY Id') == [(1, 7), (2, None)]
    found = house.ask('SELECT "key", "column", raw FROM _infusion.rejected')
    assert found == [('{"Id":2}', "_Size", "2026-01-02")]
    assert done.rows_rejected == 1


def test_replace_takes_the_new_type(house: House) -> None:
    """A replaced table has the types of the batch."""
    house.land(dataset(), [{"id": "1", "size": "XL"}], [ID, c.Column("_Size", c.TEXT, rest=c.Path("size"))])
    house.land(dataset(), [{"id": "1", "size": "7"}], [ID, c.Column("_Size", c.INTEGER, rest=c.Path("size"))])
    assert house.ask('SELECT "_Size" FROM acme.people') == [(7,)]


def test_values_that_do_not_fit_are_null_and_kept_aside(house: House) -> None:
    """A raw value that does not fit its type is NULL in the row and stands in `_infusion.rejected`, once."""
    size = c.Column("_Size", c.INTEGER, rest=c.Path("size"))
    rows = [{"id": "1", "size": "big"}, {"id": "2", "size": ""}, {"id": "3", "size": "12"}]
    done = house.land(dataset(), rows, [ID, size])
    done = house.land(dataset(), rows, [ID, size])
    assert house.ask('SELECT Id, "_Size" FROM acme.people ORDER BY Id') == [(1, None), (2, None), (3, 12)]
    assert house.ask('SELECT run, "key", "column", raw FROM _infusion.rejected') == [
        (done.id, '{"Id":1}', "_Size", "big")
    ]
    assert done.rows_rejected == 1


def test_the_run_is_recorded_with_its_rows(house: House) -> None:
    """What apply returns is what the history tells, and the watermark is the run's start."""
    done = house.land(dataset(), PEOPLE)
    assert done.state is RunState.DONE
    assert done.watermark == done.started
    assert history.runs(house.project, dataset()) == [done]
    assert history.last_good(house.project, dataset()) == done
    assert history.last_good(house.project, dataset(fingerprint="other")) is None
    calls = house.ask("SELECT run, step, call, walks, pages, records FROM _infusion.calls")
    assert calls == [(done.id, "rows", "GET /v2/contacts", 1, 1, 3)]


def test_a_batch_is_never_applied_twice(house: House) -> None:
    """A process that died after the transaction leaves a batch that is open: applying it again changes nothing."""
    of = dataset(update=UpdateMethod.APPEND)
    shape = house.shape([ID, NAME], [{"contacts": PEOPLE}], of=of)
    run = house.run(of, shape.batch)
    first = apply(house.project, shape, dataset=of, run=run, clock=house.clock)
    assert apply(house.project, shape, dataset=of, run=run, clock=house.clock) == first
    assert house.ask("SELECT count(*) FROM acme.people") == [(3,)]
