"""Promises that hold for every entry of the catalogue and every table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.query import parse
from infusion_etl.reports.report import Report
from infusion_etl.reports.tables import TABLES, Table

SHARED = Path(__file__).resolve().parents[3] / "shared"
REPORTS = pytest.mark.parametrize("report", CATALOGUE.values(), ids=lambda report: report.name)
EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)


def shared(name: str) -> dict[str, object]:
    """Read a fact sheet; where they are not present, the test says that it skipped."""
    if not (SHARED / name).is_file():
        pytest.skip(f"skipped: {name} is not beside this project")
    found: dict[str, object] = json.loads((SHARED / name).read_text())
    return found


@REPORTS
def test_every_api_serves_it_or_says_why_not(report: Report) -> None:
    """Each API has a plan, or a reason with a substitute; never both, never neither."""
    for api in Api:
        assert (api in report.plans) != (api in report.unserved)


@REPORTS
def test_a_person_can_read_it(report: Report) -> None:
    """Title, description and every parameter say something."""
    assert report.title
    assert report.description
    assert all(parameter.description for parameter in report.parameters)


@REPORTS
def test_columns_are_distinct_and_hold_the_key(report: Report) -> None:
    """No two columns differ only by case, the key is among them, and each has a source in every API that serves it."""
    columns = report.columns({"table": "Contact"})
    names = [column.name for column in columns]
    assert len({name.lower() for name in names}) == len(names)
    if columns:
        assert set(report.key) <= set(names)
    sources = {Api.REST: "rest", Api.XMLRPC: "xmlrpc"}
    for api in report.apis:
        assert all(getattr(column, sources[api]) is not None for column in columns)


@EVERY_TABLE
def test_no_secret_is_a_field(table: Table) -> None:
    """Passwords are not even known by name, so nobody can ask for them."""
    assert not [column.name for column in table.fields if "password" in column.name.lower()]


@EVERY_TABLE
def test_fields_are_those_of_the_schema(table: Table) -> None:
    """Every field of the public schema is known, with its type, but secrets and blobs; and no other."""
    facts = shared("facts/tables.json")[table.name]
    assert isinstance(facts, dict)
    wanted = {
        name: one["type"] for name, one in facts["fields"].items() if name != "Password" and one["type"] != "Blob"
    }
    words = {
        "String": {"text"},
        "Integer": {"integer"},
        "Double": {"number", "money"},
        "Date": {"date"},
        "DateTime": {"moment"},
    }
    assert {column.name for column in table.fields} == set(wanted)
    wrong = [column.name for column in table.fields if column.type.word not in words[wanted[column.name]]]
    assert not wrong


@EVERY_TABLE
def test_filters_and_order_exist_for_the_list(table: Table) -> None:
    """Each filter field and the order that a table sends are documented for that very list."""
    document = shared("openapi/keap-v2.json")
    paths = document["paths"]
    assert isinstance(paths, dict)
    operation = paths[f"/rest{table.rest.path}"]["get"]
    texts = {one["name"]: one.get("description", "") for one in operation["parameters"]}
    documented = set(re.findall(r"`(\w+)`", texts["filter"].split("Custom field")[0]))
    samples = ("12", "12,13", "~>~12", "Ogden", "Ogd%", "~>=~2026-01-01", "~<~2026-01-01")
    for name, build in table.rest.filters.items():
        for sample in samples:
            for clauses in build(parse(f"'{name}':'{sample}'").conditions[0]):
                assert {re.split("[=<>]", clause, maxsplit=1)[0] for clause in clauses} <= documented
    if table.rest.order:
        assert f"`{table.rest.order.split()[0]}`" in texts["order_by"]
    assert table.rest.takes_fields == ("fields" in texts)
