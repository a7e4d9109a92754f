"""The options of `account add` and `account reconnect`, checked: all mistakes of a command line at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Api
from infusion_etl.accounts.addresses import address_problem, api_url_problem, is_loopback
from infusion_etl.accounts.names import name_problem
from infusion_etl.accounts.oauth import Client
from infusion_etl.accounts.secret import KeySecrets, Secrets
from infusion_etl.accounts.timezones import timezone_problem
from infusion_etl.errors import ConfigMistake, Problem

Ask = Callable[[str], str]
"""Asks the person for a secret that does not show, by its label."""


@dataclass(frozen=True)
class Source:
    """Where secrets come from: the environment, and `ask` where there is a terminal."""

    environment: Mapping[str, str]
    ask: Ask | None = None


NO_CREDENTIAL = "say how to sign in: --key-env VARIABLE, or --client-id ID with --client-secret-env VARIABLE"


@dataclass(frozen=True)
class Facts:
    """What is asked of an account besides its secrets; None: not given."""

    api: str | None = None
    timezone: str | None = None
    api_url: str | None = None
    token_url: str | None = None
    authorize_url: str | None = None


@dataclass(frozen=True)
class SignOptions:
    """How the person wants to sign in."""

    key_env: str | None = None
    client_id: str | None = None
    client_secret_env: str | None = None
    redirect_url: str | None = None
    paste: bool = False
    redirected: str | None = None
    browser: bool = True


class Problems:
    """Gathers problems, to be raised together."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, problem: Problem | None) -> None:
        """Note a problem, if there is one."""
        if problem is not None:
            self.found.append(problem)

    def say(self, place: str, message: str | None) -> None:
        """Note a message, if there is one."""
        self.add(Problem(place, message) if message else None)

    def raise_all(self) -> None:
        """Raise ConfigMistake when anything was noted."""
        if self.found:
            raise ConfigMistake(self.found)


def read_account(name: str, facts: Facts, problems: Problems) -> Account:
    """Return the account that the options describe; its way of signing in is filled in later."""
    problems.add(name_problem(name))
    if facts.timezone is not None:
        problems.add(timezone_problem(facts.timezone, "--timezone"))
    for option, address in (("--token-url", facts.token_url), ("--authorize-url", facts.authorize_url)):
        problems.say(option, address_problem(address, query_allowed=True) if address is not None else None)
    problems.say("--api-url", api_url_problem(facts.api_url) if facts.api_url is not None else None)
    given: dict[str, Any] = {
        "timezone": facts.timezone,
        "api_url": facts.api_url.rstrip("/") if facts.api_url else None,
        "token_url": facts.token_url,
        "authorize_url": facts.authorize_url,
    }
    return Account(name, read_api(facts.api, problems), **{key: value for key, value in given.items() if value})


def read_api(text: str | None, problems: Problems) -> Api:
    """Return the API that is meant; REST when none is."""
    known = [api.value for api in Api]
    if text is None or text.lower() in known:
        return Api(text.lower()) if text else Api.REST
    near = get_close_matches(text.lower().replace("-", ""), known, 1, 0.4) or known
    problems.add(Problem("--api", f"unknown API {text!r}", tuple(near)))
    return Api.REST


def read_credential(options: SignOptions, source: Source, problems: Problems) -> KeySecrets | Client | None:
    """Return the key or the client that is to sign in, or None when there is a problem.

    Secrets come from the source, never from the options.
    """
    oauth = options.client_id is not None or options.client_secret_env is not None
    if oauth and options.key_env is not None:
        problems.say("--key-env", "an account signs in with a key or with a client, not with both")
        return None
    check_sign_in(options, problems)
    if oauth:
        return _client(options, source, problems)
    if options.key_env is None and source.ask is None:
        problems.say("", NO_CREDENTIAL)
        return None
    if options.redirect_url or options.paste or options.redirected:
        problems.say("--client-id", "is needed to sign in with a browser")
    key = _secret("--key-env", options.key_env, "Access key", source, problems)
    return KeySecrets(key=key) if key else None


def read_new_credential(
    options: SignOptions, stored: Secrets, source: Source, problems: Problems
) -> KeySecrets | Client | None:
    """Return what is to sign an account in anew: what the options say, completed by the client it has."""
    if isinstance(stored, KeySecrets) or options.key_env is not None:
        return read_credential(options, source, problems)
    if options.client_secret_env is not None or options.client_id not in {None, stored.client_id}:
        known = replace(options, client_id=options.client_id or stored.client_id)
        return read_credential(known, source, problems)
    check_sign_in(options, problems)
    return Client(stored.client_id, stored.client_secret)


def check_sign_in(options: SignOptions, problems: Problems) -> None:
    """Note what is wrong with the options of a sign-in with a browser."""
    if options.redirect_url is not None:
        problems.say("--redirect-url", redirect_problem(options.redirect_url))
    if options.redirected is not None and not urlsplit_or_none(options.redirected):
        problems.say("--redirected", "is no address; copy the whole address bar, from http to the end")


def redirect_problem(address: str) -> str | None:
    """Return what is wrong with a redirect URL, or None."""
    problem = address_problem(address, query_allowed=True)
    if problem is None and urlsplit(address).hostname == "::1":
        return "the page of the sign-in listens on 127.0.0.1: use that, or localhost"
    return problem


def urlsplit_or_none(address: str) -> str | None:
    """Return the host of an address, or None when it is no address."""
    try:
        return urlsplit(address.strip()).hostname
    except ValueError:
        return None


def comes_back_here(redirect_url: str) -> bool:
    """Tell whether a browser on this computer that is sent there finds our page."""
    parts = urlsplit(redirect_url)
    return parts.scheme == "http" and is_loopback(parts.hostname)


def _client(options: SignOptions, source: Source, problems: Problems) -> Client | None:
    if not options.client_id:
        problems.say("--client-id", "is missing; it stands beside the secret at keys.developer.keap.com")
    secret = _secret("--client-secret-env", options.client_secret_env, "Client secret", source, problems)
    return Client(options.client_id, secret) if options.client_id and secret else None


def _secret(
    option: str,
    variable: str | None,
    label: str,
    source: Source,
    problems: Problems,
) -> SecretStr | None:
    if variable is None and source.ask is None:
        problems.say(option, "name the environment variable that holds it")
        return None
    if variable is not None and variable not in source.environment:
        near = tuple(get_close_matches(variable, source.environment, 1, 0.8))
        problems.add(Problem(option, f"there is no environment variable {variable}", near))
        return None
    text = source.environment[variable] if variable is not None else _asked(source, label, problems)
    problem = secret_problem(text.strip())
    problems.say(option, problem and f"{variable or label}: {problem}")
    return None if problem else SecretStr(text.strip())


def _asked(source: Source, label: str, problems: Problems) -> str:
    """Ask for a secret, unless there are mistakes to be told already: then it would be typed in vain."""
    return "not-asked" if problems.found or source.ask is None else source.ask(label)


def secret_problem(text: str) -> str | None:
    """Return what is wrong with a key or client secret, or None. The text itself is not shown."""
    if not text:
        return "is empty"
    return None if text.isascii() and text.isprintable() and " " not in text else "holds blanks or strange characters"
