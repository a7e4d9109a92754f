"""The page that the browser comes back to, over a real socket."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from infusion_etl.accounts.signin_page import loopback_page
from infusion_etl.clock import SystemClock
from infusion_etl.errors import CredentialError, Mistake, StorageError
from infusion_etl_tests.accounts.making import NOW


class HastyClock(SystemClock):
    """A clock on which an hour passes each time somebody looks at it."""

    def __init__(self) -> None:
        self.looks = 0

    def now(self) -> datetime:
        """Return an hour more than the last time."""
        self.looks += 1
        return NOW + timedelta(hours=self.looks)


def _get(address: str) -> tuple[int, str]:
    try:
        with urlopen(address, timeout=30) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def _browsing(*addresses: str) -> Callable[[ThreadPoolExecutor], Future[list[tuple[int, str]]]]:
    return lambda pool: pool.submit(lambda: [_get(address) for address in addresses])


def _belongs(address: str) -> bool:
    return "state=mine" in address


def test_the_browser_gets_the_outcome_and_the_command_the_address() -> None:
    """What the command says after the exchange is what the page shows; the address arrives whole."""
    came: list[str] = []

    def complete(address: str) -> str:
        came.append(address)
        return "Account acme is connected <to> xy123"

    with loopback_page(path="/back") as page, ThreadPoolExecutor() as pool:
        visit = _browsing(f"{page.redirect_url}?code=1&state=mine")(pool)
        page.wait(_belongs, complete, SystemClock())
        [(status, text)] = visit.result()
    assert status == 200
    assert "connected &lt;to&gt; xy123" in text
    assert "close this window" in text
    assert came == [f"{page.redirect_url}?code=1&state=mine"]


def test_a_failure_is_shown_in_the_browser_and_raised_in_the_command() -> None:
    """Who looks at the browser and who looks at the terminal read the same."""

    def complete(address: str) -> str:
        raise CredentialError("Keap refuses the code", account="acme")

    with loopback_page() as page, ThreadPoolExecutor() as pool:
        visit = _browsing(f"{page.redirect_url}?code=1&state=mine")(pool)
        with pytest.raises(CredentialError):
            page.wait(_belongs, complete, SystemClock())
        [(status, text)] = visit.result()
    assert status == 400
    assert "Keap refuses the code" in text


def test_strangers_change_nothing() -> None:
    """An icon that the browser asks for, another path and another sign-in's address leave the sign-in waiting."""
    with loopback_page() as page, ThreadPoolExecutor() as pool:
        base = page.redirect_url
        visits = _browsing(f"{base}favicon.ico", f"{base}?code=1&state=other", base, f"{base}?state=mine&code=2")(pool)
        page.wait(_belongs, lambda _: "Done", SystemClock())
        found = visits.result()
    assert [status for status, _ in found] == [404, 400, 400, 200]


def test_a_connection_that_says_nothing_does_not_stop_the_sign_in() -> None:
    """Browsers open connections in advance; the next one is served all the same."""
    with loopback_page() as page, ThreadPoolExecutor() as pool:
        where = urlsplit(page.redirect_url)
        with socket.create_connection((where.hostname, where.port)):
            visit = _browsing(f"{page.redirect_url}?state=mine")(pool)
            page.wait(_belongs, lambda _: "Done", SystemClock())
            assert visit.result()[0][0] == 200


def test_nobody_comes() -> None:
    """After ten minutes by the clock the command gives up and says what else can be done."""
    with loopback_page() as page, pytest.raises(Mistake, match="--paste"):
        page.wait(_belongs, lambda _: "Done", HastyClock())


def test_it_listens_on_this_computer_alone() -> None:
    """Nobody else on the network can reach the page."""
    with loopback_page() as page:
        assert urlsplit(page.redirect_url).hostname == "127.0.0.1"
        assert page.redirect_url.endswith("/")


def test_a_port_that_is_taken_is_told() -> None:
    """The remedy names the options that help."""
    with loopback_page() as page:
        port = urlsplit(page.redirect_url).port
        with pytest.raises(StorageError, match="--redirect-url"), loopback_page(port or 0):
            pass
