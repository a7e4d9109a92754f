"""Records that are added, changed and deleted on demand, at once or after so many answers."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from infusion_etl.simulator.mutable_kinds import KINDS
from infusion_etl.simulator.world.tables import TABLES
from infusion_etl_tests.simulator.conftest import Client
from infusion_etl_tests.simulator.rest.asking import bare
from infusion_etl_tests.simulator.rest.documented import LISTS

REST = "/crm/rest/v2"
MAIN: dict[str, tuple[str, str, str, dict[str, Any], str]] = {
    "contact": ("contacts", "contacts", "update_time", {"given_name": "Changed"}, "id,given_name,update_time"),
    "company": ("companies", "companies", "update_time", {"name": "Changed"}, "id,company_name,update_time"),
    "order": ("orders", "orders", "modification_time", {"title": "Changed"}, ""),
    "tag": ("tags", "tags", "update_time", {"name": "Changed"}, ""),
    "note": ("notes", "notes", "update_time", {"title": "Changed"}, ""),
    "task": ("tasks", "tasks", "modification_time", {"title": "Changed"}, ""),
    "appointment": ("taskAppointments", "taskAppointments", "update_time", {"title": "Changed"}, ""),
    "opportunity": ("opportunities", "opportunities", "last_updated_time", {"title": "Changed"}, ""),
    "product": ("products", "products", "", {"name": "Changed"}, ""),
    "subscription": ("subscriptions", "subscriptions", "modification_time", {"quantity": 77}, ""),
}
"""Kind to path, key, member of the last change, what to change, and the fields to ask for."""
NEEDED: dict[str, dict[str, Any]] = {
    "payment": {"order_id": 14},
    "affiliate": {"code": "NEW"},
    "referral": {"affiliate_id": 2},
    "user": {"global_id": 7, "given_name": "New", "family_name": "User", "email": "new@example.com"},
    "custom_field": {"record": "contact", "name": "Fresh"},
    "opt_in": {"key": "news", "name": "News"},
}


def _change(simulator: Client, action: str, **order: Any) -> Any:
    return simulator.control("POST", "/mutate", {"action": action, **order})


def _listed(simulator: Client, kind: str) -> dict[int, dict[str, Any]]:
    path, key, _, _, fields = MAIN[kind]
    asked = {"page_size": "1000", **({"fields": fields} if fields else {})}
    rows = simulator.get(f"{REST}/{path}", params=asked).json()[key]
    return {int(row["id"]): row for row in rows}


@pytest.mark.parametrize("kind", MAIN)
def test_records_come_change_and_go(simulator: Client, kind: str) -> None:
    """New records are listed, a change moves their time to now, deleted ones are gone, their ids too (ids-once)."""
    _, _, changed_at, values, _ = MAIN[kind]
    before = _listed(simulator, kind)
    new = _change(simulator, f"add_{kind}", values={})["id"]
    assert set(_listed(simulator, kind)) == {*before, new}
    simulator.control("POST", "/clock", {"advance": 90.5})
    assert _change(simulator, f"update_{kind}", id=new, values=values) == {"id": new}
    after = _listed(simulator, kind)
    if changed_at:
        assert after[new][changed_at].startswith("2026-11-21T12:01:30.000")
    assert {"Changed", 77} & {value for value in after[new].values() if isinstance(value, str | int)}
    _change(simulator, f"delete_{kind}", id=new)
    assert _listed(simulator, kind) == before
    assert _change(simulator, f"add_{kind}", values={})["id"] != new


def test_everything_still_answers_when_records_are_gone(simulator: Client) -> None:
    """After the first record of every kind was changed and deleted, and one was added, every list and table answers."""
    world = simulator.running.simulator.world
    for name, kind in KINDS.items():
        new = _change(simulator, f"add_{name}", values=NEEDED.get(name, {}))["id"]
        own = {"task": "Task", "note": "Note", "appointment": "Appointment"}.get(name)
        first = next(each.id for each in getattr(world, kind.shelf) if own is None or each.kind == own)
        gone = new if name == "user" else first
        _change(simulator, f"update_{name}", id=gone)
        _change(simulator, f"delete_{name}", id=gone)
    for path, entry in LISTS.items():
        answer = simulator.get(f"{REST}/{path}", params={"filter": entry["needs"]} if "needs" in entry else {})
        assert answer.status_code in {200, 404}, path
    for table in TABLES:
        assert isinstance(simulator.control("GET", f"/table/{table}"), list)


def test_an_opportunity_moves_to_another_stage(simulator: Client) -> None:
    """A change of stage is a move that is listed (stage-moved)."""
    moves = simulator.get(f"{REST}/opportunities/stageMoves").json()["stage_moves"]
    new = _change(simulator, "add_opportunity", values={"stage_id": 20})["id"]
    _change(simulator, "update_opportunity", id=new, values={"stage_id": 22})
    added = simulator.get(f"{REST}/opportunities/stageMoves").json()["stage_moves"][len(moves) :]
    assert [(each["opportunity_id"], each["move_from_stage_id"], each["move_to_stage_id"]) for each in added] == [
        (str(new), "20", "22")
    ]


def test_merged_contacts_are_one(simulator: Client) -> None:
    """The duplicate is gone, and what it bought was bought by the other (merged-contacts)."""
    order = simulator.get(f"{REST}/orders").json()["orders"][0]
    duplicate = int(order["contact"]["id"])
    kept = next(each for each in _listed(simulator, "contact") if each != duplicate)
    _change(simulator, "merge_contacts", id=kept, duplicate=duplicate)
    assert duplicate not in _listed(simulator, "contact")
    assert simulator.get(f"{REST}/orders/{order['id']}").json()["contact"]["id"] == str(kept)


def test_an_order_with_items_and_a_payment(simulator: Client) -> None:
    """Items get ids, the total is theirs; payments go with their order (order-gone)."""
    items = [{"kind": "PRODUCT", "name": "Thing", "quantity": 3, "price": 250, "product_id": 6}]
    new = _change(simulator, "add_order", values={"items": items})["id"]
    shown = simulator.get(f"{REST}/orders/{new}").json()
    assert (shown["total"]["amount"], len(shown["order_items"])) == (750, 1)
    paid = _change(simulator, "add_payment", values={"order_id": new})["id"]
    listed = simulator.get(f"{REST}/orders/{new}/payments").json()["invoice_order_payments"]
    assert [(each["payment_id"], each["amount"]) for each in listed] == [(str(paid), 7.5)]
    _change(simulator, "delete_order", id=new)
    payments = simulator.get(f"{REST}/sales/payments?filter=ids=={paid}").json()["payments"]
    assert payments == []


def test_a_list_changes_between_its_pages(simulator: Client) -> None:
    """After the second page of contacts some go, come and change; tokens go on behind the last position."""
    path = f"{REST}/contacts"
    every = simulator.get(path, params={"fields": "id"}).json()["contacts"]
    ids = [int(each["id"]) for each in every]
    orders = [
        {"action": "delete_contact", "id": ids[1]},
        {"action": "delete_contact", "id": ids[19]},
        {"action": "delete_contact", "id": ids[30]},
        {"action": "add_contact", "values": {"given_name": "New"}},
        {"action": "update_contact", "id": ids[40], "values": {"given_name": "Anew"}},
    ]
    later = {"path": path, "calls": 2, "mutations": orders}
    assert simulator.control("POST", "/later", later)[0]["calls"] == 2
    seen, token = [], ""
    while True:
        asked = {"fields": "id", "page_size": "10", "order_by": "id asc", **({"page_token": token} if token else {})}
        page = simulator.get(path, params=asked).json()
        seen += [int(each["id"]) for each in page["contacts"]]
        token = bare(page.get("next_page_token") or "")
        if not token:
            break
    left = [each for each in ids if each != ids[30]]
    assert seen == [*left, max(seen)]
    assert max(seen) > max(ids)
    (waiting,) = simulator.control("GET", "/later")
    assert (waiting["seen"] > 2, waiting["mistakes"]) == (True, [])


def test_rows_that_move_while_they_are_read(simulator: Client) -> None:
    """Read by last change, who changes meanwhile comes at the end, again or for the first time; nobody is lost."""
    path = f"{REST}/contacts"
    asked = {"fields": "id,update_time", "page_size": "20", "order_by": "update_time asc"}
    page = simulator.get(path, params=asked).json()
    seen = [int(each["id"]) for each in page["contacts"]]
    every = set(_listed(simulator, "contact"))
    unread = next(each for each in sorted(every) if each not in seen)
    simulator.control("POST", "/clock", {"advance": 60})
    for moved in (seen[0], unread):
        _change(simulator, "update_contact", id=moved, values={})
    while token := bare(page.get("next_page_token") or ""):
        page = simulator.get(path, params={**asked, "page_token": token}).json()
        seen += [int(each["id"]) for each in page["contacts"]]
    assert seen[-2:] == sorted((seen[0], unread))
    assert set(seen) == every
    assert len(seen) == len(every) + 1


def test_changes_can_follow_again_and_again(simulator: Client) -> None:
    """With `repeat` after every n-th answer; refused calls are not counted; what cannot be done is told."""
    path = f"{REST}/tags"
    order = {"path": f"{REST}/*", "calls": 2, "repeat": True, "mutations": [{"action": "add_tag", "name": "More"}]}
    simulator.control("POST", "/later", order)
    wrong = {"action": "delete_tag", "id": 1}
    simulator.control("POST", "/later", {"calls": 1, "mutations": [wrong]})
    counts = []
    for _ in range(6):
        simulator.get(path, headers={})
        simulator.get(path, params={"filter": "nothing==1"})
        counts.append(len(simulator.get(path).json()["tags"]))
    assert [count - counts[0] for count in counts] == [0, 0, 1, 1, 2, 2]
    assert simulator.control("GET", "/later")[1]["mistakes"][0].startswith("delete_tag")
    assert simulator.control("DELETE", "/later") == simulator.control("GET", "/later") == []


@pytest.mark.parametrize(
    "order",
    [
        {"mutations": [{"action": "explode"}]},
        {"mutations": [{}]},
        {"mutations": [], "colour": "red"},
        {"calls": "two", "mutations": []},
    ],
)
def test_mistakes_of_later_changes_are_told(simulator: Client, order: dict[str, Any]) -> None:
    """What could never be done is refused at once."""
    answer = requests.post(f"{simulator.running.control_url}/later", json=order, timeout=20)
    assert answer.status_code == 400
    assert simulator.control("GET", "/later") == []


def test_a_note_is_no_task(simulator: Client) -> None:
    """Though they share their ids, each kind is changed only by its own name."""
    note = _change(simulator, "add_note", values={})["id"]
    answer = requests.post(
        f"{simulator.running.control_url}/mutate", json={"action": "delete_task", "id": note}, timeout=20
    )
    assert answer.status_code == 400
    assert note in _listed(simulator, "note")


def test_opt_ins_are_made_on_demand(simulator: Client) -> None:
    """A list that is empty at first holds what was added."""
    _change(simulator, "add_opt_in", values={"key": "news", "name": "News"})
    found = simulator.get(f"{REST}/integrations/wordpress/options").json()
    assert found == {"wordpress_opt_in_options": [{"key": "news", "name": "News"}]}
