"""What a report costs, in words: taken from the walks that its own plan makes."""

from __future__ import annotations

from typing import Any

import pytest

from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.costs import Step, calls_in_words, calls_of_any


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(1, None), "1 call"),
        (Step(3, None), "3 calls"),
        (Step(1, 1000), "1 call per 1,000 records"),
        (Step(3, 200), "3 lists, 1 call per 200 records of each"),
        (Step(1000, None, each=1), "for each record found, 1 call"),
        (Step(1000, 1000, each=1), "for each record found, 1 call per 1,000 records"),
        (Step(4, 1000, each=250), "for every 250 records found, 1 call"),
        (Step(1000, None, given=1), "for each id given, 1 call"),
        (Step(10, None, given=100), "for every 100 ids given, 1 call"),
    ],
)
def test_a_step_in_words(step: Step, words: str) -> None:
    """Lists cost by their length, single reads by their number; a list of 250 ids is one page."""
    assert str(step) == words


@pytest.mark.parametrize(
    ("report", "api", "parameters", "words"),
    [
        ("contacts_by_id", Api.REST, {"contact_id": 7}, "1 call"),
        ("discount_product", Api.REST, {"discounts": (4, 8, 15)}, "3 calls"),
        ("discount_product", Api.REST, {"discounts": "all"}, "1 call per 1,000 records"),
        (
            "contacts_by_tags",
            Api.XMLRPC,
            {"tags": ("VIP",)},
            "1 call per 1,000 records; then for every 1,000 records found, 1 call",
        ),
        ("saved_search", Api.XMLRPC, {"saved_search": "Everybody"}, "1 call per 1,000 records"),
        ("saved_search", Api.REST, {"saved_search": (4, "Sales")}, "2 lists, 1 call per 1,000 records of each"),
        ("saved_search", Api.REST, {"saved_search": "Sales*"}, "for each record found, 1 call per 1,000 records"),
    ],
)
def test_the_cost_of_a_dataset(report: str, api: Api, parameters: dict[str, Any], words: str) -> None:
    """Ids that are named are counted; names cost what their records do."""
    assert calls_in_words(CATALOGUE[report], api, parameters) == words


def test_any_ids_and_all_of_them_are_told_apart() -> None:
    """What costs a call for each id, costs a list first when all are wanted; what cannot be listed says why."""
    assert calls_of_any(CATALOGUE["affiliate_commissions"], Api.XMLRPC) == {
        "": "for each id given, 1 call",
        "all": "1 call per 1,000 records; then for each record found, 1 call",
    }
    assert calls_of_any(CATALOGUE["discount_product"], Api.XMLRPC)["all"].startswith("no. ")
