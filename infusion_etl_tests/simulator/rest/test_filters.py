"""What the filters mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import CustomField, Person
from infusion_etl_tests.simulator.rest.asking import NOW, ids, pages, read, records, refusal, small_world


def _ids(world: World, text: str, **options: str) -> list[int]:
    return ids(world, "contacts", "contacts", filter=text, fields="id", **options)


def _where(world: World, test: Any) -> list[int]:
    return [person.id for person in world.people if test(person)]


def test_text_is_compared_whatever_the_case(world: World) -> None:
    """Equality takes no notice of case, and an empty value is found, a missing one is not (rest-filter-case)."""
    expected = _where(world, lambda person: (person.given_name or "").casefold() == "priya")
    assert expected
    assert _ids(world, "given_name==PRIYA") == expected
    assert _ids(world, "given_name==") == _where(world, lambda person: person.given_name == "")


def test_wildcards_stand_only_at_the_end(world: World) -> None:
    """`Smi*` finds what begins so; a leading wildcard is refused; where none is documented a star is a star.

    Rules: (rest-filter-wildcard).
    """
    smiths = _where(world, lambda person: (person.family_name or "").lower().startswith("smi"))
    assert _ids(world, "family_name==sMi*") == smiths
    assert smiths
    assert refusal(world, "contacts", filter="family_name==*mith")["code"] == 400
    assert ids(world, "companies", "companies", filter="company_name==Acme*") == []
    assert len(ids(world, "companies", "companies", filter="name==acme*")) > 1


def test_clauses_are_joined_by_and(world: World) -> None:
    """Every clause must hold; the same field may come twice; a trailing `;` is nothing (rest-filter-and)."""
    low, high = world.people.ids[3], world.people.ids[9]
    assert _ids(world, f"contact_id>{low};contact_id<={high};") == list(world.people.ids[4:10])
    found = _ids(world, f"contact_id>{low};state==Ut*")
    assert found == _where(world, lambda person: person.id > low and _region(person).startswith("Ut"))


def _region(person: Person) -> str:
    return (person.billing.region if person.billing else None) or ""


def test_lists_of_ids(world: World) -> None:
    """`ids==1,2,3` finds those that exist; two lists are both meant (rest-filter-ids)."""
    some = list(world.people.ids[2:5])
    assert _ids(world, f"ids=={some[2]},{some[0]},1,{some[1]}") == some
    assert _ids(world, f"ids=={some[0]},{some[1]};contact_ids=={some[1]},{some[2]}") == [some[1]]
    assert refusal(world, "contacts", filter="ids==x")["code"] == 400


@settings(max_examples=40, deadline=None)
@given(first=st.integers(0, 119), second=st.integers(0, 119), early=st.integers(-1, 1), late=st.integers(-1, 1))
def test_update_windows_are_closed(first: int, second: int, early: int, late: int) -> None:
    """start_update_time and end_update_time take the moment itself in (assumed), in any offset, in either order.

    Rules: (rest-filter-window).
    """
    world = _window_world()
    person_a, person_b = (world.people[world.people.ids[place]] for place in (first, second))
    since, until = person_a.updated + timedelta(seconds=early), person_b.updated + timedelta(seconds=late)
    expected = _where(world, lambda person: since <= person.updated <= until)
    local = since.astimezone().isoformat(timespec="milliseconds")
    text = f"end_update_time=={until:%Y-%m-%dT%H:%M:%S.000+0000};start_update_time=={local}"
    assert _ids(world, text) == expected
    by_time = _ids(world, text, order_by="update_time asc")
    assert by_time == sorted(expected, key=lambda person_id: (world.people[person_id].updated, person_id))


def _window_world(kept: list[World] = []) -> World:  # noqa: B006 - built once, never changed
    if not kept:
        kept.append(small_world(120))
    return kept[0]


@pytest.mark.parametrize("value", ["2026-01-01", "yesterday", "2026-01-01T00:00:00", "2024-09-17T-15:50+00", ""])
def test_moments_need_date_time_and_offset(world: World, value: str) -> None:
    """A date alone, or a moment without its offset, is refused where a full ISO-8601 date-time is documented.

    Rules: (rest-filter-moment).
    """
    assert refusal(world, "contacts", filter=f"start_update_time=={value}")["code"] == 400
    assert refusal(world, "contacts", filter=f"Renewal>{value}")["code"] == 400


def test_none_finds_what_has_no_value(world: World) -> None:
    """`NONE` finds tags without a category, a description, and people without an e-mail address.

    Rules: (rest-filter-none).
    """
    tags = records(world, "tags", "tags", filter="category_id==NONE")
    assert [int(tag["id"]) for tag in tags] == [tag.id for tag in world.tags if tag.category_id is None]
    bare = {int(tag["id"]) for tag in records(world, "tags", "tags", filter="description==NONE")}
    assert bare == {tag.id for tag in world.tags if not tag.description}
    found = {int(each["id"]) for each in records(world, "tags/90/contacts", "contacts", filter="email==NONE")}
    assert found == {person_id for person_id in world.members(90) if world.people[person_id].emails[0] is None}


def test_phones_are_searched_in_the_slots_named(world: World) -> None:
    """phone_number needs phone_fields; a wildcard needs three characters before it (rest-filter-phone)."""
    found = _ids(world, "phone_number==001*;phone_fields==PHONE1,PHONE2")
    assert found == _where(
        world, lambda person: any(each and each.number.startswith("001") for each in person.phones[:2])
    )
    assert found
    for wrong in ("phone_number==555", "phone_number==55*;phone_fields==PHONE1", "phone_fields==FAX1"):
        assert refusal(world, "contacts", filter=wrong)["code"] == 400


def test_bulk_lists_need_at_most_a_hundred_ids(world: World) -> None:
    """`contacts/-/tags` and `tags/-/contacts` need ids, take a hundred, and refuse one more (rest-bulk-tags)."""
    many = ",".join(str(number) for number in range(1, 101))
    for path, name in (("contacts/-/tags", "contact_ids"), ("tags/-/contacts", "tag_ids")):
        assert read(world, path, filter=f"{name}=={many}")
        assert refusal(world, path, filter=f"{name}=={many},101")["code"] == 400
        assert refusal(world, path)["code"] == 400
        assert refusal(world, path, filter="since_applied_time==2026-01-01T00:00:00Z")["code"] == 400


def test_tag_members_are_the_worlds(world: World) -> None:
    """Members by tag, tags by person, pairs in bulk and the count tell the same assignments (rest-tag-count)."""
    truth = {(person_id, tag.tag_id) for person_id, tag in world.assignments()}
    by_tag = {
        (int(each["id"]), tag.id)
        for tag in world.tags
        for each in records(world, f"tags/{tag.id}/contacts", "contacts")
    }
    listed = ",".join(str(tag.id) for tag in world.tags)
    pairs = records(world, "tags/-/contacts", "contacts", filter=f"tag_ids=={listed}", page_size="50")
    assert by_tag == truth == {(int(each["contact_id"]), int(each["tag_id"])) for each in pairs}
    assert read(world, "tags/90/contacts/count") == {"count": len(world.members(90))}
    assert read(world, "tags/90/contacts/count", filter="email==NONE")["count"] < len(world.members(90))


def test_custom_fields_filter_by_their_type(world: World) -> None:
    """Each type of custom field takes the documented operators, by its name in any case, and refuses the others.

    Rules: (rest-custom-operators).
    """
    numeric = {"CURRENCY", "PERCENT", "YEAR", "MONTH", "DAY_OF_WEEK", "DECIMAL_NUMBER", "WHOLE_NUMBER", "USER"}
    for field in world.fields_of("contact"):
        value = "2026-01-01T00:00:00.000Z" if field.type_name in {"DATE", "DATE_TIME"} else "1"
        compares = field.type_name in numeric or field.type_name in {"DATE", "DATE_TIME"}
        for operator in (">", "<", ">=", "<="):
            if compares:
                read(world, "contacts", filter=f"{field.name.upper()}{operator}{value}", fields="id")
            else:
                assert refusal(world, "contacts", filter=f"{field.name}{operator}{value}")["code"] == 400
        assert refusal(world, "contacts", filter=f"{field.name}!={value}")["code"] == 400


def _field(world: World, type_name: str) -> CustomField:
    return next(field for field in world.fields_of("contact") if field.type_name == type_name)


def test_custom_fields_find_the_right_people(world: World) -> None:
    """Numbers compare, choices contain, dates are moments, text begins with; a missing value is found by none.

    Rules: (rest-custom-names).
    """
    size, interests, renewal = (_field(world, name) for name in ("WHOLE_NUMBER", "LIST_BOX", "DATE"))
    blog, vip = _field(world, "WEBSITE"), _field(world, "YES_NO")

    def value(person: Person, field: CustomField, default: Any) -> Any:
        return person.custom.get(field.id, default)

    assert _ids(world, "shoesize>0") == _where(world, lambda person: value(person, size, -1) > 0)
    assert _ids(world, "Interests==travel") == _where(world, lambda person: "Travel" in value(person, interests, ()))
    assert _ids(world, "Blog==HTTPS*") == _where(world, lambda person: value(person, blog, "").startswith("https"))
    assert _ids(world, "Vip==0") == _where(world, lambda person: value(person, vip, None) == 0)
    day = datetime(2024, 2, 29, tzinfo=UTC)
    assert _ids(world, "Renewal==2024-02-29T00:00:00.000Z") == _where(
        world, lambda person: value(person, renewal, None) == day.date()
    )
    assert _ids(world, "_Renewal<=2024-02-29T00:00:00.000Z")


def test_affiliates_take_bare_dates(world: World) -> None:
    """For affiliates' custom dates a bare date is documented, unlike for contacts (rest-custom-affiliate-dates)."""
    assert read(world, "affiliates", filter="Renewal>=2020-01-01")
    assert refusal(world, "affiliates", filter="Renewal>=soon")["code"] == 400


def test_orders_filter_by_what_is_in_them(world: World) -> None:
    """Orders are found by product, buyer, payment, type, number and change."""
    order = next(iter(world.orders))
    product = next(item.product_id for item in order.items if item.product_id)

    def found(text: str) -> list[int]:
        return ids(world, "orders", "orders", filter=text)

    assert order.id in found(f"product_id=={product}")
    assert set(found(f"contact_id=={order.contact_id}")) == {
        each.id for each in world.orders if each.contact_id == order.contact_id
    }
    assert found(f"invoice_id=={order.invoice_id}") == [order.id]
    assert set(found("paid==true")) | set(found("paid==false")) == set(world.orders.ids)
    assert found(f"id!={order.id}") == [each for each in world.orders.ids if each != order.id]
    since = f"{order.updated:%Y-%m-%dT%H:%M:%S.000Z}"
    assert set(found(f"modified_since_time=={since}")) == {
        each.id for each in world.orders if each.updated >= order.updated
    }
    assert refusal(world, "orders", filter="order_type==SIDEWAYS")["code"] == 400
    assert refusal(world, "orders", filter="paid==maybe")["code"] == 400


def test_users_leave_out_who_left_unless_asked(world: World) -> None:
    """Inactive users and partners come only with include_inactive and include_partners (assumed default).

    Rules: (rest-users-default).
    """
    plain = ids(world, "users", "users")
    everybody = ids(world, "users", "users", filter="include_inactive==true;include_partners==true")
    assert set(everybody) == set(world.users.ids)
    assert set(everybody) - set(plain) == {user.id for user in world.users if user.partner or user.status == "INACTIVE"}


def test_summaries_add_up_over_their_window(world: World) -> None:
    """A summary over a window counts what was earned, taken back and paid in it (rest-summaries)."""
    whole = {each["affiliateId"]: each for each in records(world, "affiliates/summaries", "affiliate_summaries")}
    for affiliate in world.affiliates:
        earned = sum(each.amount for each in world.commissions if each.affiliate_id == affiliate.id)
        taken = sum(each.amount for each in world.clawbacks if each.affiliate_id == affiliate.id)
        assert whole[affiliate.id]["amountEarned"] == earned / 100
        paid = sum(each.amount for each in world.payouts if each.affiliate_id == affiliate.id)
        assert whole[affiliate.id]["clawbacks"] == taken / 100
        assert whole[affiliate.id]["balance"] == (earned - taken - paid) / 100
    later = f"{NOW + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    none = read(world, "affiliates/summaries", filter=f"since_time=={later};affiliate_ids==2")["affiliate_summaries"]
    assert none == [{"affiliateId": 2, "clawbacks": 0.0, "balance": 0.0, "amountEarned": 0.0}]


def test_commissions_come_with_the_sums_of_their_page(world: World) -> None:
    """A page of commissions sums itself up, less what was taken back of its invoices (rest-commission-sums)."""
    assert any(each.affiliate_id == 2 for each in world.clawbacks)
    for page in pages(world, "affiliates/2:commissions", page_size="4"):
        rows = page["affiliate_commissions"]
        earned = sum(round(each["amount_earned"] * 100) for each in rows)
        invoices = {int(each["invoice_id"]) for each in rows}
        taken = sum(each.amount for each in world.clawbacks if each.invoice_id in invoices)
        assert page["amount_earned"] == earned / 100
        assert (page["clawbacks"], page["commission_total"]) == (taken / 100, (earned - taken) / 100)
