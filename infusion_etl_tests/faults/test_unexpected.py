"""Faults of the program itself: recorded like any failure, told by type and place, and no end for other datasets."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from infusion_etl.cli.console import fail
from infusion_etl.clock import SystemClock
from infusion_etl.errors import DEBUG_VARIABLE, ServerTrouble, Unexpected, nothing_unexpected
from infusion_etl.keap.client import Keap
from infusion_etl.keap.progress import Silent
from infusion_etl.refresh import refresh
from infusion_etl.reports.report import Looked, Parameters
from infusion_etl.warehouse.runs import RunState
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench
from infusion_etl_tests.cli.commands import run as command
from infusion_etl_tests.keap.wire import http, speaking

PERSON = "nobody@example.com"


def failing(error: Exception) -> Callable[[Parameters, Keap], Looked]:
    """Return a look at the account that ends with a fault nobody foresaw."""

    def look(parameters: Parameters, keap: Keap) -> Looked:
        raise error

    return look


@pytest.mark.parametrize("error", [KeyError(PERSON), TypeError(PERSON), ZeroDivisionError(PERSON)])
def test_a_fault_of_ours_is_a_failed_run_without_its_text(bench: Bench, error: Exception) -> None:
    """The run is recorded as failed; type and dataset are told, the exception's text, which may be data, is not."""
    bench.write("people", "rest", "contacts")
    (dataset,) = load_project(bench.project).select(("people",))
    broken = replace(dataset, report=replace(dataset.report, look=failing(error)))
    with pytest.raises(Unexpected, match=type(error).__name__) as caught:
        refresh(bench.project, broken, clock=SystemClock(), progress=Silent())
    (last,) = bench.runs("people")
    assert last.state is RunState.FAILED
    assert type(error).__name__ in (last.error or "")
    assert caught.value.exit_status == 1
    assert (caught.value.account, caught.value.dataset, caught.value.__cause__) == ("rest", "people", error)
    assert all(PERSON not in text for text in (str(caught.value), last.error or ""))
    assert bench.refresh("people").state is RunState.DONE


def test_the_place_is_where_this_package_was_last(bench: Bench) -> None:
    """The module and line of ours that led there, not a library's."""
    bench.write("people", "rest", "contacts")
    (dataset,) = load_project(bench.project).select(("people",))
    nothing: Any = None
    broken = replace(dataset, parameters=nothing)
    with pytest.raises(Unexpected, match=r" in infusion_etl\.[a-z_.]+ \(line \d+\)"):
        refresh(bench.project, broken, clock=SystemClock(), progress=Silent())


def test_errors_of_the_tree_pass_as_they_are() -> None:
    """Only what is not of the tree is translated, and what results pickles."""
    trouble = ServerTrouble("down")
    with pytest.raises(ServerTrouble) as same, nothing_unexpected():
        raise trouble
    assert same.value is trouble
    with pytest.raises(Unexpected) as caught, nothing_unexpected():
        raise LookupError(PERSON)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_model_that_cannot_be_read_stops_no_other_dataset(bench: Bench) -> None:
    """One account's model lacks an id: its dataset fails by name, the next one lands, the status is 1."""
    bench.write("a_people", "odd", "contacts")
    bench.write("tags", "rest", "tags")
    model = http(200, b'{"custom_fields": [{"label": "Shoe size"}]}')
    with speaking([model]) as wire:
        bench.add_account("odd", wire.url)
        done = command(bench.project, "refresh")
    assert done.returncode == 1, done.stderr
    assert "odd/a_people: failed" in done.stderr
    assert "without 'id'" in done.stderr
    assert "rest/tags: " in done.stderr
    assert bench.runs("a_people")[0].state is RunState.FAILED
    assert bench.runs("tags")[0].state is RunState.DONE


def test_the_debug_variable_shows_how_it_came_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The traceback with its causes is for who asks for it, and only then."""
    with pytest.raises(Unexpected) as caught, nothing_unexpected():
        raise LookupError("the cause")
    assert fail(caught.value) == 1
    assert capsys.readouterr().err.splitlines() == [f"error: {caught.value.message}", caught.value.remedy]
    monkeypatch.setenv(DEBUG_VARIABLE, "1")
    assert fail(caught.value) == 1
    assert "LookupError: the cause" in capsys.readouterr().err
