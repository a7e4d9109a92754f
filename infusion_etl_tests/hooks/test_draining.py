"""From a change in Keap to the table by a hook: a real delivery, real processes, and just the calls for those ids."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import dagster as dg
import pytest

from infusion_etl.clock import SystemClock
from infusion_etl.errors import InfusionError
from infusion_etl.hooks.drain import drain, waiting
from infusion_etl.hooks.inbox import Inbox
from infusion_etl.keap.progress import Silent
from infusion_etl.orchestration.builder import build_definitions
from infusion_etl.settings import PROJECT_VARIABLE
from infusion_etl.simulator.config import DEMO_KEY, Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.runs import Run
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench, make_bench
from infusion_etl_tests.cli.commands import command, environment, invoke
from infusion_etl_tests.processes import ended, line

PEOPLE: dict[str, Any] = {"update": "merge", "deletes": "remove"}


@dataclass(frozen=True)
class Told:
    """A project whose account tells its hooks to a receiver in a process of its own."""

    bench: Bench
    address: str

    def keap(self, method: str, path: str, body: Any = None) -> Any:
        """Call the simulator, as Keap's owner or as the test."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {DEMO_KEY.secret}"}
        sent = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self.bench.simulator.url}{path}", sent, headers, method=method)) as answer:
            return json.loads(answer.read() or b"null")

    def hook(self, event: str) -> None:
        """Let Keap tell the receiver of an event."""
        made = self.keap("POST", "/crm/rest/v1/hooks", {"eventKey": event, "hookUrl": self.address})
        assert self.keap("GET", f"/crm/rest/v1/hooks/{made['key']}")["status"] == "Verified"

    def change(self, **order: Any) -> Any:
        """Change the account, and let Keap tell it at once."""
        done = self.keap("POST", "/_simulator/mutate", order)
        told = self.keap("POST", "/_simulator/hooks/deliver", {"everything": True})
        assert [one["status"] for one in told] == [200]
        return done

    def drain(self) -> Run | None:
        """Drain the inbox of the dataset `people`."""
        workspace = load_project(self.bench.project)
        (dataset,) = workspace.select(("people",))
        return drain(self.bench.project, dataset, workspace.datasets, clock=SystemClock(), progress=Silent())

    @property
    def first(self) -> int:
        """The lowest id of the account's contacts."""
        return min(self.bench.simulator.simulator.world.people.ids)

    def names(self) -> dict[int, str]:
        """Return the first names in the table, by id."""
        return {row["id"]: row["given_name"] for row in self.bench.rows("rest.people")}


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    """Serve a small account and its receiver, and refresh its contacts once."""
    with running(SimulatorConfig(contacts=30, limits=Limits.wide())) as simulator:
        bench = make_bench(tmp_path / "project", simulator)
        bench.write("people", "rest", "contacts", **PEOPLE)
        bench.refresh("people")
        words = command("hooks", "serve", "rest", "--port", "0")
        ours = environment(**{PROJECT_VARIABLE: str(bench.project.folder)})
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        with ended(subprocess.Popen(words, env=ours, **pipes)) as (process,):  # type: ignore[call-overload]
            yield Told(bench, line(process).strip())
            process.send_signal(signal.SIGTERM)
            process.wait()


def test_a_change_lands_by_its_id_alone(told: Told) -> None:
    """Added, changed and deleted people reach the table; each time the model and one list are asked, and no more."""
    told.hook("contact.add")
    told.hook("contact.edit")
    told.hook("contact.delete")
    added = told.change(action="add_contact", values={"given_name": "Zoe"})["id"]
    before = told.bench.calls()
    run = told.drain()
    assert run is not None
    assert (run.kind, run.rows_added, run.rows_read, run.calls) == ("hook", 1, 1, 2)
    assert told.bench.calls() - before == 2
    told.change(action="update_contact", id=added, values={"given_name": "Ann"})
    told.drain()
    assert told.names()[added] == "Ann"
    told.change(action="delete_contact", id=added)
    run = told.drain()
    assert run is not None
    assert (run.rows_removed, added in told.names()) == (1, False)
    assert told.drain() is None


def test_what_fails_stays_in_the_inbox(told: Told) -> None:
    """A refused call ends the refresh; the next one reads what was told."""
    told.hook("contact.edit")
    told.change(action="update_contact", id=told.first, values={"given_name": "Ann"})
    rule = TroubleRule(TroubleKind.FORBIDDEN, path="*/contacts", count=1)
    told.bench.simulator.simulator.trouble.add(rule)
    with pytest.raises(InfusionError):
        told.drain()
    assert told.drain() is not None
    assert told.names()[told.first] == "Ann"


def test_the_watermark_does_not_move(told: Told) -> None:
    """A hook reads single records: what else changed before it is still read by the next refresh."""
    told.hook("contact.edit")
    (before,) = told.bench.runs("people")
    told.change(action="update_contact", id=told.first, values={"given_name": "Ann"})
    told.drain()
    assert told.bench.runs("people")[0].watermark == before.watermark
    other = max(told.bench.simulator.simulator.world.people.ids)
    told.keap("POST", "/_simulator/mutate", {"action": "update_contact", "id": other, "values": {"given_name": "Bea"}})
    told.bench.refresh("people")
    assert told.names()[other] == "Bea"


def test_the_command_drains_all_and_says_what_came(told: Told) -> None:
    """A row for each refresh; nothing left is said too."""
    told.hook("contact.edit")
    told.change(action="update_contact", id=told.first, values={"given_name": "Ann"})
    done, again = (invoke(told.bench.project, "hooks", "drain", "rest") for _ in range(2))
    assert (done.returncode, again.returncode) == (0, 0)
    assert done.stdout.splitlines()[1].split() == ["people", "1", "0", "1", "0", "2"]
    assert "Nothing was told" in again.stderr


def test_a_dataset_that_fails_does_not_stop_the_others(told: Told) -> None:
    """Its error is told at the end, what it has to read stays in the inbox, and what came of the others is published.

    Published once for all of them: each copy is of the whole file.
    """
    bench = told.bench
    for name, report in (("a_first", "contacts"), ("companies", "companies")):
        bench.write(name, "rest", report, **PEOPLE)
        bench.refresh(name)
    told.hook("contact.edit")
    told.change(action="update_contact", id=told.first, values={"given_name": "Ann"})
    bench.simulator.simulator.trouble.add(TroubleRule(TroubleKind.FORBIDDEN, path="*/contacts", count=1))
    done, again = (invoke(bench.project, "hooks", "drain", "rest", "--json") for _ in range(2))
    assert done.returncode == 1
    assert "a_first" in done.stderr
    assert [run["dataset"] for run in json.loads(done.stdout)] == ["people"]
    assert told.names()[told.first] == "Ann"
    assert [run["dataset"] for run in json.loads(again.stdout)] == ["a_first"]


def test_dagsters_sensor_starts_a_run_that_reads_those_ids(told: Told) -> None:
    """One run for what was told, tagged as a hook's; when it has landed the sensor is quiet."""
    told.hook("contact.edit")
    told.change(action="update_contact", id=told.first, values={"given_name": "Ann"})
    definitions = build_definitions(told.bench.project)
    sensor = definitions.get_repository_def().get_sensor_def("hooks")
    with dg.DagsterInstance.ephemeral() as instance:

        def tick() -> list[dg.RunRequest]:
            with dg.build_sensor_context(instance=instance, definitions=definitions) as context:
                return list(sensor.evaluate_tick(context).run_requests or ())

        [request] = tick()
        job = definitions.resolve_implicit_global_asset_job_def()
        chosen = list(request.asset_selection or ())
        result = job.execute_in_process(instance=instance, tags=dict(request.tags), asset_selection=chosen)
        assert result.success
        assert tick() == []
    assert told.names()[told.first] == "Ann"
    assert told.bench.runs("people")[0].kind == "hook"


def test_an_unknown_account_is_a_mistake(told: Told) -> None:
    """Nothing is served or made for it."""
    done = invoke(told.bench.project, "hooks", "serve", "nobody")
    assert (done.returncode, "rest, xmlrpc" in done.stderr) == (2, True)
    assert not Inbox(told.bench.project, "nobody").exists


def test_datasets_without_ids_wait_for_nothing(told: Told) -> None:
    """A dataset that is replaced whole, or whose list takes no ids, is left to its schedule."""
    told.bench.write("whole", "rest", "contacts")
    told.bench.write("companies", "rest", "companies", update="merge")
    workspace = load_project(told.bench.project)
    assert [waiting(told.bench.project, one) for one in workspace.datasets if one.name != "people"] == [None, None]


def test_hooks_are_added_listed_and_removed(told: Told) -> None:
    """Keap verifies each against the receiver; adding again makes none twice; their addresses are never shown."""
    host, _, secret = told.address.rpartition("/")
    for _ in range(2):
        added = invoke(told.bench.project, "hooks", "add", "rest", "--host", host)
        assert added.returncode == 0, added.stderr
        rows = [line.split() for line in added.stdout.splitlines()[1:]]
        assert ["contact.edit", "Verified", "yes"] in rows
        assert len(rows) == len({row[0] for row in rows})
        assert {row[0].split(".")[0] for row in rows} == {"contact", "contactGroup"}
    listed = invoke(told.bench.project, "hooks", "list", "rest")
    assert secret not in added.stdout + added.stderr + listed.stdout
    assert "6 hooks removed" in invoke(told.bench.project, "hooks", "remove", "rest", "--host", host).stderr
    assert told.keap("GET", "/crm/rest/v1/hooks") == []


def test_keap_is_not_given_an_address_without_https(told: Told) -> None:
    """Whoever reads the path on the way could send deliveries."""
    for host in ("http://example.com", "http://127.0.0.1.example.com"):
        done = invoke(told.bench.project, "hooks", "add", "rest", "--host", host)
        assert (done.returncode, "https" in done.stderr) == (2, True)
