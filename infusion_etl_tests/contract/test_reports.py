"""What lands through REST equals what lands through XML-RPC equals what the simulated account holds."""

from __future__ import annotations

from typing import Any

import pytest

from infusion_etl.errors import ConfigMistake
from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl_tests.bench import Bench, comparable, differences
from infusion_etl_tests.contract.truth import TRUTHS

SHIPPING = [
    "shipping_flat_rate",
    "shipping_order_quantity",
    "shipping_order_total",
    "shipping_order_ranges",
    "shipping_product",
    "shipping_ups",
    "shipping_weight",
]
ELSEWHERE = ("StoredAs",)
"""Columns that tell of this project, not of the account."""
DAYS = {"from": "2000-01-01", "to": "today"}


def examples(bench: Bench) -> dict[str, dict[str, Any]]:
    """Return parameters for every classic report, from what the simulated account holds."""
    world = bench.simulator.simulator.world
    contact = next(row for row in bench.table("Contact") if row.get("Email"))
    tags = sorted({row["GroupId"] for row in bench.table("ContactGroupAssign")})[:3]
    search = next(iter(world.saved_searches))
    kinds = {
        "discount_category": "productCategories",
        "discount_category_assignments": "productCategories",
        "discount_order_total": "orderTotals",
        "discount_product": "products",
        "discount_shipping": "shipping",
        "discount_free_trial": "freeTrials",
    }
    discounts = {name: discount_ids(bench, word) for name, word in kinds.items()}
    return {
        "contacts_by_email": {"email": contact["Email"]},
        "contacts_by_id": {"contact_id": contact["Id"]},
        "contacts_by_tags": {"tags": tags},
        "affiliate_clawbacks": {"affiliates": "all", "dates": DAYS},
        "affiliate_payments": {"affiliates": "all", "dates": DAYS},
        "affiliate_redirect_links": {"affiliates": "all"},
        "affiliate_programs": {},
        "affiliate_programs_of_affiliate": {"affiliates": "all"},
        "affiliate_program_affiliates": {"programs": "all"},
        "affiliate_program_resources": {"programs": "all"},
        "get_file": {"files": "all"},
        "invoice_amount_due": {"invoices": "all"},
        "invoice_payment_options": {},
        "invoice_payments": {"invoices": "all"},
        "product_inventory": {"products": "all"},
        "webforms": {},
        "shipping_options": {},
        "invoice_shipping_options": {},
        **{name: {"options": "all"} for name in SHIPPING},
        "record_by_id": {"table": "Contact", "record_id": contact["Id"]},
        "data_query": {"table": "Contact"},
        "saved_search": {"saved_search": search.id},
        "saved_search_fields": {"saved_search": search.id, "fields": list(search.columns)[:3]},
        "available_fields": {"saved_search": search.name},
        "affiliate_commissions": {"affiliates": "all", "dates": DAYS},
        "affiliate_summary": {"affiliates": "all", "dates": DAYS},
        "affiliate_running_totals": {"affiliates": "all"},
        **{name: {"discounts": ids} for name, ids in discounts.items()},
    }


def discount_ids(bench: Bench, word: str) -> list[int]:
    """Return the ids of the account's discounts of one kind."""
    found = [one for one in bench.simulator.simulator.world.discounts if one.kind == word]
    assert found, f"the simulated account has no {word} discount"
    return [one.id for one in found]


CLASSIC = [name for name, report in CATALOGUE.items() if set(report.apis) == set(Api)]


@pytest.mark.parametrize("name", CLASSIC)
def test_both_apis_land_the_same(bench: Bench, name: str) -> None:
    """The same report with the same parameters lands the same columns and rows through REST and XML-RPC."""
    parameters = examples(bench)[name]
    landed = {}
    for api in Api:
        dataset = f"{name}_{api.value}"
        bench.write(dataset, api.value, name, parameters=parameters)
        run = bench.refresh(dataset)
        assert run.rows_rejected == 0, run
        landed[api] = bench.rows(f"{api.value}.{dataset}")
    rest, xmlrpc = landed[Api.REST], landed[Api.XMLRPC]
    assert rest, "nothing landed"
    assert list(rest[0]) == list(xmlrpc[0])
    key = CATALOGUE[name].key or list(rest[0])
    assert not differences(rest, xmlrpc, list(rest[0]), key)
    assert comparable(rest) == comparable(xmlrpc)
    if name in TRUTHS:
        truth = list(TRUTHS[name](bench.simulator.simulator.world))
        shown = [column for column in rest[0] if column not in ELSEWHERE]
        assert comparable(rest, shown) == comparable(truth, shown)


def test_what_only_xmlrpc_serves_lands_too(bench: Bench) -> None:
    """The payment types come through XML-RPC; a REST account is refused with the substitute before anything is sent."""
    bench.write("ways_to_pay", "xmlrpc", "invoice_payment_options")
    bench.refresh("ways_to_pay")
    rows = bench.rows("xmlrpc.ways_to_pay")
    assert {"Credit Card", "Check"} <= {row["name"] for row in rows}
    assert all(row["name"] == row["label"] for row in rows)
    bench.write("ways_to_pay", "rest", "invoice_payment_options")
    before = bench.calls()
    with pytest.raises(ConfigMistake, match="PayType of invoice_payments"):
        bench.refresh("ways_to_pay")
    assert bench.calls() == before
    (bench.project.datasets / "ways_to_pay.yaml").unlink()


def test_every_report_is_compared(bench: Bench) -> None:
    """No report of the catalogue that both APIs serve is left out of the comparison."""
    assert set(CLASSIC) <= set(examples(bench))


@pytest.mark.parametrize("name", [name for name in CLASSIC if name.startswith("discount_")])
def test_all_discounts_are_those_named_one_by_one(bench: Bench, name: str) -> None:
    """`discounts: all`, which REST alone can list, lands what naming every id lands."""
    bench.write(f"{name}_all", "rest", name, parameters={"discounts": "all"})
    bench.write(f"{name}_each", "rest", name, parameters=examples(bench)[name])
    bench.refresh(f"{name}_all")
    bench.refresh(f"{name}_each")
    assert comparable(bench.rows(f"rest.{name}_all")) == comparable(bench.rows(f"rest.{name}_each"))


def test_a_field_that_rest_lacks_lands_empty_with_a_note(bench: Bench) -> None:
    """A field asked for by name that REST v2 has not is NULL in every row, and the run says so."""
    bench.write("lacking", "rest", "data_query", parameters={"table": "Contact", "fields": ["Id", "Validated"]})
    run = bench.refresh("lacking")
    assert any("Validated" in note for note in run.notes)
    assert {row["Validated"] for row in bench.rows("rest.lacking")} == {None}


def test_an_affiliate_whose_contact_is_gone_still_lands(own_bench: Bench) -> None:
    """A program's affiliates are all there, with nothing where the deleted contact's name was, through both APIs."""
    world = own_bench.simulator.simulator.world
    affiliate = next(iter(world.affiliates))
    assert affiliate.contact_id is not None
    world.delete_person(affiliate.contact_id)
    landed = []
    for api in Api:
        own_bench.write(f"partners_{api.value}", api.value, "affiliate_program_affiliates", parameters={"programs": 2})
        own_bench.refresh(f"partners_{api.value}")
        landed.append(own_bench.rows(f"{api.value}.partners_{api.value}"))
        (row,) = [row for row in landed[-1] if row["Id"] == affiliate.id]
        assert (row["AffCode"], row["FirstName"]) == (affiliate.code, None)
    assert comparable(landed[0]) == comparable(landed[1])
