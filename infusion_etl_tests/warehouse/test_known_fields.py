"""Custom fields by their id: renamed, removed, made anew, and of another kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.keap.walks import Api
from infusion_etl.reports import columns as c
from infusion_etl.reports.custom_fields import TYPES
from infusion_etl.settings import Project
from infusion_etl.warehouse import sql
from infusion_etl.warehouse.apply import apply
from infusion_etl.warehouse.runs import Run
from infusion_etl_tests.warehouse.house import ID, House, dataset

MERGE, REPLACE, PARTITION = UpdateMethod.MERGE, UpdateMethod.REPLACE, UpdateMethod.PARTITION


def custom(number: int, name: str, kind: c.Type = c.TEXT, label: str = "") -> c.Column:
    """Return the column of a custom field."""
    return c.Column(name, kind, rest=c.CustomField(str(number)), xmlrpc=c.Path(name), label=label)


def person(number: int, **content: Any) -> dict[str, Any]:
    """Return a contact with custom fields: `f12` is the field 12."""
    return {"id": str(number), "custom_fields": [{"id": key[1:], "content": value} for key, value in content.items()]}


def columns(house: House) -> list[str]:
    """Return the table's columns, without our own."""
    asked = "SELECT column_name FROM duckdb_columns() WHERE table_name = 'people' ORDER BY column_index"
    return [name for (name,) in house.ask(asked) if not name.startswith("_batch")]


def rows(house: House, names: str = '"_ShoeSize"') -> list[tuple[Any, ...]]:
    """Return the id and these columns of every row."""
    return house.ask(f"SELECT Id, {names} FROM acme.people ORDER BY Id")


@pytest.mark.parametrize("update", [REPLACE, MERGE, UpdateMethod.APPEND])
def test_a_renamed_field_keeps_its_column(house: House, update: UpdateMethod) -> None:
    """SQL built on the old name goes on: the column stays, its label and source are the new ones, the run says so."""
    of = dataset(update=update)
    house.land(of, [person(1, f12="42")], [ID, custom(12, "_ShoeSize", label="Shoe size")])
    renamed = [ID, custom(12, "_ShoeSizeEU", label="Shoe size (EU)")]
    second = house.land(of, [person(2, f12="43")], renamed)
    assert columns(house) == ["Id", "_ShoeSize"]
    assert (2, "43") in rows(house)
    assert "the custom field _ShoeSize is called _ShoeSizeEU now: its column stays _ShoeSize" in second.notes
    known = house.ask("SELECT name, source_name, source_id, label FROM _infusion.columns WHERE source_id IS NOT NULL")
    assert known == [("_ShoeSize", "_ShoeSizeEU", "12", "Shoe size (EU)")]
    assert not house.land(of, [person(3, f12="44")], renamed).notes


def test_two_fields_that_swap_names_keep_their_columns(house: House) -> None:
    """Which column a field has follows from its id alone."""
    house.land(dataset(), [person(1, f12="a", f14="b")], [ID, custom(12, "_A"), custom(14, "_B")])
    house.land(dataset(), [person(1, f12="a", f14="b")], [ID, custom(14, "_A"), custom(12, "_B")])
    assert rows(house, '"_A", "_B"') == [(1, "a", "b")]


def test_a_field_made_anew_under_an_old_name_stays_apart(house: House) -> None:
    """A field that was removed and another of the same name do not share a column: the new one has its id behind it."""
    of = dataset(update=MERGE)
    house.land(of, [person(1, f12="old")], [ID, custom(12, "_Name")])
    done = house.land(of, [person(1, f14="new")], [ID, custom(14, "_Name")])
    assert rows(house, '"_Name", "_Name_14"') == [(1, "old", "new")]
    assert "the column _Name is called _Name_14: its name is taken" in done.notes
    house.land(of, [person(2, f14="next")], [ID, custom(14, "_Name")])
    assert rows(house, '"_Name", "_Name_14"') == [(1, "old", "new"), (2, None, "next")]


def test_names_that_differ_by_case_stay_apart_whatever_comes_first(house: House) -> None:
    """Two fields whose names DuckDB takes for one have a column each, for good, and the run says so."""
    house.land(dataset(), [person(1, f14="b")], [ID, custom(14, "_size")])
    done = house.land(dataset(), [person(1, f12="a", f14="b")], [ID, custom(12, "_Size"), custom(14, "_size")])
    assert rows(house, '"_size", "_Size_12"') == [(1, "b", "a")]
    assert "the column _Size is called _Size_12: its name is taken" in done.notes


def test_a_field_called_like_a_standard_column_stays_apart(house: House) -> None:
    """A standard column keeps its name, and so do our own; the field has its id behind it and is reported."""
    standard = c.Column("_Level", c.TEXT, rest=c.Path("level"))
    fields = [ID, standard, custom(12, "_Level"), custom(13, "_batch_id"), custom(14, "_deleted_at")]
    done = house.land(dataset(), [{"level": "high", **person(1, f12="a", f13="b", f14="c")}], fields)
    assert rows(house, '"_Level", "_Level_12", "_batch_id_13", "_deleted_at_14"') == [(1, "high", "a", "b", "c")]
    assert sum("its name is taken" in note for note in done.notes) == 3


@pytest.mark.parametrize("update", [REPLACE, MERGE])
def test_a_removed_field_keeps_its_data(house: House, update: UpdateMethod) -> None:
    """Rows that come again keep what they last said in a column that no longer comes; new rows have NULL there."""
    of = dataset(update=update)
    named = c.Column("Name", c.TEXT, rest=c.Path("name"))
    before = [person(1, f12="41"), person(2, f12="42"), person(3, f12="43")]
    house.land(of, before, [ID, named, custom(12, "_ShoeSize")])
    after = [{"name": "new", **person(1)}, person(2), {"name": "added", **person(4)}]
    done = house.land(of, after, [ID, named])
    assert rows(house)[:2] == [(1, "41"), (2, "42")]
    assert rows(house)[-1] == (4, None)
    assert "the column _ShoeSize did not come: NULL in new rows" in done.notes
    house.land(of, [{"name": "again", **person(1)}], [ID, named])
    assert rows(house)[0] == (1, "41")
    house.land(of, [person(1, f12="45")], [ID, named, custom(12, "_ShoeSize")])
    assert rows(house)[0] == (1, "45")


def test_a_partition_keeps_the_data_of_a_removed_field(house: House) -> None:
    """The rows of a partition that is replaced are known by the report's key."""
    of = dataset(update=PARTITION, key=("Day",))
    day = c.Column("Day", c.TEXT, rest=c.Path("day"))
    house.land(of, [{"day": "mon", **person(1, f12="41")}, {"day": "tue", **person(2, f12="42")}], [ID, day, SHOE])
    house.land(of, [{"day": "mon", **person(1)}, {"day": "mon", **person(3)}], [ID, day])
    assert rows(house) == [(1, "41"), (2, "42"), (3, None)]


def test_another_question_keeps_nothing_of_the_old_rows(house: House) -> None:
    """Where the table becomes the answer to another question, the same number may be another record."""
    house.land(dataset(), [person(1, f12="41")], [ID, SHOE])
    house.land(dataset(fingerprint="other"), [person(1)], [ID])
    assert rows(house) == [(1, None)]


def test_without_a_key_a_removed_field_is_empty(house: House) -> None:
    """Where nothing tells which row is which, or a key comes twice, no value is guessed."""
    keyless = dataset(key=(), own_key=())
    house.land(keyless, [person(1, f12="41")], [ID, SHOE])
    house.land(keyless, [person(1)], [ID])
    assert rows(house) == [(1, None)]
    house.land(dataset(), [person(1, f12="41")], [ID, SHOE])
    house.land(dataset(), [person(1), person(1)], [ID])
    assert rows(house) == [(1, None), (1, None)]


def test_a_merge_of_a_key_that_was_appended_twice_keeps_the_newest(house: House) -> None:
    """Of two rows that become one, the one that came last says what a removed field was."""
    append, merge = dataset(update=UpdateMethod.APPEND), dataset(update=MERGE)
    house.land(append, [person(1, f12="41")], [ID, SHOE])
    house.land(append, [person(1, f12="42")], [ID, SHOE])
    house.land(merge, [person(1)], [ID])
    assert rows(house) == [(1, "42")]


def test_fields_of_another_report_do_not_count(house: House) -> None:
    """A dataset that becomes one of another report has that one's fields under their own names."""
    house.land(dataset(), [person(1, f12="a")], [ID, custom(12, "_Size")])
    other = replace(dataset(), report=replace(dataset().report, name="companies"))
    done = house.land(other, [person(7, f90="b")], [ID, custom(90, "_Size")])
    assert rows(house, '"_Size"') == [(7, "b")]
    assert not any("its name is taken" in note for note in done.notes)


@pytest.mark.parametrize(("number", "name"), [(12, "_Size"), (90, "_Size")])
def test_the_other_api_gives_the_same_columns(house: House, number: int, name: str) -> None:
    """A dataset that goes from XML-RPC to REST keeps its columns, should the two know a field by different ids too."""
    through(house, Api.XMLRPC, {"rows": [{"Id": 1, "_Size": "a"}]}, [ID, custom(12, "_Size")])
    through(house, Api.REST, {"contacts": [person(1, **{f"f{number}": "b"})]}, [ID, custom(number, "_Size")])
    assert rows(house, f'"{name}"') == [(1, "b")]
    assert columns(house) == ["Id", "_Size"]


def test_a_renamed_field_survives_the_other_api(house: House) -> None:
    """A field that was renamed keeps its column through the other API, which knows it by the same id."""
    through(house, Api.XMLRPC, {"rows": [{"Id": 1, "_Size": "a"}]}, [ID, custom(12, "_Size")])
    through(house, Api.REST, {"contacts": [person(1, f12="b")]}, [ID, custom(12, "_NewSize")])
    assert columns(house) == ["Id", "_Size"]


def test_a_field_that_becomes_another_kind_keeps_column_and_values(house: House) -> None:
    """A number that becomes text is text from then on; what does not fit a column that stays is kept aside."""
    of = dataset(update=MERGE)
    house.land(of, [person(1, f12="41")], [ID, custom(12, "_Size", c.INTEGER)])
    house.land(of, [person(2, f12="XL")], [ID, custom(12, "_Sizes", c.TEXT)])
    done = house.land(of, [person(3, f12=["a", "b"])], [ID, custom(12, "_Sizes", c.TEXTS)])
    assert rows(house, '"_Size"') == [(1, "41"), (2, "XL"), (3, "[a, b]")]
    assert any("stays VARCHAR" in note for note in done.notes)


@pytest.mark.parametrize("word", [word for _, word, kind in TYPES if kind not in {c.TEXT, c.TEXTS}])
def test_what_does_not_fit_a_field_is_kept_aside(house: House, word: str) -> None:
    """Of every kind of field that is more than text: NULL in the row, and the raw value in `_infusion.rejected`."""
    kind = {name: kind for _, name, kind in TYPES}[word]
    done = house.land(dataset(), [person(1, f12="neither"), person(2, f12=None)], [ID, custom(12, "_Field", kind)])
    assert rows(house, '"_Field"') == [(1, None), (2, None)]
    assert house.ask('SELECT "key", "column", raw FROM _infusion.rejected') == [('{"Id":1}', "_Field", "neither")]
    assert done.rows_rejected == 1


NAMES = st.sampled_from(["_a", "_A", "_b", "_a_2", "Id"])
MODELS = st.lists(st.dictionaries(st.integers(1, 4), NAMES, max_size=4), min_size=1, max_size=5)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(MODELS, st.sampled_from([MERGE, REPLACE]))
def test_no_column_ever_holds_two_fields(models: list[dict[int, str]], update: UpdateMethod) -> None:
    """However fields are renamed, removed and made anew, each has one column for good, with all it ever held."""
    held: dict[int, str] = {}
    with TemporaryDirectory() as folder:
        house = House(Project(Path(folder)))
        for at, model in enumerate(models):
            held |= {number: f"{number} at {at}" for number in model}
            record = person(1, **{f"f{number}": held[number] for number in model})
            house.land(dataset(update=update), [record], [ID, *(custom(n, name) for n, name in model.items())])
        names = columns(house)[1:]
        found = house.ask(f"SELECT {sql.names(names)} FROM acme.people")[0] if names else ()
    assert sorted(found) == sorted(held.values())


SHOE = custom(12, "_ShoeSize")


def through(house: House, api: Api, answer: dict[str, Any], fields: Sequence[c.Column]) -> Run:
    """Land an answer of one API."""
    of = dataset()
    shape = house.shape(fields, [answer], of=of, api=api)
    run = house.run(of, shape.batch).but(api=api.value)
    return apply(house.project, shape, dataset=of, run=run, clock=house.clock)
