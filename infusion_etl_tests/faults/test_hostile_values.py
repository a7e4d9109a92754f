"""Strange values on the whole way, from a raw socket to the published file: they land right or are told, none is lost.

What one answer must not do to the reader stands in `test_hostile`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.errors import CallRefused, InfusionError
from infusion_etl.warehouse.query import query
from infusion_etl.warehouse.runs import Run, RunState
from infusion_etl_tests.bench import Bench
from infusion_etl_tests.cli.commands import invoke
from infusion_etl_tests.faults.hostile import always, answering, numbered

DROP = '"; DROP TABLE rest.people; --'
DROPS = (
    DROP,
    "'; DROP SCHEMA rest CASCADE; --",
    "a\x00b",
    "select",
    "x y.z",
    "Ünï-çode 🎈",
    "😀" * 60,
    "_batch_id",
    "$misfits",
    "%s{}",
)


def land(bench: Bench, body: bytes, report: str = "tags", **more: Any) -> Run:
    """Refresh the dataset `odd.t` from a server that answers everything with this body."""
    bench.write("t", "odd", report, **more)
    with answering(always(body)) as server:
        bench.add_account("odd", server.url)
        return bench.refresh("t", clock=ManualClock(datetime.now(UTC)))


def rejected(bench: Bench) -> list[tuple[str, str]]:
    """Return column and raw text of the values that did not fit."""
    return sorted(
        (column, raw) for column, raw in query(bench.project, 'SELECT "column", raw FROM _infusion.rejected').rows
    )


def tags(*rows: object) -> bytes:
    """Return a page of tags."""
    return json.dumps({"tags": rows}).encode()


def test_numbers_as_text_and_text_as_numbers(bench: Bench) -> None:
    """A number in quotes is the number, a number where text was due is its text; no row and no value is lost."""
    run = land(
        bench,
        b'{"tags": [{"id": "1", "name": 5, "category": {"id": "7"}}, {"id": 2, "name": true, "category": {"id": 7.0}},'
        b' {"id": 3.0, "name": 1.50, "category": {"id": "x"}}, {"id": "4", "name": {"a": [1]}, "category": []}]}',
    )
    rows = [(row["id"], row["name"], row["category_id"]) for row in bench.rows("odd.t")]
    assert sorted(rows) == [(1, "5", 7), (2, "true", 7), (3, "1.5", None), (4, '{"a":[1]}', None)]
    assert run.rows_rejected == 2
    assert rejected(bench) == [("category", "[]"), ("category_id", "x")]


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 400, "1e-999", "0.1e1", "18446744073709551616", "-0"])
def test_numbers_beyond_all(bench: Bench, number: str) -> None:
    """A number that no column can hold is told with its text, and its row lands."""
    run = land(bench, f'{{"tags": [{{"id": {number}, "name": {number}}}, {{"id": 2, "name": "b"}}]}}'.encode())
    assert run.rows_total == 2
    (odd,) = (row for row in bench.rows("odd.t") if row["name"] != "b")
    assert odd["id"] is not None or [column for column, _ in rejected(bench)] == ["id"]


MOMENTS = {
    "0001-01-01T00:00:00Z": True,
    "0000-01-01T00:00:00Z": True,
    "9999-12-31T23:59:59.999999Z": True,
    "10000-01-01T00:00:00Z": True,
    "290000-01-01T00:00:00Z": True,
    "+12345-01-01T00:00:00Z": False,
    "999999-01-01T00:00:00Z": False,
    "9999999999999-01-01T00:00:00Z": False,
    "2024-02-30T00:00:00Z": False,
    "2024-01-01T25:00:00Z": False,
    "infinity": False,
    "INFINITY": False,
    "-infinity": False,
    "epoch": False,
    "now": False,
}


def test_moments_at_and_beyond_the_edges(bench: Bench) -> None:
    """Years 1, 9999 and later land as they are; what is no moment is told; every format of `query` can write them."""
    run = land(bench, tags(*({"id": n, "name": text, "create_time": text} for n, text in enumerate(MOMENTS))))
    landed = dict(query(bench.project, "SELECT name, create_time IS NOT NULL FROM odd.t").rows)
    assert landed == MOMENTS
    assert run.rows_rejected == sum(not fits for fits in MOMENTS.values())
    (first,) = query(bench.project, "SELECT create_time::VARCHAR FROM odd.t WHERE name LIKE '0001%'").rows
    assert first == ("0001-01-01 00:00:00+00",)
    for form in ("table", "csv", "json"):
        done = invoke(bench.project, "query", "SELECT * FROM odd.t ORDER BY id", "--format", form)
        assert done.returncode == 0, done.stderr
        assert "9999-12-31" in done.stdout
    done = invoke(bench.project, "query", "SELECT * FROM odd.t", "--output", str(bench.project.folder / "t.parquet"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("raw", "lands"),
    [
        (rb"a\u0000b", "a\x00b"),
        (rb"a\ud83db", "a\ufffdb"),
        (rb"\ude00", "\ufffd"),
        (rb"\ud83d\ude00", "😀"),
        (rb"\\ud83d", r"\ud83d"),
        (rb"\uffff\ufdd0", "\uffff\ufdd0"),
        ("\u202e\u2028\x7f".encode(), "\u202e\u2028\x7f"),
        (DROP.replace('"', r"\"").encode(), DROP),
    ],
)
def test_text_of_every_kind_lands_as_it_is(bench: Bench, raw: bytes, lands: str) -> None:
    """NUL, halves of pairs (as the sign for them), non-characters and SQL are text, in the file and out of it."""
    run = land(bench, b'{"tags": [{"id": 1, "name": "%s"}]}' % raw)
    assert (run.state, [row["name"] for row in bench.rows("odd.t")]) == (RunState.DONE, [lands])
    done = invoke(bench.project, "query", "SELECT name FROM odd.t", "--format", "json")
    assert json.loads(done.stdout) == [{"name": lands}]


def test_keys_twice_in_a_record(bench: Bench) -> None:
    """The first counts, as in DuckDB's own reading; the row lands once."""
    land(bench, b'{"tags": [{"id": 1, "id": 2, "name": "a", "name": "b"}, {"id": 3, "ID": 4, "name": "c"}]}')
    assert sorted((row["id"], row["name"]) for row in bench.rows("odd.t")) == [(1, "a"), (3, "c")]


def test_what_is_no_record_among_the_records_is_told(bench: Bench) -> None:
    """Each lands as a row of nothing, as every record does, and what it was stands in `_infusion.rejected`."""
    run = land(bench, b'{"tags": [1, "x", [1], {"id": 1, "name": "a"}, null, true]}')
    assert [row["name"] for row in bench.rows("odd.t") if row["id"]] == ["a"]
    assert rejected(bench) == [("(record)", raw) for raw in ('"x"', "1", "[1]", "true")]
    assert run.rows_rejected == 4


@pytest.mark.parametrize("depth", [10, 100, 900])
def test_deep_values_within_the_bound_land_as_text(bench: Bench, depth: int) -> None:
    """What is deeper than any record and less than the bound is a text like any other."""
    body = b'{"tags": [{"id": 1, "name": ' + b"[" * depth + b"]" * depth + b"}]}"
    land(bench, body)
    assert [row["name"] for row in bench.rows("odd.t")] == ["[" * depth + "]" * depth]


def test_a_page_that_repeats_lands_once(bench: Bench) -> None:
    """The same rows under new page tokens, which Keap's lists show while records move, double nothing."""
    rows = [{"id": n, "name": f"tag {n}"} for n in range(5)]

    def page(number: int) -> bytes:
        token = {"next_page_token": f"t{number}"} if number < 3 else {}
        return json.dumps({"tags": rows, **token}).encode()

    bench.write("t", "odd", "tags")
    with answering(numbered(page)) as server:
        bench.add_account("odd", server.url)
        run = bench.refresh("t", clock=ManualClock(datetime.now(UTC)))
    assert (run.rows_read, run.rows_total) == (20, 5)


def test_a_refused_answer_leaves_the_table_as_it_was(bench: Bench) -> None:
    """After a good refresh a hostile one fails by name: the table, and what readers see, is as before."""
    land(bench, tags({"id": 1, "name": "good"}))
    for body in (b'{"tags": [' + b"[" * 10_000, b'{"tags": [{"id": 9}], "tags": []}', b'{"items": [{"id": 9}]}'):
        with pytest.raises(CallRefused, match="dataset t"):
            land(bench, body)
        assert [row["name"] for row in bench.rows("odd.t")] == ["good"]
        assert bench.runs("t")[0].state is RunState.FAILED


def test_custom_fields_called_like_sql_are_columns(bench: Bench) -> None:
    """Their names are names: each is a column with its values, and nothing else happens to the database."""
    fields = [{"id": str(n), "field_name": name, "field_type": "TEXT"} for n, name in enumerate(DROPS)]
    values = [{"id": str(n), "content": f"value {n}"} for n, _ in enumerate(DROPS)]
    bench.write("people", "rest", "tags")
    before = bench.refresh("people").rows_total
    row = with_fields(bench, fields, values)
    plain = [name.replace("\0", "") for name in DROPS if name != "_batch_id"]
    assert [row[f"_{name}"] for name in plain] == [f"value {n}" for n, name in enumerate(DROPS) if name != "_batch_id"]
    assert {value["content"] for value in values} <= {str(value) for value in row.values()}
    assert len(bench.rows("rest.people")) == before
    bench.refresh("people")


def with_fields(bench: Bench, fields: list[dict[str, str]], values: list[dict[str, str]]) -> dict[str, Any]:
    """Refresh a dataset of one contact with these custom fields, and return its row."""
    bodies = {True: {"custom_fields": fields}, False: {"contacts": [{"id": "9", "custom_fields": values}]}}
    bench.write("t", "odd", "contacts")
    with answering(lambda head, _: always(json.dumps(bodies[b"/model" in head]).encode())(head, 0)) as server:
        bench.add_account("odd", server.url)
        bench.refresh("t")
    (row,) = bench.rows("odd.t")
    return row


def test_fields_that_differ_by_case_or_are_called_like_a_column_stay_apart(bench: Bench) -> None:
    """Each has a column of its own, and none takes the place of a standard one."""
    names = ("Size", "size", "SIZE", "batch_id", "batch_last_run", "id")
    fields = [{"id": str(n), "label": name, "field_name": name, "field_type": "TEXT"} for n, name in enumerate(names)]
    values = [{"id": str(n), "content": f"value {n}"} for n, _ in enumerate(names)]
    row = with_fields(bench, fields, values)
    assert row["id"] == 9
    assert sorted(value for value in row.values() if str(value).startswith("value")) == [
        f"value {n}" for n in range(len(names))
    ]


@pytest.mark.parametrize("where", ["report", "account", "key", "table", "update"])
def test_sql_in_a_dataset_file_is_a_mistake_by_line(bench: Bench, where: str) -> None:
    """Reports, accounts, keys, tables and methods of such names do not exist: told with file and line, nothing sent."""
    for name in (DROP, "../../etc/passwd", "a/b", "a\nb", ".", "", "x" * 300, "nul\x00"):
        facts: dict[str, Any] = {"account": "rest", "report": "data_query", "parameters": {"table": "Contact"}}
        told: dict[str, dict[str, Any]] = {
            "key": {"key": [name], "update": "merge"},
            "table": {"parameters": {"table": name}},
        }
        bench.write("t", **{**facts, **told.get(where, {where: name})})
        with pytest.raises(InfusionError, match=r"datasets/t\.yaml:\d") as caught:
            bench.refresh("t")
        assert caught.value.exit_status == 2
    assert (bench.calls(), bench.project.landing.exists()) == (0, False)


def test_a_dataset_file_called_like_sql_is_a_mistake(bench: Bench) -> None:
    """A file's name becomes a table's: only plain ones do, and the others are all told."""
    names = [DROP, "a b", "T", "1a", "ünï", "select;", "_infusion"]
    for name in names:
        (bench.project.datasets / f"{name}.yaml").write_text("account: rest\nreport: tags\n", encoding="utf-8")
    done = invoke(bench.project, "dataset", "check")
    assert done.returncode == 2
    assert all(name in done.stderr for name in names)
    assert not bench.project.landing.exists()


def test_a_custom_field_of_the_simulator_called_like_sql_can_be_asked_for(bench: Bench) -> None:
    """By name in `fields` and in a condition, through both APIs, the same rows land."""
    world, clock = bench.simulator.simulator.world, bench.simulator.simulator.clock
    like = next(field for field in world.fields_of("contact") if field.type_name == "TEXT")
    world.put(msgspec.structs.replace(like, id=world.custom_fields.next_id, name=DROP, label=DROP))
    field = next(field for field in world.fields_of("contact") if field.name == DROP)
    world.update_person(next(iter(world.people)).id, clock.now(), custom={field.id: "x"})
    for account in ("rest", "xmlrpc"):
        parameters = {"table": "Contact", "fields": ["Id", f"_{DROP}"]}
        bench.write("people", account, "data_query", parameters=parameters)
        bench.refresh("people")
        assert [row[f"_{DROP}"] for row in bench.rows(f"{account}.people") if row[f"_{DROP}"]] == ["x"]
