"""Dagster's screen on a real project, in a real browser: what an operator sees first."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from infusion_etl.clock import SystemClock
from infusion_etl.keap.progress import Silent
from infusion_etl.refresh import refresh
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach
from infusion_etl.workspace import load_project
from infusion_etl_tests import processes
from infusion_etl_tests.orchestration.real_project import DATASETS, environment, make_project, simulated
from infusion_etl_tests.ports import free_port
from infusion_etl_tests.processes import ended, line

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ALONE = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE = processes.PATIENCE * 1000  # milliseconds

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium on the PATH to look at Dagster's screen with")


@contextmanager
def up(project: Project) -> Iterator[str]:
    """Run `infusion-etl up` on a project, and give the screen's address once it answers."""
    port = str(free_port())
    command = [sys.executable, "-m", "infusion_etl.cli.main", "up", "--port", port]
    pipe, same = subprocess.PIPE, subprocess.STDOUT
    started = subprocess.Popen(
        command, cwd=project.folder, env=environment(project), stdout=pipe, stderr=same, text=True
    )
    with ended(started) as (server,):
        lines = iter(partial(line, server), "")
        said = list(takewhile(lambda line: "Dagster is up" not in line, lines))
        reader = threading.Thread(target=lambda: list(lines))  # so that it never waits for somebody to read its words
        reader.start()
        try:
            assert server.poll() is None, "".join(said)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)
            reader.join()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Make a project with three datasets, one of them refreshed, and one broken file, while its account answers."""
    with simulated() as simulator:
        folder = tmp_path_factory.mktemp("screen") / "project"
        made = make_project(folder, simulator, DATASETS)
        [found] = load_project(made).select(("found",))
        refresh(made, found, clock=SystemClock(), progress=Silent())
        (made.datasets / "typo.yaml").write_text("account: acme\nreport: tagz\n")
        yield made


@pytest.fixture(scope="module")
def address(project: Project) -> Iterator[str]:
    """Serve the project."""
    with up(project) as found:
        yield found


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Open one page in a headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *ALONE], timeout=PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE)
        yield page
        browser.close()


def test_every_dataset_stands_among_the_assets(page: Page, address: str, tmp_path: Path) -> None:
    """The groups are the accounts, and a broken file has one of its own."""
    page.goto(f"{address}/assets")
    for name in DATASETS:
        expect(page.get_by_text(f"acme / {name}", exact=True).first).to_be_visible()
    expect(page.get_by_text("files_with_mistakes", exact=True).first).to_be_visible()
    page.screenshot(path=tmp_path / "assets.png")


def test_a_dataset_shows_its_columns_table_and_schedule(page: Page, address: str, tmp_path: Path) -> None:
    """Before the first refresh, from its file alone."""
    page.goto(f"{address}/assets/acme/people")
    for text in ("Everyone", "LastUpdated", "TIMESTAMPTZ", "infusionsoft.acme.people", "At 06:00 AM"):
        expect(page.get_by_text(text).first).to_be_visible()
    page.screenshot(path=tmp_path / "dataset.png")


def test_a_broken_file_says_what_is_wrong(page: Page, address: str) -> None:
    """The line, the word, and the nearest right one, on the asset's page."""
    page.goto(f"{address}/assets/files_with_mistakes/datasets/typo.yaml")
    expect(page.get_by_text("typo.yaml:2").first).to_be_visible()


def test_schedules_and_sensors_are_there_and_running(page: Page, address: str, tmp_path: Path) -> None:
    """Every schedule by its dataset's name, and the sensors: for what waits, failed, is late, or landed elsewhere."""
    page.goto(f"{address}/automation")
    for name in ("acme__people", "acme__labels", "waiting", "retries", "freshness", "command_line"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    expect(page.locator("input[type=checkbox]:checked")).to_have_count(6)
    page.screenshot(path=tmp_path / "automation.png")


def test_what_the_command_line_refreshed_is_shown(page: Page, address: str, tmp_path: Path) -> None:
    """It stands there as materialised, with where from and what it brought."""
    page.goto(f"{address}/assets/acme/found?view=events")
    expect(page.get_by_text("Refreshed from the command line").first).to_be_visible()
    page.screenshot(path=tmp_path / "elsewhere.png")


def test_materialising_there_lands_the_rows(page: Page, address: str, project: Project, tmp_path: Path) -> None:
    """The button on a dataset's page refreshes it: rows are published; cost, a few rows and checks are shown."""
    page.goto(f"{address}/assets/acme/labels")
    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_role("link", name="View", exact=True).first.click()
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
    page.goto(f"{address}/assets/acme/labels")
    for name in ("Row count", "added", "calls", "preview"):
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    page.screenshot(path=tmp_path / "landed.png", full_page=True)
    with attach.published(project.published) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM acme.labels").fetchall()
    assert count > 0
    page.goto(f"{address}/assets/acme/labels?view=checks")
    expect(page.get_by_text("rejected", exact=True).first).to_be_visible()
    page.get_by_text("key", exact=True).first.click()
    expect(page.get_by_text("the key (id) names every row").first).to_be_visible()
    page.screenshot(path=tmp_path / "checks.png", full_page=True)
