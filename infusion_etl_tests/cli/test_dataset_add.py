"""`dataset add` as a conversation, at a real pseudo-terminal, with the simulator as the account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl_tests.bench import Bench, make_bench
from infusion_etl_tests.cli.commands import invoke
from infusion_etl_tests.cli.terminal import CLEAR, CTRL_C, CTRL_D, DOWN, ENTER, Person, at_terminal

ADD = ("dataset", "add")
NOT_ASKED = ("--no-preview", "--update", "replace", "--every", "manually", "--description", "", "--yes")
"""Answers to every question that has nothing to do with the report."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Serve an app of 30 contacts, with a project that has an account for each API."""
    with running(SimulatorConfig(contacts=30, limits=Limits.wide())) as simulator:
        yield make_bench(tmp_path / "project", simulator)


def files(bench: Bench) -> list[str]:
    """Return the names of the dataset files."""
    return sorted(file.name for file in bench.project.datasets.iterdir())


def written(bench: Bench, name: str) -> dict[str, object]:
    """Return what a dataset file says."""
    content: dict[str, object] = yaml.safe_load((bench.project.datasets / f"{name}.yaml").read_text("utf-8"))
    return content


def chooses(person: Person, question: str, typed: str, offered: str) -> None:
    """Type until something is offered, and take it from the menu with the arrow key."""
    person.sees(question)
    person.presses(typed)
    person.sees(offered)
    person.presses(DOWN, ENTER)


def test_the_whole_conversation(bench: Bench) -> None:
    """From account to file in the order of the issue: labels, ten rows, the file shown before it is there; two calls.

    Wrong answers are asked again with what is wrong and what comes near.
    """
    (bench.project.datasets / "contact.yaml").write_text("{account: rest, report: tags}\n")
    with at_terminal(bench.project, *ADD) as person:
        person.answers("Which account?")
        chooses(person, "Which report?", "a data ta", "data_query")
        person.answers("table:", "Contcat")
        person.sees("there is no table 'Contcat' (did you mean Contact")
        person.answers("table:", CLEAR, "Contact")
        person.sees("fields:")
        person.presses("shoe")
        person.sees("Shoe size")
        person.presses(CLEAR, "Id, FirstName, _ShoeSize, Emial", ENTER)
        person.sees("there is no field 'Emial' (did you mean Email")
        person.answers("fields:", CLEAR, "Id, FirstName, _ShoeSize, Email")
        person.answers("query:", "'Id':'~=>~5'")
        person.sees("there is no operator ~=>~ (did you mean ~>=~?)")
        person.answers("query:", CLEAR, "'Id':'~>=~5'")
        person.sees("Are these the rows?")
        assert "_ShoeSize" in person.screen
        calls = bench.calls()
        person.presses(ENTER)
        person.answers("How does a refresh reach the table?", DOWN, DOWN)
        person.answers("key: the columns that name a row", CLEAR, "Identity")
        person.sees("there is no column 'Identity'")
        person.answers("key: the columns that name a row", CLEAR, "Id")
        person.answers("When does it refresh?", DOWN, DOWN, DOWN, DOWN)
        person.answers("at what time", CLEAR, "25:00")
        person.sees("'25:00' is not a time of the day")
        person.answers("at what time", CLEAR, "06:00, 17:00")
        person.answers("on which days of the week", CLEAR, "monday, thursday")
        person.answers("in which time zone", CLEAR, "America/Denvre")
        person.sees("did you mean America/Denver")
        person.answers("in which time zone", CLEAR, "America/Denver")
        person.answers("name, also of the table", CLEAR, "contact")
        person.sees("there is already a dataset 'contact'")
        person.answers("name, also of the table", CLEAR, "the people")
        person.sees("'the people' cannot be a dataset's name")
        person.answers("name, also of the table", CLEAR, "people")
        person.answers("description", "Everyone: with shoes")
        person.sees("Write it?")
        assert files(bench) == ["contact.yaml"]
        person.presses("y")
        assert person.leaves() == 0
    assert calls == bench.calls() == 2  # the model of the custom fields, and the first page
    assert written(bench, "people") == {
        "description": "Everyone: with shoes",
        "account": "rest",
        "report": "data_query",
        "parameters": {
            "table": "Contact",
            "fields": ["Id", "FirstName", "_ShoeSize", "Email"],
            "query": "'Id':'~>=~5'",
        },
        "update": "merge",
        "key": ["Id"],
        "schedule": {
            "every": "week",
            "at": ["06:00", "17:00"],
            "on": ["monday", "thursday"],
            "timezone": "America/Denver",
        },
    }
    assert (bench.project.datasets / "people.yaml").read_text("utf-8") in person.screen.replace("\r", "")
    assert invoke(bench.project, "dataset", "check", "people").returncode == 0


@pytest.mark.parametrize("account", ["rest", "xmlrpc"])
def test_saved_searches_are_offered_as_one_types(bench: Bench, account: str) -> None:
    """By part of a name; an unknown one is asked again; the columns are offered with their labels."""
    with at_terminal(bench.project, *ADD, "few", "--account", account, "--report", "saved_search_fields") as person:
        person.sees("saved_search:")
        person.sees("Everybody")
        person.presses("in og")
        person.sees("People in Ogden")
        person.presses(CLEAR, "Peeple in Ogden", ENTER)
        person.sees("called 'Peeple in Ogden' (did you mean People in Ogden")
        person.answers("saved_search:", CLEAR, "People in Ogden")
        person.sees("fields:")
        person.presses("zip")
        person.sees("ZIP+4")
        person.presses(CLEAR, "Id, ContactName.lastName", ENTER)
        person.sees("ContactName.lastName")
        person.answers("Are these the rows?")
        person.answers("How does a refresh")
        person.answers("When does it refresh?")
        person.answers("description")
        person.sees("Write it?")
        person.presses("y")
        assert person.leaves() == 0
    parameters = {"saved_search": "People in Ogden", "fields": ["Id", "ContactName.lastName"]}
    facts = {"account": account, "report": "saved_search_fields", "parameters": parameters, "update": "replace"}
    assert written(bench, "few") == facts


def test_names_of_records_become_ids(bench: Bench) -> None:
    """A tag is chosen by its name or id; the file has ids, which stay when a tag is called otherwise."""
    tags = list(bench.simulator.simulator.world.tags)[:2]
    options = ("--account", "rest", "--report", "contacts_by_tags", "--fields", "Id", *NOT_ASKED)
    with at_terminal(bench.project, *ADD, "tagged", *options) as person:
        person.sees("tags:")
        person.sees(tags[0].name)
        person.presses(f"{tags[0].name}, {tags[1].id}", ENTER)
        assert person.leaves() == 0, person.screen
    parameters = written(bench, "tagged")["parameters"]
    assert parameters == {"fields": ["Id"], "tags": [tags[0].id, tags[1].id]}


def test_only_what_no_option_says_is_asked(bench: Bench) -> None:
    """With everything but the account's name given, that is the one question; the file is that of the options."""
    options = ("--report", "data_query", "--table", "Product", "--param", "fields=", "--param", "query=", *NOT_ASKED)
    with at_terminal(bench.project, *ADD, "wares", *options) as person:
        person.answers("Which account?", DOWN)
        assert person.leaves() == 0
    assert person.screen.replace("? Which account?", "").count("? ") == 0
    parameters = {"table": "Product"}
    facts = {"account": "xmlrpc", "report": "data_query", "parameters": parameters, "update": "replace"}
    assert written(bench, "wares") == {**facts, "schedule": {"every": "manually"}}
    assert bench.calls() == 0


def test_with_every_answer_given_nothing_is_asked_at_a_terminal(bench: Bench) -> None:
    """What a script says is done as it stands, whether a terminal is there or not."""
    options = ("--account", "rest", "--report", "tags")
    with at_terminal(bench.project, *ADD, "labels", *options) as person:
        assert person.leaves() == 0
    assert "?" not in person.screen
    assert invoke(bench.project, *ADD, "labels2", *options).returncode == 0
    assert written(bench, "labels") == written(bench, "labels2") == {"account": "rest", "report": "tags"}


def test_a_wrong_option_is_told_before_anything_is_asked(bench: Bench) -> None:
    """All of them at once, status 2: no question can make them right."""
    options = ("--account", "rset", "--update", "merg", "--every", "dai")
    with at_terminal(bench.project, *ADD, *options) as person:
        assert person.leaves() == 2
    assert all(word in person.screen for word in ("rest", "merge", "day", "3 mistakes")), person.screen
    assert "Which" not in person.screen
    assert files(bench) == []


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ((), ["NAME: 'name'", "--account: 'account'", "--report: 'report'", "3 mistakes"]),
        (("few", "--account", "rest"), ["--report: 'report'", "1 mistake"]),
        (
            ("--account", "rest", "--report", "affiliate_summary", "--update", "merge"),
            ["NAME: 'name'", "affiliates", "dates", "3 mistakes"],
        ),
        (("few", "--account", "rest", "--report", "affiliate_commissions", "--update", "merg"), ["dates", "'merg'"]),
    ],
)
def test_without_a_terminal_all_that_is_missing_is_one_error(
    bench: Bench, options: tuple[str, ...], missing: list[str]
) -> None:
    """Together with what is wrong; status 2, nothing on stdout, nothing sent, nothing written."""
    done = invoke(bench.project, *ADD, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(word in done.stderr for word in missing), done.stderr
    assert (bench.calls(), files(bench)) == (0, [])


@pytest.mark.parametrize(
    ("question", "key"),
    [("Which account?", CTRL_C), ("Which report?", CTRL_D), ("Write it?", CTRL_C)],
)
def test_leaving_writes_nothing_and_says_so(bench: Bench, question: str, key: str) -> None:
    """Ctrl-C at a choice, at a line or at the last question, Ctrl-D at an empty line: status 130."""
    options: dict[str, tuple[str, ...]] = {
        "Which account?": (),
        "Which report?": ("--account", "rest"),
        "Write it?": ("--account", "rest", "--report", "tags", *NOT_ASKED[:-1]),
    }
    with at_terminal(bench.project, *ADD, *options[question]) as person:
        if question == "Write it?":
            person.answers("name, also of the table")
        person.sees(question)
        person.presses(key)
        assert person.leaves() == 130
    assert "interrupted; nothing is written" in person.screen
    assert "Traceback" not in person.screen
    assert files(bench) == []


def test_leaving_while_the_account_is_asked_writes_nothing(bench: Bench) -> None:
    """Ctrl-C while a call is under way: at once, and nothing of the preview is left either."""
    bench.simulator.simulator.trouble.add(TroubleRule(kind=TroubleKind.SLOW, path="*/tags", seconds=20))
    with at_terminal(bench.project, *ADD, "--account", "rest", "--report", "tags") as person:
        person.sees("asking for 10 rows")
        while not bench.calls():
            pass
        person.presses(CTRL_C)
        assert person.leaves() == 130
    assert "interrupted; nothing is written" in person.screen
    assert files(bench) == []
    assert not list(bench.project.data.glob("preview-*"))


def test_no_at_the_last_question_writes_nothing(bench: Bench) -> None:
    """The person has seen the file and does not want it: status 1, and it is said."""
    with at_terminal(bench.project, *ADD, "--account", "rest", "--report", "tags", *NOT_ASKED[:-1]) as person:
        person.answers("name, also of the table")
        person.sees("report: tags")
        person.sees("Write it?")
        person.presses("n")
        assert person.leaves() == 1
    assert "nothing is written" in person.screen
    assert files(bench) == []


def test_parameters_can_be_changed_after_the_rows_are_seen(bench: Bench) -> None:
    """The questions start from the answers before; what is written is what was seen last."""
    options = ("two", "--account", "rest", "--report", "contacts_by_id", "--fields", "Id", *NOT_ASKED[1:])
    first = next(iter(bench.simulator.simulator.world.people)).id
    with at_terminal(bench.project, *ADD, *options) as person:
        person.answers("contact_id:", "x")
        person.sees("'x' is not an id")
        person.answers("contact_id:", CLEAR, "99999999")
        person.sees("no rows")
        person.answers("Are these the rows?", DOWN)
        person.answers("contact_id:", CLEAR, str(first))
        person.answers("fields:", ", FirstName")
        person.sees("FirstName")
        person.answers("Are these the rows?")
        assert person.leaves() == 0
    assert written(bench, "two")["parameters"] == {"contact_id": first, "fields": ["Id", "FirstName"]}


def test_an_account_that_cannot_be_asked_does_not_end_the_conversation(bench: Bench) -> None:
    """A list or a preview that is refused is told; the answers can be written, and the file with them."""
    bench.simulator.simulator.trouble.add(TroubleRule(kind=TroubleKind.FORBIDDEN))
    options = ("few", "--account", "rest", "--report", "contacts_by_tags", "--fields", "Id", *NOT_ASKED[1:])
    with at_terminal(bench.project, *ADD, *options) as person:
        person.sees("what there is to choose cannot be shown")
        person.answers("tags:", "12, Customers")
        person.sees("the rows cannot be shown")
        person.answers("Go on all the same?")
        assert person.leaves() == 0
    assert written(bench, "few")["parameters"] == {"fields": ["Id"], "tags": [12, "Customers"]}


def test_a_report_that_the_account_cannot_have_is_not_taken(bench: Bench) -> None:
    """The list says why, and so does the answer when it is tried all the same."""
    with at_terminal(bench.project, *ADD, "few", "--account", "xmlrpc", *NOT_ASKED) as person:
        person.answers("Which report?", "orders")
        person.sees("orders cannot be read with api: xmlrpc")
        person.presses(CTRL_C)
        assert person.leaves() == 130
    assert files(bench) == []


def test_the_only_account_is_not_asked_for(bench: Bench) -> None:
    """It is named instead."""
    assert invoke(bench.project, "account", "remove", "xmlrpc", "--yes").returncode == 0
    with at_terminal(bench.project, *ADD, "labels", "--report", "tags", *NOT_ASKED) as person:
        assert person.leaves() == 0
    assert "account: rest, the only one" in person.screen
    assert written(bench, "labels")["account"] == "rest"


def test_rows_can_be_seen_without_a_conversation(bench: Bench) -> None:
    """`--preview` shows ten before the file is written; without it a complete command asks nothing of the account."""
    options = ("--account", "rest", "--report", "tags")
    seen = invoke(bench.project, *ADD, "labels", *options, "--preview")
    assert seen.returncode == 0
    assert next(iter(bench.simulator.simulator.world.tags)).name in seen.stdout
    assert bench.calls() == 1
    assert invoke(bench.project, *ADD, "others", *options).returncode == 0
    assert bench.calls() == 1


def test_a_preview_shows_the_columns_that_fit(bench: Bench) -> None:
    """On a terminal the others are named; what is piped has all of them."""
    invoke(bench.project, *ADD, "people", "--account", "rest", "--report", "data_query", "--table", "Contact")
    with at_terminal(bench.project, "dataset", "preview", "people") as person:
        assert person.leaves() == 0
    assert "more columns: " in person.screen
    assert "_ShoeSize" in person.screen
    assert "more columns" not in invoke(bench.project, "dataset", "preview", "people").stdout


def test_a_question_is_read_to_its_end_on_a_usual_terminal(bench: Bench) -> None:
    """On 80 columns it goes on in the next line, between words; of a report's title the part that names it will do."""
    with at_terminal(bench.project, *ADD, "--account", "rest", *NOT_ASKED, columns=80) as person:
        person.answers("Which report?", "Query a Data")
        person.answers("table:", "Contact")
        person.sees("all custom fields")
        person.sees("(`_Name`) (may stay empty)")
        person.presses(ENTER)
        person.sees("LastSuccessfulRun")
        person.presses(CTRL_C)
        assert person.leaves() == 130
