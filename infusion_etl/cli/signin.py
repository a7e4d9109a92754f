"""Signing in with a browser from the terminal: a page on this computer, or the redirected address pasted."""

from __future__ import annotations

import os
import secrets
import sys
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import typer

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.oauth import Client, PostForm
from infusion_etl.accounts.secret import OAuthSecrets
from infusion_etl.accounts.signin import PASTE_REDIRECT, SignIn
from infusion_etl.accounts.signin_page import loopback_page
from infusion_etl.cli.account_options import SignOptions, comes_back_here
from infusion_etl.cli.console import say
from infusion_etl.clock import Clock
from infusion_etl.errors import Mistake

Keep = Callable[[Account, OAuthSecrets], None]


@dataclass(frozen=True)
class Desk:
    """What a sign-in needs besides the account: how to send a form, how to keep the tokens, the time, a browser."""

    post_form: PostForm
    keep: Keep
    clock: Clock
    browser: bool = True


def sign_in(account: Account, client: Client, options: SignOptions, desk: Desk) -> None:
    """Let the owner sign in, in the way the options say, and keep the tokens.

    Raises Mistake when the owner says no, nobody comes, or the address is not this sign-in's.
    """
    if options.redirected is not None:
        _finish(SignIn(account, client, options.redirect_url or PASTE_REDIRECT), options.redirected, desk)
    elif options.paste or not comes_back_here(options.redirect_url or "http://127.0.0.1/"):
        _sign_in_by_pasting(SignIn(account, client, options.redirect_url or PASTE_REDIRECT), desk)
    else:
        _sign_in_by_page(account, client, options.redirect_url, desk)


def _sign_in_by_page(account: Account, client: Client, redirect_url: str | None, desk: Desk) -> None:
    parts = urlsplit(redirect_url or "http://127.0.0.1:0/")
    port = 80 if parts.port is None else parts.port
    with loopback_page(port, parts.path or "/") as page:
        attempt = SignIn(account, client, redirect_url or page.redirect_url)
        _show_address(attempt, desk)
        say("Waiting for the browser to come back. If it is on another computer: Ctrl-C, and add --paste")
        page.wait(
            lambda address: attempt.belongs(address, desk.clock.now()),
            lambda address: _finish(attempt, address, desk),
            desk.clock,
        )


def _sign_in_by_pasting(attempt: SignIn, desk: Desk) -> None:
    _show_address(attempt, desk)
    say(f"After Allow, the browser goes to {attempt.redirect_url} and may show an error: that does not matter.")
    _finish(attempt, _pasted(), desk)


def _finish(attempt: SignIn, redirected: str, desk: Desk) -> str:
    account, tokens = attempt.complete(redirected, post_form=desk.post_form, now=desk.clock.now())
    desk.keep(account, tokens)
    return f"Account {account.name} is connected to {account.app or 'Keap'}"


def _show_address(attempt: SignIn, desk: Desk) -> None:
    address = attempt.address(desk.clock.now(), secrets.token_hex(8))
    say("Sign in to Keap as the app's owner, and choose Allow.")
    say("To connect another app than the browser is signed in to, sign out there first. The address:")
    say(address)
    if desk.browser and can_open_browser(os.environ, sys.platform):
        webbrowser.open(address)


def can_open_browser(environment: Mapping[str, str], platform: str) -> bool:
    """Tell whether a browser would get a window: one inside the terminal would take the terminal from us."""
    if "BROWSER" in environment or platform in {"darwin", "win32"}:
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _pasted() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("The address the browser shows now", err=True))
    line = sys.stdin.readline().strip()
    if not line:
        raise Mistake(
            "the sign-in is not finished",
            remedy="Run the same command again with --redirected 'ADDRESS', the one the browser shows after Allow",
        )
    return line
