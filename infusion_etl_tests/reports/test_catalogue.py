"""Promises that hold for every entry of the catalogue."""

from __future__ import annotations

import pytest

from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.report import Report

REPORTS = pytest.mark.parametrize("report", CATALOGUE.values(), ids=lambda report: report.name)


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
