"""The reference pages of `docs/` are what the catalogue and the tables say now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from infusion_etl.documentation.markdown import place, table
from infusion_etl.documentation.pages import PAGES, write
from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.columns import Constant, Context, EasternDate, FirstOf, Keyed, Minor
from infusion_etl.reports.columns import Path as At
from infusion_etl.reports.costs import examples
from infusion_etl.reports.tables import TABLES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def made() -> Mapping[str, str]:
    """Make each page once."""
    return {name: page() for name, page in PAGES.items()}


def sections(page: str) -> dict[str, str]:
    """Return the sections of a page by their heads."""
    return {part.split("\n", 1)[0]: part for part in page.split("\n## ")[1:]}


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_stale(made: Mapping[str, str], name: str) -> None:
    """Whoever changes a report or a table writes the page anew in the same change."""
    there = DOCS / name
    told = f"docs/{name} is stale: write it anew with `./run docs`"
    assert there.is_file(), told
    assert there.read_text("utf-8") == made[name], told


def test_every_report_stands_on_its_page_with_all_that_it_takes_and_gives(made: Mapping[str, str]) -> None:
    """Title, parameters, columns and the reason why an API does not serve it."""
    told = sections(made["reports.md"])
    assert list(told) == list(CATALOGUE)
    for report in CATALOGUE.values():
        section = told[report.name]
        columns = () if report.parameter("table") else report.columns(examples(report))
        named = [*(p.name for p in report.parameters), *(c.name for c in columns if not c.hidden)]
        assert [name for name in named if f"| `{name}` |" not in section] == []
        assert report.title in section
        assert all(reason in section for reason in report.unserved.values())


def test_every_field_of_every_table_stands_on_its_page(made: Mapping[str, str]) -> None:
    """One row a field, under its table."""
    told = sections(made["tables.md"])
    assert list(told) == list(TABLES)
    for one in TABLES.values():
        assert [c.name for c in one.fields if f"| `{c.name}` |" not in told[one.name]] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_cost_of_every_report_is_told_for_each_api_that_serves_it(made: Mapping[str, str], name: str) -> None:
    """No report costs nothing, and none is left without words."""
    report = CATALOGUE[name]
    section = sections(made["reports.md"])[name]
    for api, word in ((Api.REST, "REST"), (Api.XMLRPC, "XML-RPC")):
        if api in report.plans:
            line = next(line for line in section.splitlines() if line.startswith(f"- {word}: "))
            assert "call" in line
            assert "no call" not in line


def test_writing_makes_stale_pages_fresh_and_leaves_the_others(tmp_path: Path) -> None:
    """What is missing or changed is written; a second time there is nothing to do."""
    pages = {"one.md": lambda: "1", "two.md": lambda: "2"}
    assert write(tmp_path, pages) == ["one.md", "two.md"]
    (tmp_path / "two.md").write_text("old", "utf-8")
    assert write(tmp_path, pages) == ["two.md"]
    assert (tmp_path / "two.md").read_text("utf-8") == "2"
    assert write(tmp_path, pages) == []


def test_places_are_told_as_people_read_them() -> None:
    """Members, items of lists, what the call knows, days and alternatives; a dash for what is not there."""
    told = [place(None), place(At("company", "id")), place(Context("tag")), place(Minor(At("price")))]
    assert told == ["-", "`company.id`", "the call", "`price`"]
    assert place(Keyed("email_addresses", "field", "EMAIL1", "email")) == "`email_addresses[field=EMAIL1].email`"
    assert place(FirstOf((At("a"), EasternDate(At("b")), Constant("0")))) == "`a` or the day of `b` or always 0"


def test_a_cell_cannot_break_its_table() -> None:
    """Strokes are escaped, and every row is one line."""
    assert table(("a",), [("x|y\nz",)]) == "| a |\n| --- |\n| x\\|y z |\n\n"
