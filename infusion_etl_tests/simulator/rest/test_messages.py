"""Automations, parts of campaigns, e-mails, cards, tags of companies, countries."""

from __future__ import annotations

from typing import Any

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import OptInOption
from infusion_etl_tests.simulator.rest.asking import ids, read, records, refusal, small_world


def _found(world: World, clause: str) -> list[int]:
    return ids(world, "automations", "automations", filter=clause)


def test_automations_are_filtered_and_counted(world: World) -> None:
    """By words anywhere, by a beginning, by status, by category; never more than 25 a page (rest-automations)."""
    every = list(world.automations)
    assert _found(world, "name==SALE") == [each.id for each in every if "sale" in each.title]
    assert _found(world, "name==Spr*") == [each.id for each in every if each.title.startswith("Spring")]
    assert _found(world, "status==draft") == [each.id for each in every if each.published is None]
    assert _found(world, "categories==4") == [each.id for each in every if 4 in each.category_ids]
    page = read(world, "automations", filter="status==draft")
    assert page["automation_count"] == len(every) > 25
    assert len(read(world, "automations")["automations"]) == 25
    assert refusal(world, "automations", filter="status==PUBLISHED")["code"] == 400


def test_ids_of_automations(world: World) -> None:
    """A list of texts, and who is being edited (rest-automation-ids)."""
    page = read(world, "automations/ids", page_size="5")
    assert page["automation_ids"] == [str(each) for each in world.automations.ids[:5]]
    assert page["locked_automation_ids"] == [str(each.id) for each in world.automations if each.editor_id]
    counts = {
        each["id"]: each["automation_count"] for each in read(world, "automationCategory")["automation_categories"]
    }
    assert sum(counts.values()) == sum(len(each.category_ids) for each in world.automations)


def test_parts_of_campaigns(world: World) -> None:
    """Sequences follow goals that are there; drafts have neither (rest-campaign-parts)."""
    for campaign in world.campaigns:
        goals = read(world, f"campaigns/{campaign.id}/goals")
        sequences = read(world, f"campaigns/{campaign.id}/sequences")
        assert goals["campaign_id"] == sequences["campaign_id"] == str(campaign.id)
        known = {each["id"] for each in sequences["sequences"]}
        around = {
            one for each in goals["goals"] for one in (*each["previous_sequence_ids"], *each["next_sequence_ids"])
        }
        assert around <= known
        assert bool(known) is campaign.active
    assert refusal(world, "campaigns/999/goals")["code"] == 404


def test_emails_in_a_window(world: World) -> None:
    """The window looks at when they were sent; those of one person have their address (rest-emails)."""
    newest = records(world, "emails", "emails", order_by="created_time desc", page_size="7")
    assert newest == sorted(newest, key=lambda each: (each["sent_time"], int(each["id"])), reverse=True)
    moment = newest[10]["sent_time"]
    since = ids(world, "emails", "emails", filter=f"start_created_time=={moment}")
    assert sorted(since) == sorted(int(each["id"]) for each in newest[:11])
    own = records(world, "emails", "emails", filter=f"contact_id=={world.people.ids[1]}")
    assert {each["sent_to_address"] for each in own} == {"reader.1@example.com"}


def test_cards_without_numbers(world: World) -> None:
    """Everybody who paid by card has one; at the person it is the same; nothing in it is a number of a card.

    Rules: (rest-payment-methods).
    """
    charged = {str(each.contact_id) for each in world.payments if each.charge_id}
    found: list[dict[str, Any]] = records(world, "paymentMethods", "payment_methods", page_size="2")
    assert {each["contact_id"] for each in found} == charged
    owner = found[0]["contact_id"]
    assert records(world, f"contacts/{owner}/paymentMethods", "records") == [found[0]]
    assert not any("number" in name for each in found for name in (*each, *each["card_info"]))


def test_tags_of_companies(world: World) -> None:
    """Both ends tell the same pairs, and so does the company itself (rest-company-tags)."""
    pairs = {
        (each["company"]["id"], str(tag_id), each["applied_time"])
        for tag_id in world.tags.ids
        for each in records(world, f"tags/{tag_id}/companies", "tagged_companies")
    }
    other = {
        (str(company_id), each["tag"]["id"], each["applied_time"])
        for company_id in world.companies.ids
        for each in records(world, f"companies/{company_id}/tags", "tags")
    }
    assert pairs == other != set()
    groups = {each["id"]: each["groups"] for each in records(world, "companies", "companies")}
    assert {(key, tag) for key, text in groups.items() for tag in text.split(",") if tag} == {
        pair[:2] for pair in pairs
    }


def test_countries_and_provinces(world: World) -> None:
    """Either code finds them; addresses of the world lie in countries that are listed (rest-locales)."""
    countries = {each["codes"]["alpha3"] for each in read(world, "locales/countries")["countries"]}
    assert {person.billing.country_code for person in world.people if person.billing} - {None} <= countries
    assert read(world, "locales/countries/ch/provinces") == read(world, "locales/countries/CHE/provinces")
    assert read(world, "locales/countries/VA/provinces") == {"provinces": []}
    assert refusal(world, "locales/countries/XX/provinces")["code"] == 404


def test_opt_ins_of_a_web_site() -> None:
    """None at first; what is added is listed (rest-opt-ins)."""
    world, path = small_world(), "integrations/wordpress/options"
    assert read(world, path) == {"wordpress_opt_in_options": []}
    world.put(OptInOption(id=2, key="news", name="News; weekly"))
    assert read(world, path)["wordpress_opt_in_options"] == [{"key": "news", "name": "News; weekly"}]
