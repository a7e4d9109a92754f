"""Contacts, saved searches, affiliates and discounts, against the world they show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infusion_etl.simulator.world.affiliate_totals import affiliate_totals
from infusion_etl.simulator.world.searches import search_rows
from infusion_etl.simulator.world.tables import table_rows
from infusion_etl.simulator.xmlrpc.eastern import wall_clock
from infusion_etl.simulator.xmlrpc.methods import METHODS
from infusion_etl_tests.simulator.conftest import NOW
from infusion_etl_tests.simulator.xmlrpc.conftest import Caller, fault

EVER = (datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - XML-RPC's clock has no zone
COMMISSIONS = "APIAffiliateService.affCommissions"
ALL_FIELDS = "SearchService.getSavedSearchResultsAllFields"


def test_contacts_by_address(caller: Caller) -> None:
    """Everybody with the address in one of three places, whatever the case, all at once (find-by-email)."""
    person = caller.world.add_person(NOW, emails=(None, None, "Third@Example.com"))
    assert caller.call("ContactService.findByEmail", "third@example.COM", ["Id"]) == [{"Id": person.id}]
    shared = caller.call("ContactService.findByEmail", "shared@example.com", ["Id"])
    assert [row["Id"] for row in shared] == caller.ids({"Email": "shared@example.com"})
    assert len(shared) > 1
    assert caller.call("ContactService.findByEmail", "nobody@example.com", ["Id"]) == []


def test_wildcards_are_no_wildcards_in_an_address(caller: Caller) -> None:
    """The search by address is for equality: % finds nobody (find-by-email)."""
    assert caller.call("ContactService.findByEmail", "%", ["Id"]) == []


def test_the_account_id_breaks_the_search_by_address(caller: Caller) -> None:
    """Asking for AccountId is fault 0 with the server's own words, as seen (find-by-email-account)."""
    with fault(0, "Failed to invoke method findByEmail"):
        caller.call("ContactService.findByEmail", "a@example.com", ["Id", "AccountId"])


def test_one_contact(caller: Caller) -> None:
    """By id, as DataService.load would; an unknown one is fault 5 (load)."""
    row = table_rows(caller.world, "Contact")[40]
    assert caller.call("ContactService.load", row["Id"], ["Id"]) == {"Id": row["Id"]}
    with fault(5, "[RecordNotFound]"):
        caller.call("ContactService.load", 1, ["Id"])


def pages_of(caller: Caller, search: int, user: int) -> list[list[dict[str, str]]]:
    """Return the pages of a saved search until the empty one, read by a parser that minds no control characters."""
    pages: list[list[dict[str, str]]] = []
    while not pages or pages[-1]:
        pages.append(caller.cleaned(ALL_FIELDS, search, user, len(pages)))
    return pages


def test_a_saved_search_is_read_to_the_empty_page(caller: Caller) -> None:
    """All rows with all columns, fifty a page here; empty cells are empty texts (search-pages, search-empty-cells)."""
    pages = pages_of(caller, 2, 1)
    assert [len(page) for page in pages] == [50, 50, 50, 50, 0]
    true = list(search_rows(caller.world, caller.world.saved_searches[2]))
    assert [row["Id"] for page in pages for row in page] == [row["Id"] for row in true]
    assert all(set(row) == set(caller.world.saved_searches[2].columns) for page in pages for row in page)
    assert any("" in row.values() for page in pages for row in page)


def test_chosen_columns_of_a_saved_search(caller: Caller) -> None:
    """Only the columns named, dots and hyphens in their names (search-columns)."""
    columns = caller.call("SearchService.getAllReportColumns", 2, 1)
    assert columns == caller.world.saved_searches[2].columns
    wanted = ["ContactName.firstName", "Follow-UpSequence"]
    rows = caller.cleaned("SearchService.getSavedSearchResults", 2, 1, 0, wanted)
    assert {tuple(row) for row in rows} == {tuple(wanted)}
    with fault(10, "[NoFieldFound]"):
        caller.call("SearchService.getSavedSearchResults", 2, 1, 0, ["Nothing"])
    with fault(11, "[NoFields]"):
        caller.call("SearchService.getSavedSearchResults", 2, 1, 0, [])


@pytest.mark.parametrize(("search", "user"), [(2, 4), (2, 999), (10, 999), (999, 1)])
def test_who_may_not_run_a_saved_search(caller: Caller, search: int, user: int) -> None:
    """Not its owner, no user at all, no such search: fault 3 (search-owner)."""
    with fault(3, "[Unexpected] Unable to get Saved Search Results"):
        caller.call(ALL_FIELDS, search, user, 0)


def test_a_shared_search_takes_any_user(caller: Caller) -> None:
    """Shared with everyone still wants a valid user (search-owner)."""
    assert caller.cleaned(ALL_FIELDS, 10, 4, 0) == caller.cleaned(ALL_FIELDS, 10, 1, 0)


def test_commissions_are_the_worlds(caller: Caller) -> None:
    """Every commission of an affiliate in the window, in dollars and Eastern time, without an id (affiliate-rows)."""
    found = [each for each in caller.world.commissions if each.affiliate_id == 2]
    rows = caller.call(COMMISSIONS, 2, *EVER)
    assert found
    assert [row["AmtEarned"] for row in rows] == [each.amount / 100 for each in found]
    assert [row["DateEarned"] for row in rows] == [wall_clock(each.earned) for each in found]
    assert (rows[0]["SoldByFirstName"], rows[0]["SoldByLastName"]) == ("Ana", "Partner")
    assert not {"Id", "AffiliateId"} & set(rows[0])


def test_the_window_is_closed_and_eastern(caller: Caller) -> None:
    """A commission at the very second of either end is in; a second off it is out (affiliate-window)."""
    earned = wall_clock(next(each for each in caller.world.commissions if each.affiliate_id == 2).earned)
    second = timedelta(seconds=1)
    assert caller.call(COMMISSIONS, 2, earned, earned)
    assert not caller.call(COMMISSIONS, 2, earned + second, earned + second)
    assert not caller.call(COMMISSIONS, 2, earned - second, earned - second)


def test_clawbacks_and_payouts(caller: Caller) -> None:
    """As many as the world holds, with the world's sums (affiliate-rows)."""
    for affiliate in caller.world.affiliates.ids:
        taken = caller.call("APIAffiliateService.affClawbacks", affiliate, *EVER)
        paid = caller.call("APIAffiliateService.affPayouts", affiliate, *EVER)
        totals = affiliate_totals(caller.world, affiliate)
        assert round(100 * sum(row["Amount"] for row in taken)) == totals.clawbacks
        assert round(100 * sum(row["PayAmt"] for row in paid)) == totals.payments


def test_sums(caller: Caller) -> None:
    """Summary over a time and running totals agree with the rows; unknown affiliates are left out (affiliate-sums)."""
    ids = [*caller.world.affiliates.ids, 999]
    summary = caller.call("APIAffiliateService.affSummary", ids, *EVER)
    totals = caller.call("APIAffiliateService.affRunningTotals", ids)
    assert [row["AffiliateId"] for row in summary] == [row["AffiliateId"] for row in totals] == ids[:-1]
    for row, total in zip(summary, totals, strict=True):
        earned = caller.call(COMMISSIONS, row["AffiliateId"], *EVER)
        assert row["AmountEarned"] == pytest.approx(sum(each["AmtEarned"] for each in earned))
        owed = row["AmountEarned"] - row["Clawbacks"] - total["Payments"]
        assert row["Balance"] == total["RunningBalance"] == pytest.approx(owed)


def test_an_unknown_affiliate(caller: Caller) -> None:
    """One affiliate's rows for nobody are fault 5 (affiliate-unknown)."""
    for method in ("affCommissions", "affClawbacks", "affPayouts"):
        with fault(5, "[RecordNotFound]"):
            caller.call(f"APIAffiliateService.{method}", 999, *EVER)


READERS = {
    "freeTrials": "getFreeTrial",
    "orderTotals": "getOrderTotalDiscount",
    "productCategories": "getCategoryDiscount",
    "products": "getProductTotalDiscount",
    "shipping": "getShippingTotalDiscount",
}
MEMBERS = {
    "freeTrials": {"freeTrialDays", "hidePrice", "subscriptionPlanId"},
    "orderTotals": {"amount", "pctOrAmt", "payType"},
    "productCategories": set(),
    "products": {"productId"},
    "shipping": {"amount", "pctOrAmt"},
}


def test_discounts_are_texts(caller: Caller) -> None:
    """Every discount of five kinds, every member a text, the members as listed (discount-texts)."""
    assert {each.kind for each in caller.world.discounts} == set(READERS)
    for each in caller.world.discounts:
        found = caller.call(f"DiscountService.{READERS[each.kind]}", each.id)
        assert set(found) == {"name", "description", "applyDiscountToCommission"} | MEMBERS[each.kind]
        assert {type(value) for value in found.values()} == {str}
        assert found["name"] == each.name


def test_a_discount_of_another_kind_is_not_found(caller: Caller) -> None:
    """Ids count within a kind of discount only as far as the world's do: fault 5 (discount-unknown)."""
    shipping = next(each for each in caller.world.discounts if each.kind == "shipping")
    trial = {each.id for each in caller.world.discounts if each.kind == "freeTrials"}
    assert shipping.id not in trial
    with fault(5, "[RecordNotFound]"):
        caller.call("DiscountService.getFreeTrial", shipping.id)


def test_categories_of_a_category_discount(caller: Caller) -> None:
    """One row a category, all texts, ids of their own (discount-categories)."""
    discounts = [each for each in caller.world.discounts if each.kind == "productCategories"]
    for each in discounts:
        rows = caller.call("DiscountService.getCategoryAssignmentsForCategoryDiscount", each.id)
        assert [row["productCategoryId"] for row in rows] == [str(category) for category in each.category_ids]
        assert {row["specialItemId"] for row in rows} <= {str(each.id)}
    assert any(each.category_ids for each in discounts)


def test_an_unknown_method(caller: Caller) -> None:
    """No such handler, with the name; also for names that SDKs got wrong (no-handler)."""
    for name in ("AffiliateService.affPayouts", "APIEmailService.sendTemplate", "Nothing.atAll"):
        with fault(0, f"No such handler: {name}"):
            caller.call(name)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_minds_its_parameters(caller: Caller, name: str) -> None:
    """One parameter too many or of the wrong kind is refused, whatever the method (parameters)."""
    samples: dict[str, Any] = {
        "int": 1, "string": "x", "boolean": True, "struct": {}, "dateTime": datetime(2026, 1, 1, tzinfo=UTC),
        "strings": ["x"], "ints": [1],
    }  # fmt: skip
    right = [
        samples[kind].replace(tzinfo=None) if kind == "dateTime" else samples[kind] for kind in METHODS[name].kinds
    ]
    with fault(0, "No method matching arguments"):
        caller.call(name, *right, "one too many", "and another")
    for place in range(len(right)):
        with fault(0, "No method matching arguments"):
            caller.call(name, *right[:place], 2.5, *right[place + 1 :])


def test_a_window_to_the_end_of_time(caller: Caller) -> None:
    """The first and the last moment of the calendar are bounds like others (xmlrpc-dates)."""
    widest = (datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59))  # noqa: DTZ001 - XML-RPC's clock has no zone
    assert caller.call(COMMISSIONS, 2, *widest) == caller.call(COMMISSIONS, 2, *EVER) != []
