"""What reads from outside: XML-RPC answers, REST pages, queries, dataset files. Only errors of the tree come out."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion_etl.accounts.account import Account
from infusion_etl.datasets import files
from infusion_etl.errors import InfusionError
from infusion_etl.keap import jsonpages, xmlrpc
from infusion_etl.keap.answers import check_rest, check_xmlrpc
from infusion_etl.keap.packed import HttpAnswer
from infusion_etl.keap.redaction import page_without_credentials
from infusion_etl.keap.walks import Api, Page, RestWalk, XmlRpcShape
from infusion_etl.reports import columns as c
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.query import parse
from infusion_etl.reports.query_check import check_anywhere
from infusion_etl.settings import Project
from infusion_etl.warehouse.batches import Batches
from infusion_etl.warehouse.shape import Shape
from infusion_etl_tests.fuzz.damage import damaged, wild
from infusion_etl_tests.fuzz.words import (
    FILE_PIECES,
    FILES,
    JSON,
    JSON_PIECES,
    QUERIES,
    QUERY_PIECES,
    XML,
    XML_PIECES,
)
from infusion_etl_tests.warehouse.house import PLAN, House, dataset

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FAST = settings(deadline=None, suppress_health_check=list(HealthCheck))
SLOW = settings(FAST, max_examples=max(settings().max_examples // 3, 1))
"""For what takes files and processes: a third of the examples."""

COLUMNS = (
    c.Column("id", c.INTEGER, c.Path("id")),
    c.Column("name", c.TEXT, c.Path("name")),
    c.Column("n", c.NUMBER, c.Path("n")),
    c.Column("when", c.MOMENT, c.Path("when")),
    c.Column("day", c.DATE, c.Path("when")),
    c.Column("deep", c.YES_NO, c.Path("in", "a")),
    c.Column("keyed", c.MONEY, c.Keyed("items", "k", "x", "v")),
    c.Column("tags", c.INTEGERS, c.Path("tags")),
    c.Column("items", c.structs(k="VARCHAR", v="BIGINT"), c.Path("items")),
    c.Column("_custom", c.TEXT, c.CustomField("7")),
)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Return a house that all examples share."""
    with tempfile.TemporaryDirectory() as folder:
        yield House(Project(Path(folder)))


@FAST
@given(
    st.one_of(damaged(XML, XML_PIECES), wild(XML_PIECES)),
    st.sampled_from(XmlRpcShape),
    st.sampled_from([200, 401, 503]),
)
def test_any_xml_is_rows_or_an_error_of_the_tree(body: bytes, shape: XmlRpcShape, status: int) -> None:
    """An answer through XML-RPC becomes a page of rows that can be read, or an error that says what to do."""
    try:
        check_xmlrpc(HttpAnswer(status, {}, body), NOW)
        rows = xmlrpc.rows_of(xmlrpc.decode_answer(body), shape)
    except InfusionError:
        return
    assert jsonpages.look(xmlrpc.encode_page(rows), "rows")[0].rows == len(rows)


@SLOW
@given(body=st.one_of(damaged(JSON, JSON_PIECES), wild(JSON_PIECES)), records=st.sampled_from(["rows", None]))
def test_any_json_lands_or_is_an_error_of_the_tree(house: House, body: bytes, records: str | None) -> None:
    """A page that the look lets through is decoded by DuckDB into no more rows than were counted."""
    try:
        check_rest(HttpAnswer(200, {}, body), NOW)
        seen, kept = jsonpages.look(body, records)
        page_without_credentials(kept)
        shape = staged(house, Page(gzip.compress(kept, 1), len(kept), seen.rows), records)
        rows = house.decoded(shape)
    except InfusionError:
        return
    assert len(rows) <= seen.rows


def staged(house: House, page: Page, records: str | None) -> Shape:
    """Return the shape of a batch of one page."""
    with Batches(house.project).begin(dataset()) as batch:
        batch.start_walk(0, RestWalk("/v2/rows", records))
        batch.add(0, page)
        batch.close("abandoned")
    return Shape(Api.REST, COLUMNS, PLAN, batch)


@FAST
@given(st.one_of(damaged(QUERIES, QUERY_PIECES), wild(QUERY_PIECES)))
def test_any_query_is_read_or_told(text: bytes) -> None:
    """The query language: conditions that can be written and read again, or mistakes; and it ends."""
    try:
        query = parse(text.decode("utf-8", "replace"))
    except InfusionError:
        return
    assert parse(query.formatted()).conditions == query.conditions
    assert isinstance(check_anywhere(query, COLUMNS), list)


@FAST
@given(st.one_of(damaged(FILES, FILE_PIECES), wild(FILE_PIECES)))
def test_any_file_is_a_dataset_or_told(text: bytes) -> None:
    """A dataset file of any bytes: one dataset, or problems with a place each; nothing is raised and nothing is run."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        project.datasets.mkdir()
        (project.datasets / "it.yaml").write_bytes(text)
        found = files.load(project, {"acme": Account("acme")}, CATALOGUE)
    assert len(found.datasets) + len(found.broken) <= 1
    assert all(problem.place.startswith("datasets/it.yaml") for problem in found.problems)
