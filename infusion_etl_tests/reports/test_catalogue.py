"""Promises that hold for every entry of the catalogue."""

from __future__ import annotations

import pytest

from infusion_etl.datasets.entry import find_report
from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.report import Report

DOMOS_MENU = (
    "Affiliate - Clawbacks",
    "Affiliate - Commissions",
    "Affiliate - Payments",
    "Affiliate - Redirect Links",
    "Affiliate Summary",
    "Affiliate - Running Totals",
    "Affiliate Program - All Programs",
    "Affiliate Program - Affiliate's Programs",
    "Affiliate Program - Program's Affiliates",
    "Affiliate Program - Resources",
    "Contacts - By Email Address",
    "Contacts - By ID",
    "Contacts - By Tags",
    "Data - Record by ID",
    "Data - Query a Data Table",
    "Discount - Category",
    "Discount - Category Assignments",
    "Discount - Order's Discount",
    "Discount - Product Total",
    "Discount - Shipping",
    "Discount - Subscription's Free Trial",
    "Get File",
    "Invoice - Amount Due",
    "Invoice - Available Payment Options",
    "Invoice - Payments",
    "Invoice - Available Shipping Options",
    "Product - Inventory",
    "Search - Available Fields",
    "Search - Saved Search",
    "Search - Saved Search New",
    "Shipping - Available Shipping Options",
    "Shipping - Flate Rate Shipping Options",
    "Shipping - Order Quantity Shipping Options",
    "Shipping - Order Shipping Options",
    "Shipping - Order Shipping Ranges",
    "Shipping - Product Shipping Options",
    "Shipping - UPS Shipping Options",
    "Shipping - Weight-Based Shipping Options",
    "Webform IDs",
)
"""The titles of Domo's menu (its article 360043432213), its slip "Flate" included."""

REPORTS = pytest.mark.parametrize("report", CATALOGUE.values(), ids=lambda report: report.name)


@REPORTS
def test_every_api_serves_it_or_says_why_not(report: Report) -> None:
    """Each API has a plan, or a reason with a substitute; never both, never neither."""
    for api in Api:
        assert (api in report.plans) != (api in report.unserved)


@pytest.mark.parametrize("title", DOMOS_MENU)
def test_every_report_of_domos_menu_is_here(title: str) -> None:
    """Each of the 39 is found by exactly Domo's title, works through XML-RPC, and through REST or says what instead."""
    report = find_report(CATALOGUE, title)
    assert report is not None
    assert report.title == title
    assert Api.XMLRPC in report.plans
    assert Api.REST in report.plans or report.unserved[Api.REST]


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
