"""Signing in as a person does: the command in a terminal, Keap's page and ours in a real browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from infusion_etl.accounts.store import AccountStore
from infusion_etl.settings import Project
from infusion_etl.simulator.config import DEMO_CLIENT, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl_tests import processes
from infusion_etl_tests.processes import ended

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
PATIENCE = processes.PATIENCE * 1000  # milliseconds

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium on the PATH to sign in with")


def _add(project: Path, simulator: Running) -> subprocess.Popen[str]:
    """Begin `account add acme`, which waits for the browser."""
    command = [sys.executable, "-m", "infusion_etl.cli.main", "--project", str(project), "account", "add", "acme"]
    options = [
        *("--api-url", simulator.url, "--token-url", simulator.token_url, "--authorize-url", simulator.authorize_url),
        *("--client-id", DEMO_CLIENT.client_id, "--client-secret-env", "CLIENT_SECRET", "--no-browser"),
    ]
    environment = {**os.environ, "CLIENT_SECRET": DEMO_CLIENT.client_secret}
    pipe = subprocess.PIPE
    return subprocess.Popen([*command, *options], env=environment, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize(
    ("button", "shown", "status", "kept"),
    [("Allow", "Account acme is connected to xy101", 0, ["acme"]), ("Deny", "The access was denied", 2, [])],
)
def test_the_browser_shows_how_it_ended(
    tmp_path: Path, *, button: str, shown: str, status: int, kept: list[str]
) -> None:
    """Whatever the owner presses on Keap's page, our page says what became of it, and so does the command."""
    with running(SimulatorConfig(contacts=3)) as simulator, ended(_add(tmp_path, simulator)) as (command,):
        assert command.stderr is not None
        address = next(line for line in command.stderr if line.startswith("http")).strip()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=PATIENCE
            )
            page = browser.new_page()
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            page.get_by_role("button", name=button).click()
            expect(page.get_by_role("main")).to_contain_text(shown, timeout=PATIENCE)
            browser.close()
        command.communicate(timeout=processes.PATIENCE)
    assert command.returncode == status
    assert AccountStore(Project(tmp_path)).names() == kept
