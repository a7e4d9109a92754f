"""`migrate` as a person or a script runs it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infusion_etl.accounts.store import AccountStore
from infusion_etl.cli.migrate import compare_all, conclude, described, show
from infusion_etl.clock import ManualClock
from infusion_etl.errors import InfusionError
from infusion_etl.migration.outlook import outlook
from infusion_etl.settings import Project
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.cli.commands import invoke, make_project

NOW = datetime(2026, 12, 1, tzinfo=UTC)
TAGS = "account: old\nreport: data_query\nparameters: {table: ContactGroup}\n"
PEOPLE = "account: old\nreport: data_query\nparameters: {table: Contact, fields: [Id, Address1Type]}\n"
KINDS = "account: old\nreport: invoice_payment_options\n"
ON_REST = "account: acme\nreport: contacts\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with datasets on both APIs, one of which REST cannot serve; nothing answers."""
    return make_project(tmp_path / "project", {"tags": TAGS, "people": PEOPLE, "kinds": KINDS, "contacts": ON_REST})


def api_of(project: Project, account: str) -> str:
    """Return which API an account uses."""
    return AccountStore(project).read(account).account.api


@pytest.mark.usefixtures("announced_end")
def test_it_shows_what_each_dataset_becomes(project: Project) -> None:
    """Date, outages, calls, missing columns, and the reason with the substitute; nothing is sent or changed."""
    done = invoke(project, "migrate")
    assert done.returncode == 0, done.stderr
    assert "XML-RPC ends on 2026-12-31" in done.stdout
    assert "2026-09-18" in done.stdout
    assert "old/people" in done.stdout
    assert "Address1Type" in done.stdout
    assert "old/kinds cannot go on: report: invoice_payment_options cannot be read with api: rest" in done.stdout
    assert "acme/contacts" not in done.stdout
    assert "1 of 3 datasets need another report" in done.stderr.splitlines()[-1]
    assert api_of(project, "old") == "xmlrpc"


@pytest.mark.usefixtures("announced_end")
def test_json_holds_everything(project: Project) -> None:
    """A program reads the same."""
    found = json.loads(invoke(project, "migrate", "--json").stdout)
    assert (found["last_day"], found["accounts"], found["switched"]) == ("2026-12-31", ["old"], [])
    assert found["outages"][0]["day"] == "2026-03-10"
    people = next(one for one in found["datasets"] if one["name"] == "people")
    assert (people["served"], people["lacking"], people["account"]) == (True, ["Address1Type"], "old")
    assert isinstance(found["days_left"], int)


def test_apply_is_refused_where_a_dataset_would_break(project: Project) -> None:
    """It is shown all the same, the status is 2, and nothing is switched."""
    done = invoke(project, "migrate", "--apply")
    assert (done.returncode, api_of(project, "old")) == (2, "xmlrpc")
    assert "REST cannot serve 1 of 3 datasets: old/kinds" in done.stderr
    assert "old/people" in done.stdout


def test_apply_switches_the_accounts_that_are_shown(project: Project) -> None:
    """Once nothing would break, or with --anyway, the account uses REST; a second time there is nothing to do."""
    (project.datasets / "kinds.yaml").unlink()
    done = invoke(project, "migrate", "--account", "old", "--apply")
    assert (done.returncode, api_of(project, "old")) == (0, "rest"), done.stderr
    assert "account old uses REST from now on" in done.stderr
    assert "no account uses XML-RPC" in invoke(project, "migrate").stdout


def test_apply_anyway(project: Project) -> None:
    """A person may decide to lose a dataset."""
    found = json.loads(invoke(project, "migrate", "--apply", "--anyway", "--json").stdout)
    assert (found["switched"], api_of(project, "old")) == (["old"], "rest")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--account", "odl"), "unknown account 'odl'"),
        (("nothing",), "there is no dataset 'nothing'"),
        (("tags", "--apply"), "--apply switches whole accounts"),
    ],
)
def test_mistakes_of_the_command(project: Project, words: tuple[str, ...], said: str) -> None:
    """Each is told with the nearest name or the way out, and nothing is switched."""
    done = invoke(project, "migrate", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert api_of(project, "old") == "xmlrpc"


def test_a_comparison_is_shown_with_columns_counts_and_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is the same is one row of the table; what differs is told by column and by ids of records alone."""
    with running(SimulatorConfig(contacts=20, limits=Limits.wide())) as simulator:
        project = make_project(tmp_path / "p", {"tags": TAGS, "people": PEOPLE, "kinds": KINDS}, simulator.url)
        found = outlook(project, NOW)
        compared = compare_all(project, found, 2, ManualClock(NOW))
        show(found, compared)
    said = capsys.readouterr().out
    assert sorted(compared) == ["old/people", "old/tags"]
    assert "old/people: rows that differ, by column: Address1Type" in said
    assert "old/people: rows that differ, for example: Id " in said
    assert "old/tags:" not in said
    assert "control characters" in said.splitlines()[-1]
    assert conclude(found, compared, ()) == 0
    both = {one["name"]: one.get("comparison") for one in described(found, compared, ())["datasets"]}
    assert both["tags"]["same"] is True
    assert both["people"]["same"] is False
    assert both["kinds"] is None


@pytest.mark.usefixtures("announced_end")
def test_a_dataset_that_cannot_be_compared_is_told_and_the_others_are(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing answers, each comparison is an error with its dataset, and the status is not 0."""
    found = outlook(project, datetime(2027, 1, 5, tzinfo=UTC))
    compared = compare_all(project, found, 2, ManualClock(datetime(2027, 1, 5, tzinfo=UTC)))
    assert len(compared) == 2
    assert all(isinstance(one, InfusionError) for one in compared.values())
    assert conclude(found, compared, ()) == 2
    assert "Keap has switched XML-RPC off on 2026-12-31" in capsys.readouterr().err
