"""The owner of the simulated app, with a browser: opens the page, chooses, and is sent somewhere."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import requests

from infusion_etl.simulator.server import Running


def choose(address: str, decision: str = "allow") -> str:
    """Return where the browser is sent after the choice on Keap's page at `address`."""
    with requests.Session() as browser:
        browser.get(address, timeout=30).raise_for_status()
        form = {**dict(parse_qsl(urlsplit(address).query)), "decision": decision}
        return browser.post(address, data=form, allow_redirects=False, timeout=30).headers["Location"]


def control(simulator: Running, path: str, order: object = None) -> None:
    """Steer the simulator."""
    requests.post(f"{simulator.control_url}{path}", json=order, timeout=30).raise_for_status()


def strike(simulator: Running, kind: str, **rule: object) -> None:
    """Put a trouble in force."""
    control(simulator, "/trouble", {"rules": [{"kind": kind, **rule}]})
