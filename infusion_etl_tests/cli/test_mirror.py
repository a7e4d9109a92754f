"""`mirror` as a person or a script runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from infusion_etl.settings import Project
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl_tests.cli.commands import invoke, make_project


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    """Serve an app of 30 contacts."""
    with running(SimulatorConfig(contacts=30, limits=Limits.wide())) as simulator:
        yield simulator


@pytest.fixture
def project(tmp_path: Path, simulator: Running) -> Project:
    """Return a project without datasets."""
    return make_project(tmp_path / "p", {}, simulator.url)


def files(project: Project) -> list[str]:
    """Return the files of datasets and views."""
    found = [*project.datasets.rglob("*.yaml"), *project.views.rglob("*.sql")]
    return sorted(file.relative_to(project.folder).as_posix() for file in found if file.stem != "example")


def test_it_shows_and_writes_everything(project: Project, simulator: Running) -> None:
    """Each list with its records and calls, what is left out with the reason, the sums, and where the files are."""
    before = simulator.simulator.journal.count
    done = invoke(project, "mirror", "acme", "--at", "05:30", "--timezone", "America/Denver")
    assert done.returncode == 0, done.stderr
    asked = simulator.simulator.journal.count - before
    assert f"lists asked with {asked} calls" in done.stderr
    assert "order_payments" in done.stdout.partition("left out")[2]
    assert "wordpress_options               the account has none" in done.stdout
    assert "first copy" in done.stdout
    assert "a usual day" in done.stdout
    assert "`infusion-etl refresh --account acme` makes the first copy" in done.stderr
    written = files(project)
    assert "datasets/acme/contacts.yaml" in written
    assert "views/acme/people_with_tags.sql" in written
    text = (project.datasets / "acme" / "contacts.yaml").read_text("utf-8")
    assert "schedule: {every: day, at: '05:30', timezone: America/Denver}" in text
    assert "update: merge" in text
    assert "deletes: {do: remove, every: 1 day}" in text
    assert "fresh_for: 7 days" in (project.datasets / "acme" / "provinces.yaml").read_text("utf-8")
    assert invoke(project, "dataset", "check").returncode == 0

    again = invoke(project, "mirror", "acme")
    assert "nothing new is written" in again.stdout
    assert "datasets/acme/contacts.yaml stays as it is" in again.stdout
    assert files(project) == written


def test_a_dry_run_writes_nothing(project: Project) -> None:
    """It shows the same and says that nothing is written; as JSON it is there for a program."""
    done = invoke(project, "mirror", "acme", "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert files(project) == []
    assert (found["account"], found["written"]) == ("acme", [])
    contacts = next(one for one in found["new"] if one["name"] == "contacts")
    assert (contacts["update"], contacts["deletes"]["do"]) == ("merge", "remove")
    assert {one["why"] for one in found["left_out"]} >= {"same rows elsewhere", "empty"}
    assert found["plan"]["first_copy"] >= len(found["new"])
    assert found["calls"] > 0


def test_mistakes_are_named_all_at_once(project: Project, simulator: Running) -> None:
    """Options and the account's API are checked before anything is sent."""
    before = simulator.simulator.journal.count
    done = invoke(project, "mirror", "old", "--at", "25:00", "--timezone", "Mars/Base", "--prefix", "My-")
    assert done.returncode == 2
    for said in ("--at: ", "--timezone: ", "--prefix: 'My-'", "ACCOUNT: account old reads through xmlrpc"):
        assert said in done.stderr
    assert "did you mean acme?" in invoke(project, "mirror", "acmee").stderr
    assert simulator.simulator.journal.count == before
    assert files(project) == []


def test_nothing_is_written_where_a_file_would_be_wrong(project: Project) -> None:
    """A dataset that is in the way of a child table is named, and no file is written."""
    mine = project.datasets / "orders_items.yaml"
    mine.write_text("account: acme\nreport: tags\n", "utf-8")
    done = invoke(project, "mirror", "acme")
    assert (done.returncode, files(project)) == (2, ["datasets/orders_items.yaml"])
    assert "datasets/orders_items.yaml:1: the dataset acme/orders has a child table of this name already" in done.stderr


def test_nothing_is_written_that_would_exceed_the_quota(tmp_path: Path) -> None:
    """Where a day's refreshes would take more calls than a day has, the sum is told, and no file is written."""
    with running(SimulatorConfig(contacts=30, limits=replace(Limits.wide(), key_per_day=150))) as simulator:
        project = make_project(tmp_path / "small", {}, simulator.url)
        done = invoke(project, "mirror", "acme")
    assert done.returncode == 2, done.stderr
    assert "datasets/acme/" in done.stderr
    assert "calls a day, 120 are allowed: acme/" in done.stderr
    assert files(project) == []


def test_a_list_that_is_forbidden_is_added_once_it_is_not(project: Project, simulator: Running) -> None:
    """The others are written; running it again adds the one alone."""
    simulator.simulator.forbidden.append("*/v2/companies")
    done = invoke(project, "mirror", "acme")
    simulator.simulator.forbidden.clear()
    assert done.returncode == 0
    assert "the key may not read it (403)" in done.stdout
    assert "datasets/acme/companies.yaml" not in files(project)
    assert "datasets/acme/contacts.yaml" in files(project)
    again = invoke(project, "mirror", "acme")
    assert "written: 1 files in datasets/acme/" in again.stdout, again.stdout[-600:]


def test_views_go_with_an_account_that_is_renamed(project: Project) -> None:
    """Its folder of views takes the new name, as its datasets do."""
    folder = project.views / "acme"
    folder.mkdir(parents=True)
    (folder / "names.sql").write_text("SELECT name FROM tags", "utf-8")
    done = invoke(project, "account", "rename", "acme", "shop")
    assert done.returncode == 0, done.stderr
    assert files(project) == ["views/shop/names.sql"]
    assert str(project.views / "shop") in done.stdout + done.stderr


def test_a_key_that_may_read_nothing(project: Project, simulator: Running) -> None:
    """Every list is named as forbidden, nothing is written, and the status is 1."""
    simulator.simulator.forbidden.append("*")
    try:
        done = invoke(project, "mirror", "acme")
    finally:
        simulator.simulator.forbidden.clear()
    assert (done.returncode, files(project)) == (1, [])
    assert done.stdout.count("the key may not read it (403)") > 50
    assert "nothing of account acme can be mirrored" in done.stderr


def test_status_names_views_that_are_not_there(project: Project) -> None:
    """A view of one's own that cannot be made is told by `status`, with the reason, and stops no refresh."""
    (project.datasets / "tags.yaml").write_text("account: acme\nreport: tags\n", "utf-8")
    folder = project.views / "acme"
    folder.mkdir(parents=True)
    (folder / "names.sql").write_text("SELECT name FROM tags", "utf-8")
    (folder / "wrong.sql").write_text("SELECT nothing FROM tags", "utf-8")
    assert invoke(project, "refresh", "tags").returncode == 0
    assert invoke(project, "query", "select count(*) from acme.names").returncode == 0
    done = invoke(project, "status")
    assert done.returncode == 0
    assert "the view acme.wrong is not published: Binder Error" in done.stderr
    assert "acme.names" not in done.stderr
    assert list(json.loads(invoke(project, "status", "--json").stdout)["views_not_made"]) == ["acme.wrong"]
