"""`plan` and the sum of `dataset check`, as a person or a script sees them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from infusion_etl.keap.allowance import SHARE_VARIABLE
from infusion_etl.settings import Project
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl_tests.cli.commands import count_tomorrow, invoke, make_project

CONTACTS = "account: acme\nreport: contacts\nschedule: {every: day, at: '06:00'}\n"
TAGS = "account: acme\nreport: tags\n"
PEOPLE = "account: acme\nreport: data_query\nparameters: {table: Contact}\nschedule: {every: 15 minutes}\n"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    """Serve an app of 120 contacts."""
    with running(SimulatorConfig(contacts=120, limits=Limits.wide())) as simulator:
        yield simulator


@pytest.fixture
def project(tmp_path: Path, simulator: Running) -> Project:
    """Return a project with three datasets, none of which has landed."""
    return make_project(tmp_path / "p", {"contacts": CONTACTS, "tags": TAGS, "people": PEOPLE}, simulator.url)


def planned(project: Project, *words: str) -> dict[str, dict[str, object]]:
    """Return `plan --json` of the only account, by dataset; the account's own sums by an empty name."""
    done = invoke(project, "plan", "--json", *words)
    assert done.returncode == 0, done.stderr
    (budget,) = json.loads(done.stdout)
    return {"": budget, **{one["name"]: one for one in budget["datasets"]}}


def test_before_anything_landed_the_cost_is_told_in_words(project: Project, simulator: Running) -> None:
    """What nobody has counted is said to be so, with what more records cost; nothing is sent."""
    before = simulator.simulator.journal.count
    done = invoke(project, "plan")
    assert done.returncode == 0, done.stderr
    assert "Not counted yet" in done.stdout
    assert "contacts: 1 call per 1,000 records" in done.stdout
    assert "of the 24,000 calls that this project may make a day" in done.stdout
    assert simulator.simulator.journal.count == before
    assert planned(project)["contacts"]["records"] is None


def test_it_counts_when_asked_to(project: Project, simulator: Running) -> None:
    """A call or two for each list; what depends on parameters is named."""
    before = simulator.simulator.journal.count
    done = invoke(project, "plan", "--count", "--json", "contacts", "tags")
    found = {one["name"]: one for one in json.loads(done.stdout)[0]["datasets"]}
    assert (found["contacts"]["records"], found["contacts"]["records_are"]) == (120, "exact")
    assert found["tags"]["records"] == len(simulator.simulator.world.tags)
    assert simulator.simulator.journal.count - before <= 4
    assert f"counted with {simulator.simulator.journal.count - before} calls" in done.stderr
    assert "acme/people cannot be counted" in invoke(project, "plan", "--count").stderr


def test_what_landed_is_counted(project: Project) -> None:
    """After a refresh its records and the calls that it took are known, and a day's calls follow the schedule."""
    assert invoke(project, "refresh", "contacts", "people").returncode == 0
    count_tomorrow(project, "acme", 4)
    found = planned(project)
    assert (found["contacts"]["records"], found["contacts"]["refresh"]) == (120, 2)
    assert found["people"]["usual_day"] == 96 * int(str(found["people"]["refresh"]))
    assert found[""]["usual_day"] == int(str(found["people"]["usual_day"])) + 2
    assert int(str(found[""]["used_today"])) >= 4
    assert "tags" in invoke(project, "plan").stdout.partition("Not counted yet")[2]


def test_check_refuses_schedules_beyond_the_quota(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sum, what is allowed and the largest are named with file and line; nothing is sent, the status is 2."""
    assert invoke(project, "dataset", "check").returncode == 0
    monkeypatch.setenv(SHARE_VARIABLE, "0.003")  # 90 of a key's 30,000 calls a day
    done = invoke(project, "dataset", "check")
    assert done.returncode == 2
    assert "datasets/people.yaml:4: account acme: the schedules ask for " in done.stderr
    assert "calls a day, 90 are allowed: acme/people " in done.stderr
    (project.datasets / "people.yaml").unlink()
    assert invoke(project, "dataset", "check").returncode == 0


def test_accounts_of_one_key_share_its_quota(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two accounts that sign in by the same key are counted together."""
    monkeypatch.setenv(SHARE_VARIABLE, "0.01")  # 300 calls a day
    assert invoke(project, "dataset", "check").returncode == 0
    (project.datasets / "old_people.yaml").write_text(PEOPLE.replace("acme", "old"), "utf-8")
    done = invoke(project, "dataset", "check")
    assert done.returncode == 2
    assert "accounts acme, old: the schedules ask for " in done.stderr


def test_mistakes_of_the_command(project: Project) -> None:
    """Unknown names are told with the nearest."""
    done = invoke(project, "plan", "contact")
    assert (done.returncode, "did you mean contacts?" in done.stderr) == (2, True)
