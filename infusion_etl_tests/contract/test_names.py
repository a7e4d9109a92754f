"""Records chosen by name: what is meant is found, what is not clear is asked back, and nothing lands half."""

from __future__ import annotations

from typing import Any

import duckdb
import msgspec
import pytest

from infusion_etl.errors import ConfigMistake, NotFound
from infusion_etl.keap.walks import Api
from infusion_etl.simulator.world import World
from infusion_etl_tests.bench import Bench, comparable

APIS = pytest.mark.parametrize("api", Api, ids=str)
DAYS = {"from": "2000-01-01", "to": "today"}


def world_of(bench: Bench) -> World:
    """Return the simulated account's records."""
    return bench.simulator.simulator.world


def landed(bench: Bench, api: Api, report: str, name: str = "asked", **parameters: Any) -> list[dict[str, Any]]:
    """Refresh a dataset of these parameters and return its rows."""
    bench.write(f"{name}_{api.value}", api.value, report, parameters=parameters)
    bench.refresh(f"{name}_{api.value}")
    return bench.rows(f"{api.value}.{name}_{api.value}")


def refused(bench: Bench, api: Api, report: str, **parameters: Any) -> str:
    """Return why a dataset of these parameters is refused; its table is as it was before: not there."""
    bench.write(f"unclear_{api.value}", api.value, report, parameters=parameters)
    with pytest.raises(ConfigMistake) as caught:
        bench.refresh(f"unclear_{api.value}")
    if bench.project.published.exists():
        with pytest.raises(duckdb.CatalogException):
            bench.rows(f"{api.value}.unclear_{api.value}")
    return str(caught.value)


@APIS
def test_a_name_brings_what_its_id_brings(bench: Bench, api: Api) -> None:
    """Affiliates, programs, tags, products and shipping options, by name and by id: the same rows."""
    world = world_of(bench)
    affiliate = next(one for one in world.affiliates if '"' in one.name)
    tag = next(one for one in world.tags)
    option = next(one for one in world.shipping_options if one.kind == "FLAT_RATE")
    product, program = next(iter(world.products)), next(iter(world.programs))
    for report, parameter, record in (
        ("affiliate_redirect_links", "affiliates", affiliate),
        ("affiliate_program_affiliates", "programs", program),
        ("contacts_by_tags", "tags", tag),
        ("shipping_flat_rate", "options", option),
        ("product_inventory", "products", product),
    ):
        by_name, by_id = ({parameter: one} for one in (record.name, record.id))
        rows = landed(bench, api, report, name=report, **by_name)
        assert rows
        assert comparable(rows) == comparable(landed(bench, api, report, name=report, **by_id))


@APIS
def test_case_and_blanks_at_the_ends_do_not_matter(bench: Bench, api: Api) -> None:
    """A person's spelling of a name finds it, one name beside one id in a list."""
    first, second = list(world_of(bench).affiliates)[:2]
    wanted = [f" {first.name.upper()} ", second.id]
    rows = landed(bench, api, "affiliate_redirect_links", affiliates=wanted)
    assert {row["AffiliateId"] for row in rows} == {first.id, second.id}


@APIS
def test_all_tags_are_those_named_one_by_one(bench: Bench, api: Api) -> None:
    """`all` walks every one."""
    ids = [tag.id for tag in world_of(bench).tags]
    whole = landed(bench, api, "contacts_by_tags", tags="all", fields=["Id"])
    assert comparable(whole) == comparable(landed(bench, api, "contacts_by_tags", tags=ids, fields=["Id"]))


@APIS
@pytest.mark.parametrize(
    ("report", "parameters", "near"),
    [
        ("affiliate_redirect_links", {"affiliates": "Ana Partnr"}, "Ana Partner"),
        ("affiliate_program_resources", {"programs": "Evryone"}, "Everyone"),
        ("shipping_ups", {"options": "no such option"}, ""),
        ("available_fields", {"saved_search": "People in Ogdn"}, "People in Ogden"),
        ("saved_search", {"saved_search": ["Everybody", "Zzz"]}, "'Zzz'"),
        ("saved_search", {"saved_search": "Zzz*"}, "'Zzz*'"),
    ],
)
def test_an_unknown_name_is_told_with_what_comes_near(
    bench: Bench, api: Api, report: str, parameters: dict[str, Any], near: str
) -> None:
    """A slip in a name names the nearest, and no row lands."""
    said = refused(bench, api, report, **parameters)
    assert "the account has no" in said
    assert near in said


@APIS
def test_every_unknown_name_is_told_at_once(bench: Bench, api: Api) -> None:
    """Three wrong names are three problems."""
    said = refused(bench, api, "contacts_by_tags", tags=["Nobody has it", "nor this 'one'", 'or "that"'])
    assert len(said.splitlines()) == 3


@APIS
def test_an_id_that_does_not_exist_is_an_error_or_no_row(bench: Bench, api: Api) -> None:
    """What Keap refuses to know is told with the call; a record that is not there is no row; no half of a dataset."""
    bench.write("nobody", api.value, "affiliate_commissions", parameters={"affiliates": [2, 99_999], "dates": DAYS})
    with pytest.raises(NotFound, match="affiliate 99999"):
        bench.refresh("nobody")
    if bench.project.published.exists():
        with pytest.raises(duckdb.CatalogException):
            bench.rows(f"{api.value}.nobody")
    for report, parameter in (
        ("invoice_amount_due", "invoices"),
        ("invoice_payments", "invoices"),
        ("product_inventory", "products"),
        ("shipping_flat_rate", "options"),
        ("shipping_ups", "options"),
        ("shipping_order_ranges", "options"),
    ):
        nobody: dict[str, Any] = {parameter: 99_999}
        assert landed(bench, api, report, name="nothing", **nobody) == []
    assert "99999" in refused(bench, api, "get_file", files=99_999)


@APIS
def test_an_ambiguous_name_lists_all_candidates(own_bench: Bench, api: Api) -> None:
    """Two affiliates and two saved searches of one name: their ids are told, by which each can be meant."""
    world = world_of(own_bench)
    first = next(iter(world.affiliates))
    world.affiliates.put(replace_record(first, id=900, code="twin"))
    search = next(iter(world.saved_searches))
    world.saved_searches.put(replace_record(search, id=902))
    said = refused(own_bench, api, "affiliate_redirect_links", affiliates=first.name)
    assert str(first.id) in said
    assert "900" in said
    said = refused(own_bench, api, "saved_search", saved_search=search.name)
    assert str(search.id) in said
    assert "902" in said


def replace_record(record: Any, **changes: Any) -> Any:
    """Return a copy of a record of the simulator with changes."""
    return msgspec.structs.replace(record, **changes)


@APIS
def test_a_pattern_brings_every_search_that_fits(bench: Bench, api: Api) -> None:
    """`People*`, a list and `all` may mean several searches: a column says which, fields are those that each has."""
    world = world_of(bench)
    fits = [one.id for one in world.saved_searches if one.name.startswith("People")]
    rows = landed(bench, api, "available_fields", saved_search="people*")
    assert {row["SavedSearchId"] for row in rows} == set(fits)
    orders = next(one for one in world.saved_searches if "OrderTotal" in one.columns)
    people = next(one for one in world.saved_searches if one.name == "Everybody")
    both = landed(
        bench, api, "saved_search_fields", saved_search=[orders.id, people.name], fields=["Id", "OrderTotal", "City"]
    )
    assert {row["SavedSearchId"] for row in both} == {orders.id, people.id}
    assert all(row["City"] is None for row in both if row["SavedSearchId"] == orders.id)
    alone = landed(bench, api, "saved_search", saved_search=orders.id)
    assert comparable(alone, ["Id"]) == comparable([row for row in both if row["SavedSearchId"] == orders.id], ["Id"])


def test_searches_of_all_kinds_are_the_same_through_both_apis(bench: Bench) -> None:
    """Every saved search of the account, in one dataset: the same rows and columns."""
    rest, xmlrpc = (landed(bench, api, "saved_search", name="every", saved_search="all") for api in Api)
    assert list(rest[0]) == list(xmlrpc[0])
    assert comparable(rest) == comparable(xmlrpc)


@APIS
def test_two_columns_of_one_label_stay_two(own_bench: Bench, api: Api) -> None:
    """Columns are named by their keys: a label that comes twice, or a key that differs by case only, loses nothing."""
    world = world_of(own_bench)
    search = next(one for one in world.saved_searches if one.name == "Everybody")
    world.saved_searches.put(
        replace_record(search, columns={"Id": "Id", "City": "Place", "ContactName": "Place", "Email": "Place"})
    )
    rows = landed(own_bench, api, "saved_search", saved_search=search.id)
    assert {"City", "ContactName", "Email", "Id"} == set(rows[0])
    labels = landed(own_bench, api, "available_fields", name="labels", saved_search=search.id)
    assert sorted(row["label"] for row in labels) == ["Id", "Place", "Place", "Place"]


def test_names_of_discounts_need_rest(bench: Bench) -> None:
    """REST finds a discount by name; XML-RPC, which has no list of them, refuses before anything is sent."""
    discount = next(one for one in world_of(bench).discounts if one.kind == "orderTotals")
    rows = landed(bench, Api.REST, "discount_order_total", name="discount", discounts=discount.name)
    assert [row["id"] for row in rows] == [discount.id]
    before = bench.calls()
    assert "names need api: rest" in refused(bench, Api.XMLRPC, "discount_order_total", discounts=discount.name)
    assert bench.calls() == before
    (bench.project.datasets / "unclear_xmlrpc.yaml").unlink()


@APIS
def test_ids_cost_no_call_of_their_own(bench: Bench, api: Api) -> None:
    """Only a name is looked up: an id is one call, a name two, or three where the list ends with an empty page."""
    affiliate = next(iter(world_of(bench).affiliates))
    before = bench.calls()
    landed(bench, api, "affiliate_redirect_links", affiliates=affiliate.id)
    by_id, before = bench.calls() - before, bench.calls()
    landed(bench, api, "affiliate_redirect_links", affiliates=affiliate.name)
    assert (by_id, bench.calls() - before) == (1, 2 if api is Api.REST else 3)


@pytest.mark.parametrize("api", Api)
def test_a_saved_search_that_is_not_there_is_a_mistake(bench: Bench, api: Api) -> None:
    """Its id is named with file and line, through both APIs, and nothing lands."""
    name = f"no_such_search_{api.value}"
    bench.write(name, api.value, "saved_search", parameters={"saved_search": 99_999})
    with pytest.raises(ConfigMistake, match=rf"{name}\.yaml:\d+: saved_search: .*99999"):
        bench.refresh(name)
