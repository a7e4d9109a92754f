"""The inbox keeps what was told until every dataset that it concerns has read it."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infusion_etl.errors import Mistake, StorageError
from infusion_etl.hooks.deliveries import Happening
from infusion_etl.hooks.inbox import Inbox, Waiting
from infusion_etl.settings import Project

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)


def told(*ids: str, thing: str = "contact") -> list[Happening]:
    """Return changes of these records."""
    return [Happening(f"{thing}.edit", thing, one, "") for one in ids]


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """Give the inbox of an account, empty."""
    return Inbox(Project(tmp_path), "acme")


def test_each_record_comes_once_the_oldest_first(inbox: Inbox) -> None:
    """A record that changed three times is read once, up to the last time it was told of."""
    inbox.put(told("5", "3", "5"), NOW)
    inbox.put(told("4", thing="order"), NOW)
    inbox.put(told("3"), NOW)
    assert inbox.waiting("people", ("contact",), 10) == Waiting(("5", "3"), 5)
    assert inbox.waiting("people", ("task",), 10) is None


def test_what_is_too_much_for_once_waits(inbox: Inbox) -> None:
    """A change told later of a record that was read is read again; nothing is jumped over."""
    inbox.put(told("1", "2", "3", "1"), NOW)
    first = inbox.waiting("people", ("contact",), 2)
    assert first == Waiting(("1", "2"), 2)
    inbox.done("people", first, {"contact": ["people"]})
    assert inbox.waiting("people", ("contact",), 2) == Waiting(("3", "1"), 4)


def test_it_is_kept_until_all_have_read_it(inbox: Inbox) -> None:
    """Two datasets read the same account's changes each at its own time; then they are forgotten."""
    inbox.put(told("1", "2"), NOW)
    for name, left in (("people", 2), ("people_too", 0)):
        found = inbox.waiting(name, ("contact",), 10)
        assert found is not None
        inbox.done(name, found, {"contact": ["people", "people_too"], "task": ["tasks"]})
        assert inbox.count() == left
    assert inbox.waiting("people", ("contact",), 10) is None
    inbox.put(told("9"), NOW)
    assert inbox.waiting("people", ("contact",), 10) == Waiting(("9",), 3)


def test_what_nobody_reads_is_forgotten(inbox: Inbox) -> None:
    """After a month, when something else comes: the sweeps have found it."""
    inbox.put(told("1"), NOW)
    inbox.put(told("2"), NOW + timedelta(days=29))
    assert inbox.count() == 2
    inbox.put(told("3"), NOW + timedelta(days=31))
    assert inbox.count() == 2


def test_the_secret_is_made_once_and_the_file_is_private(inbox: Inbox, tmp_path: Path) -> None:
    """The address stays the same, is long, and others can read neither it nor the ids."""
    assert not inbox.exists
    assert inbox.secret() == inbox.secret()
    assert len(inbox.secret()) >= 40
    file = tmp_path / "data" / "hooks" / "acme.sqlite"
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)


def test_an_inbox_that_others_may_open_is_refused(inbox: Inbox, tmp_path: Path) -> None:
    """Its address would be theirs: the mistake says how to close it."""
    inbox.secret()
    (tmp_path / "data" / "hooks" / "acme.sqlite").chmod(0o644)
    with pytest.raises(Mistake, match="chmod 600"):
        inbox.secret()


def test_a_damaged_inbox_is_told_with_what_to_do(inbox: Inbox, tmp_path: Path) -> None:
    """It may be deleted: the sweep finds what it held."""
    (tmp_path / "data" / "hooks").mkdir(parents=True)
    file = tmp_path / "data" / "hooks" / "acme.sqlite"
    file.write_bytes(b"no database at all" * 100)
    file.chmod(0o600)
    with pytest.raises(StorageError, match="delete it"):
        inbox.put(told("1"), NOW)
