"""The `deletes:` key: what it means, and everything that is wrong with it, at once and with its line."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infusion_etl.accounts.account import Account
from infusion_etl.datasets.dataset import Dataset, Deletes, OnDelete
from infusion_etl.datasets.deletes import read
from infusion_etl.datasets.files import Loaded, load
from infusion_etl.datasets.write import to_yaml
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.report import Increment, Reading
from infusion_etl.settings import Project

LIST = replace(CATALOGUE["contacts"], increment=Increment(Reading.FULL, "for this test"))
WITHOUT_KEY = replace(LIST, name="keyless", title="Keyless", key=())
REPORTS = {**CATALOGUE, "contacts": LIST, "keyless": WITHOUT_KEY}
MERGE = "account: acme\nreport: contacts\nupdate: merge\n"


def loaded(folder: Path, text: str) -> Loaded:
    """Load one dataset file of this text."""
    (folder / "datasets").mkdir(exist_ok=True)
    (folder / "datasets" / "it.yaml").write_text(text)
    return load(Project(folder), {"acme": Account("acme")}, REPORTS)


def dataset(folder: Path, text: str) -> Dataset:
    """Return the dataset of a right text."""
    found = loaded(folder, text)
    assert found.problems == ()
    return found.datasets[0]


def said(folder: Path, text: str) -> list[str]:
    """Return the problems of a wrong text."""
    found = loaded(folder, text)
    assert found.datasets == ()
    return [str(problem) for problem in found.problems]


@pytest.mark.parametrize(
    ("block", "meant"),
    [
        (None, Deletes()),
        ("ignore", Deletes()),
        ("mark", Deletes(OnDelete.MARK)),
        ("remove", Deletes(OnDelete.REMOVE, timedelta(days=1), 0.2)),
        ({"do": "mark", "every": "12 hours"}, Deletes(OnDelete.MARK, timedelta(hours=12))),
        ({"do": "remove", "every": "2 weeks", "at_most": "5 %"}, Deletes(OnDelete.REMOVE, timedelta(days=14), 0.05)),
        ({"do": "remove", "at_most": "100%"}, Deletes(OnDelete.REMOVE, at_most=1.0)),
    ],
)
def test_what_it_means(block: Any, meant: Deletes) -> None:
    """A word, or a block; what is left out is once a day and a fifth of the table."""
    assert read(block) == (meant, [])


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("romove", ["'romove' is unknown (did you mean remove?)"]),
        (True, ["True is unknown"]),
        ({"every": "1 day"}, ["'do' is missing"]),
        ({"do": "mark", "evry": "1 day"}, ["unknown key 'evry' (did you mean every?)"]),
        ({"do": "mark", "every": "often"}, ["every 'often' is not a time"]),
        ({"do": "mark", "every": "0 days"}, ["every '0 days' is not a time"]),
        ({"do": "mark", "every": "2 years"}, ["every '2 years' is not a time"]),
        ({"do": "mark", "at_most": 20}, ["at_most 20 is not a share"]),
        ({"do": "mark", "at_most": "120%"}, ["at_most '120%' is not a share"]),
        ({"do": "drop", "every": 7, "at_most": "all"}, ["'drop' is unknown", "every 7", "at_most 'all'"]),
        (["mark"], ["['mark'] is unknown"]),
    ],
)
def test_every_mistake_of_the_block_is_named(block: Any, words: list[str]) -> None:
    """All at once, each with what may have been meant."""
    found = [str(problem) for problem in read(block)[1]]
    assert len(found) == len(words)
    assert all(word in problem for word, problem in zip(words, found, strict=True))


def test_a_file_says_what_becomes_of_deleted_records(tmp_path: Path) -> None:
    """It is part of the dataset and no part of its question: the watermark survives a change of it."""
    without, marking = dataset(tmp_path, MERGE), dataset(tmp_path, MERGE + "deletes: mark\n")
    assert (without.deletes, marking.deletes) == (Deletes(), Deletes(OnDelete.MARK))
    assert without.fingerprint == marking.fingerprint


@pytest.mark.parametrize("update", ["replace", "append", "partition"])
def test_only_a_merge_has_deletes_to_find(tmp_path: Path, update: str) -> None:
    """With replace what is gone goes by itself, and the message says so."""
    (problem,) = said(tmp_path, f"account: acme\nreport: contacts\nupdate: {update}\ndeletes: remove\n")
    assert problem.startswith("datasets/it.yaml:4: deletes: ")
    assert ("goes by itself" in problem) is (update == "replace")


def test_remove_without_a_key_is_refused(tmp_path: Path) -> None:
    """Without a key nothing says which row a record's is; a key that the file gives is one."""
    text = "account: acme\nreport: keyless\nupdate: merge\ndeletes: {do: remove, evry: 1 day}\n"
    found = said(tmp_path, text)
    assert len(found) == 3
    assert any(one.startswith("datasets/it.yaml:4: deletes: remove needs a key") for one in found)
    assert dataset(tmp_path, text.replace(", evry: 1 day", "") + "key: id\n").deletes.do is OnDelete.REMOVE


def test_a_report_that_is_no_whole_list_cannot_tell_what_is_gone(tmp_path: Path) -> None:
    """Only lists of all records tell by what they lack."""
    text = "account: acme\nreport: data_query\nparameters: {table: Contact}\nupdate: merge\ndeletes: mark\n"
    (problem,) = said(tmp_path, text)
    assert (
        problem == "datasets/it.yaml:5: deletes: data_query is no list of all records, so it cannot tell what is gone"
    )


def test_it_is_written_where_it_belongs() -> None:
    """After the key, on one line."""
    text = to_yaml({"schedule": "manually", "deletes": {"do": "mark", "at_most": "5%"}, "key": ["id"]})
    assert text == "key: [id]\ndeletes: {do: mark, at_most: 5%}\nschedule: manually\n"
