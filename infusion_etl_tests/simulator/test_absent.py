"""What is not simulated is named, and nothing else is missing."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import infusion_etl.simulator
from infusion_etl.simulator.xmlrpc.methods import METHODS
from infusion_etl_tests.simulator.conftest import Client

ABSENT = tomllib.loads((Path(infusion_etl.simulator.__file__).parent / "absent.toml").read_text())
FACTS = Path(__file__).parents[3] / "shared" / "facts"
HOOKS_AND_REPORTS = ("/hooks", ":run")


def facts(name: str) -> Any:
    """Read a file of facts, or skip."""
    if not (FACTS / name).exists():
        pytest.skip(f"{name} is not beside this checkout: ../shared/facts")
    return json.loads((FACTS / name).read_text())


def test_every_known_method_is_answered_or_named_absent() -> None:
    """The known methods of XML-RPC are those served and those named, and none is both (not-simulated)."""
    named = {*ABSENT["xmlrpc"]["reads"], *ABSENT["xmlrpc"]["writes"]}
    assert set(facts("methods.json")) == named | set(METHODS)
    assert not named & set(METHODS)


def test_every_documented_reading_method_is_answered() -> None:
    """But two, which tell of cards that were put in through a page of Keap's (not-simulated)."""
    known = facts("methods.json")
    missing = {name for name in ABSENT["xmlrpc"]["reads"] if known[name]["status"] == "documented"}
    assert missing == {"InvoiceService.validateCreditCard", "CreditCardSubmissionService.requestCreditCardId"}


def test_every_known_writing_operation_is_answered_or_named_absent() -> None:
    """The operations of REST that write are hooks, running a report, and those named (not-simulated)."""
    known = {f"{each['method']} {each['path'].removeprefix('/crm/rest')}" for each in facts("rest_writes.json")}
    served = {each for each in known if any(part in each for part in HOOKS_AND_REPORTS)}
    assert known - served == set(ABSENT["rest"]["writes"])


@pytest.mark.parametrize("operation", ABSENT["rest"]["writes"])
def test_what_is_absent_changes_nothing_and_says_so(simulator: Client, operation: str) -> None:
    """405 where the address can be read, else 404; never a success that did nothing (not-simulated)."""
    method, _, path = operation.partition(" ")
    where = simulator.running.url + "/crm/rest" + re.sub(r"\{\w+\}", "18", path)
    answer = simulator.session.request(method, where, headers=simulator.bearer, json={}, timeout=20)
    assert answer.status_code in {404, 405}
