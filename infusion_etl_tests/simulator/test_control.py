"""The control API and the journal, over a real connection."""

from __future__ import annotations

import xmlrpc.client
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from infusion_etl.simulator.clock import SimulatedClock
from infusion_etl.simulator.config import DEMO_KEY, SimulatorConfig
from infusion_etl.simulator.journal import Journal, without_secrets
from infusion_etl.simulator.server import running
from infusion_etl.simulator.world.tables import TABLES
from infusion_etl_tests.simulator.conftest import NOW, Client

LISTING = "/crm/rest/v2/tags"


def query(*fields: str, table: str = "Contact", where: dict[str, Any] | None = None) -> bytes:
    """Return the body of a DataService.query for a first page."""
    return xmlrpc.client.dumps(("key", table, 1000, 0, where or {}, list(fields)), "DataService.query").encode()


def test_every_call_is_written_down(simulator: Client) -> None:
    """Number, moment, caller, face, path, query, method and table, status and bytes."""
    simulator.get(LISTING + "?page_size=3")
    simulator.post("/crm/xmlrpc/v1", data=query("Id", table="Job"))
    simulator.get(LISTING, headers={})
    rest, rpc, refused = simulator.control("GET", "/journal")
    assert (rest["number"], rest["caller"], rest["face"]) == (1, DEMO_KEY.name, "rest")
    assert (rest["path"], rest["query"], rest["status"]) == (LISTING, "page_size=3", 200)
    assert rest["moment"] == NOW.isoformat()
    assert rest["bytes"] > 0
    assert (rpc["rpc_method"], rpc["table"], rpc["face"]) == ("DataService.query", "Job", "xmlrpc")
    assert (refused["caller"], refused["status"]) == ("", 401)


def test_the_journal_can_be_searched(simulator: Client) -> None:
    """By any attribute, and by what came since a number; an unknown attribute is an error."""
    for _ in range(3):
        simulator.get(LISTING)
    simulator.strike("server-error", count=1)
    simulator.get(LISTING)
    assert [entry["number"] for entry in simulator.control("GET", "/journal?since=2")] == [3, 4]
    assert [entry["number"] for entry in simulator.control("GET", "/journal?status=500")] == [4]
    assert [entry["number"] for entry in simulator.control("GET", "/journal?trouble=server-error")] == [4]
    with pytest.raises(requests.HTTPError):
        simulator.control("GET", "/journal?colour=red")


def test_the_journal_holds_no_secret(simulator: Client) -> None:
    """Neither keys, nor tokens, nor what stands in a query under such a name."""
    pair = simulator.control("POST", "/tokens/issue")
    simulator.get(LISTING + f"?access_token={pair['access_token']}&page_size=1")
    simulator.token({"grant_type": "refresh_token", "refresh_token": pair["refresh_token"], "client_secret": "s3cret"})
    text = str(simulator.control("GET", "/journal"))
    for secret in (DEMO_KEY.secret, pair["access_token"], pair["refresh_token"], "s3cret"):
        assert secret not in text
    assert without_secrets("code=1&state=2&filter=a%3D%3Db") == "code=%2A%2A%2A&state=%2A%2A%2A&filter=a%3D%3Db"


def test_the_journal_is_bounded() -> None:
    """The oldest calls are forgotten, the numbers go on."""
    journal = Journal(length=3)
    for _ in range(5):
        journal.add(
            moment=NOW, caller="", face="rest", method="GET", path="/", rpc_method="", table="", status=200, bytes=0,
            trouble="",
        )  # fmt: skip
    assert [entry.number for entry in journal] == [3, 4, 5]
    assert journal.count == 5


def test_the_clock_is_moved(simulator: Client) -> None:
    """Set to a moment or advanced by seconds; a moment without an offset is refused."""
    assert simulator.control("POST", "/clock", {"advance": 90})["now"] == "2026-11-21T12:01:30Z"
    assert simulator.control("POST", "/clock", {"set": "2027-01-01T00:00:00+01:00"})["now"] == "2026-12-31T23:00:00Z"
    with pytest.raises(requests.HTTPError):
        simulator.control("POST", "/clock", {"set": "2027-01-01T00:00:00"})


def test_a_running_clock_runs_on_from_where_it_is_set() -> None:
    """A clock without a fixed moment never goes back by itself."""
    clock = SimulatedClock()
    clock.set(NOW)
    first, second = clock.now(), clock.now()
    assert NOW <= first <= second < NOW + timedelta(minutes=5)


def test_people_change_and_both_faces_see_it(simulator: Client) -> None:
    """Added, changed and deleted contacts show at once in REST, XML-RPC and the truth."""
    simulator.control("POST", "/clock", {"advance": 60})
    values = {"given_name": "Nell", "emails": ["nell@example.com", None, None], "birthday": "1980-02-29"}
    new = simulator.control("POST", "/mutate", {"action": "add_contact", "values": values})["id"]
    assert simulator.get(f"/crm/rest/v2/contacts/{new}").json()["given_name"] == "Nell"
    found = simulator.post("/crm/xmlrpc/v1", data=query("Id", "FirstName", where={"Email": "nell@example.com"}))
    assert xmlrpc.client.loads(found.content)[0][0] == [{"Id": new, "FirstName": "Nell"}]
    simulator.control("POST", "/mutate", {"action": "update_contact", "id": new, "values": {"given_name": "Nelly"}})
    (row,) = [row for row in simulator.control("GET", "/table/Contact") if row["Id"] == new]
    assert (row["FirstName"], row["LastUpdated"], row["Birthday"]) == ("Nelly", "2026-11-21T12:01:00Z", "1980-02-29")
    simulator.control("POST", "/mutate", {"action": "delete_contact", "id": new})
    assert simulator.get(f"/crm/rest/v2/contacts/{new}").status_code == 404


def test_custom_fields_are_set_by_name(simulator: Client) -> None:
    """A value of every type arrives under `_Name` in the table."""
    names = {
        row["Name"]: row["DataType"] for row in simulator.control("GET", "/table/DataFormField") if row["FormId"] == -1
    }
    examples = {13: "2026-02-03", 14: "2026-02-03T04:05:06Z", 17: ["One", "Two"], 12: 7}
    wanted = {name: examples.get(kind, "text") for name, kind in names.items() if kind in {*examples, 15}}
    new = simulator.control("POST", "/mutate", {"action": "add_contact", "values": {"custom": wanted}})["id"]
    (row,) = [row for row in simulator.control("GET", "/table/Contact") if row["Id"] == new]
    shown = {name: "One,Two" if value == ["One", "Two"] else value for name, value in wanted.items()}
    assert {name: row[f"_{name}"] for name in wanted} == shown
    days = [f"_{name}" for name, kind in names.items() if kind in {13, 14}]
    answer = simulator.post("/crm/xmlrpc/v1", data=query(*days, where={"Id": new})).text
    assert answer.count("<dateTime.iso8601>") == len(days)


def test_tags_come_and_go(simulator: Client) -> None:
    """A tag is made, applied once, and taken off."""
    tag = simulator.control("POST", "/mutate", {"action": "add_tag", "name": "Fresh"})["id"]
    person = simulator.control("GET", "/table/Contact")[0]["Id"]
    order = {"id": person, "tag": tag}
    assert simulator.control("POST", "/mutate", {"action": "apply_tag", **order}) == {"changed": True}
    assert simulator.control("POST", "/mutate", {"action": "apply_tag", **order}) == {"changed": False}
    assert simulator.control("POST", "/mutate", {"action": "remove_tag", **order}) == {"changed": True}


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/mutate", {"action": "explode"}),
        ("/mutate", {"action": "delete_contact", "id": 1}),
        ("/mutate", {"action": "add_contact", "values": {"given_name": 7}}),
        ("/mutate", {"action": "add_contact", "values": {"colour": "red"}}),
        ("/trouble", {"preset": "nothing"}),
        ("/trouble", {"rules": [{"kind": "nothing"}]}),
        ("/trouble", {"rules": [{"kind": "cut", "colour": 1}]}),
        ("/clock", {"advance": "long"}),
        ("/tokens/issue", {"client_id": "nobody"}),
    ],
)
def test_mistakes_are_told(simulator: Client, path: str, order: dict[str, Any]) -> None:
    """A control request that cannot be done is 400 with the reason, and changes nothing."""
    before = simulator.control("GET", "/facts")
    answer = requests.post(simulator.running.control_url + path, json=order, timeout=20)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert simulator.control("GET", "/facts") == before
    assert simulator.control("GET", "/trouble") == []


@pytest.mark.parametrize("table", TABLES)
def test_the_truth_of_every_table(simulator: Client, table: str) -> None:
    """The control API and the old API agree on how many rows there are."""
    count = simulator.post("/crm/xmlrpc/v1", data=xmlrpc.client.dumps(("k", table, {}), "DataService.count"))
    assert len(simulator.control("GET", f"/table/{table}")) == xmlrpc.client.loads(count.content)[0][0]


def test_the_truth_of_a_saved_search(simulator: Client) -> None:
    """Columns and rows, each row with every column."""
    for number in (row["Id"] for row in simulator.control("GET", "/table/SavedFilter")):
        found = simulator.control("GET", f"/saved_search/{number}")
        assert all(set(row) == set(found["columns"]) for row in found["rows"])


def test_reset_forgets_everything(simulator: Client) -> None:
    """World, clock, calls, tokens and trouble are as at the beginning."""
    before = simulator.control("POST", "/reset")
    pair = simulator.control("POST", "/tokens/issue")
    simulator.control("POST", "/mutate", {"action": "add_contact"})
    simulator.control("POST", "/clock", {"advance": 5})
    simulator.strike("unavailable")
    simulator.get(LISTING)
    assert simulator.control("POST", "/reset") == before
    assert simulator.get(LISTING, headers={"Authorization": f"Bearer {pair['access_token']}"}).status_code == 401


def test_two_simulators_know_nothing_of_each_other() -> None:
    """Nothing is kept outside a simulator: each has its own world, tokens and calls."""
    with (
        running(SimulatorConfig(contacts=3, seed=1, now=NOW)) as one,
        running(SimulatorConfig(contacts=4, seed=2, now=NOW)) as two,
        requests.Session() as session,
    ):
        pair = session.post(f"{one.control_url}/tokens/issue", timeout=20).json()
        bearer = {"Authorization": f"Bearer {pair['access_token']}"}
        assert session.get(one.url + LISTING, headers=bearer, timeout=20).status_code == 200
        assert session.get(two.url + LISTING, headers=bearer, timeout=20).status_code == 401
        facts = [session.get(f"{each.control_url}/facts", timeout=20).json() for each in (one, two)]
    assert [fact["counts"]["people"] for fact in facts] == [3, 4]
    assert [fact["app"] for fact in facts] == ["xy101", "xy102"]


def test_a_simulator_stops_with_its_block() -> None:
    """After the block nobody answers at the port."""
    with running(SimulatorConfig(contacts=1, now=datetime.now(UTC))) as found:
        pass
    with pytest.raises(requests.ConnectionError):
        requests.get(found.url + LISTING, timeout=5)
