"""Mistakes that only the account can show: told with file and line, like those of the file alone."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from infusion_etl.datasets.located import locate
from infusion_etl.errors import ConfigMistake, InfusionError, KeyMistake, ServerTrouble
from infusion_etl.warehouse.runs import RunState
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench
from infusion_etl_tests.cli.commands import invoke

FIELDS = """\
    account: rest
    report: data_query
    parameters:
      table: Contact
      Selected Fields: [Id, _Shoesiz]
    """
FILTER = """\
    account: rest
    report: data_query
    parameters:
      table: Contact
      query: "'_Shoesiz':'7'"
    """
COLUMNS = """\
    account: xmlrpc
    report: saved_search_fields
    parameters:
      saved_search: Everybody
      # a comment
      fields: [Id, nosuch]
    """
SEARCH = """\
    account: rest
    report: saved_search
    parameters:
      Saved Search: Everybod
    """
AFFILIATE = """\
    account: rest
    report: affiliate_summary
    parameters:
      dates: {on: yesterday}
      affiliates: [Nobody At All]
    """
DATES = """\
    account: rest
    report: affiliate_summary
    parameters:
      affiliates: all
      dates:
        from: 2199-01-01
        to: today
    """
DOUBLED = """\
    account: rest
    report: companies

    update: merge
    key: [contact_type]
    """


@pytest.fixture
def wrong(bench: Bench) -> Callable[[str], InfusionError]:
    """Refresh a dataset of a text that is to fail, and return the error."""

    def fail(text: str) -> InfusionError:
        (bench.project.datasets / "it.yaml").write_text(dedent(text))
        with pytest.raises((ConfigMistake, KeyMistake)) as caught:
            bench.refresh("it")
        return caught.value

    return fail


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (FIELDS.replace("Selected Fields", "fields"), 5, "fields: the account has no custom field '_Shoesiz'"),
        (FILTER, 5, "query: the account has no custom field '_Shoesiz'"),
        (COLUMNS, 6, "fields: the saved search has no column 'nosuch'"),
        (SEARCH, 4, "saved_search: the account has no saved search called 'Everybod' (did you mean Everybody"),
        (AFFILIATE, 5, "affiliates: the account has no affiliate called 'Nobody At All'"),
        (DATES, 5, "dates: from 2199-01-01 is after to today"),
        (DOUBLED, 5, "key: "),
    ],
    ids=["field", "condition", "column", "search by title", "name", "dates", "key"],
)
def test_what_the_account_shows_to_be_wrong_is_told_by_line(
    wrong: Callable[[str], InfusionError], bench: Bench, text: str, line: int, said: str
) -> None:
    """File, line, parameter and value, in the error and in the failed run's record; parameters also by their title."""
    error = wrong(text)
    assert f"datasets/it.yaml:{line}: {said}" in error.message
    assert (error.account is None, error.dataset) == (False, "it")
    (last,) = bench.runs("it")
    assert last.state is RunState.FAILED
    assert error.message in (last.error or "")


def test_a_doubled_default_key_is_told_at_the_update_method(bench: Bench) -> None:
    """Where the file names no key, the line that calls for one is told; other errors stay as they are."""
    (bench.project.datasets / "it.yaml").write_text("account: rest\nreport: companies\nupdate: merge\n")
    (dataset,) = load_project(bench.project).datasets
    doubled, trouble = KeyMistake("doubled"), ServerTrouble("down")
    for error in (doubled, trouble):
        locate(error, dataset)
    assert (doubled.message, trouble.message) == ("datasets/it.yaml:3: update: doubled", "down")


@pytest.mark.parametrize("words", [("refresh", "it"), ("dataset", "preview", "it")])
def test_nobody_says_that_nothing_was_sent_when_a_look_was(bench: Bench, words: tuple[str, ...]) -> None:
    """A look at the account went out before the mistake could show: what is true is that nothing was changed."""
    (bench.project.datasets / "it.yaml").write_text(dedent(COLUMNS))
    before = bench.calls()
    done = invoke(bench.project, *words)
    assert (done.returncode, bench.calls() > before) == (2, True)
    assert "datasets/it.yaml:6: fields: " in done.stderr
    assert "nothing was sent" not in done.stderr
    assert done.stderr.splitlines()[-1] == "error: 1 mistake; correct it, nothing was changed"


def test_settings_of_the_environment_are_checked_before_anything_starts(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is wrong with them at once, status 2; no call, no run, no batch, by the command and by the function."""
    for name in ("a", "b"):
        bench.write(name, "rest", "tags")
    monkeypatch.setenv("INFUSION_ETL_WAITS", '{"search_blockt": [1]}')
    monkeypatch.setenv("INFUSION_ETL_QUOTA_SHARE", "80 %")
    monkeypatch.setenv("INFUSION_ETL_XMLRPC_UNTIL", "next spring")
    before = bench.calls()
    done = invoke(bench.project, "refresh")
    assert done.returncode == 2
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "INFUSION_ETL_WAITS",
        "INFUSION_ETL_QUOTA_SHARE",
        "INFUSION_ETL_XMLRPC_UNTIL",
        "error",
    ]
    with pytest.raises(ConfigMistake):
        bench.refresh("a")
    assert (bench.calls(), bench.runs("a"), list(bench.project.batches.glob("*/*"))) == (before, [], [])
