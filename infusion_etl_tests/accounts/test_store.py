"""Accounts on disk: for their owner only, whole or not at all."""

from __future__ import annotations

import os
import pickle
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from infusion_etl.accounts.durable import ROOM, beside
from infusion_etl.accounts.secret import Secrets
from infusion_etl.accounts.store import AccountStore, Stored, supersedes
from infusion_etl.errors import ConfigMistake, InfusionError, Mistake, StorageError
from infusion_etl.settings import Project
from infusion_etl_tests.accounts.making import NOW, key_account, oauth_account
from infusion_etl_tests.processes import PATIENCE, ended, line


def test_what_is_written_is_read(store: AccountStore) -> None:
    """Both kinds of account come back as they were, with their moments and secrets."""
    store.write(*key_account("acme"))
    store.write(*oauth_account("zenith"))
    assert store.names() == ["acme", "zenith"]
    assert store.read("acme") == key_account("acme")
    assert store.read("zenith") == oauth_account("zenith")


def test_files_and_folder_are_for_their_owner_only(project: Project, store: AccountStore) -> None:
    """Whatever the umask: folder 0700, file 0600, before anything secret is in them."""
    before = os.umask(0)
    try:
        store.write(*key_account())
    finally:
        os.umask(before)
    assert stat.S_IMODE(project.accounts.stat().st_mode) == 0o700
    assert stat.S_IMODE((project.accounts / "acme.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_file_that_others_may_open_is_refused(project: Project, store: AccountStore, mode: int) -> None:
    """A file that was opened to others is not used, and the remedy is the command that closes it."""
    store.write(*key_account())
    path = project.accounts / "acme.json"
    path.chmod(mode)
    with pytest.raises(Mistake, match=f"chmod 600 {path}"):
        store.read("acme")


def test_a_folder_that_others_may_open_is_refused(project: Project, store: AccountStore) -> None:
    """The same for the folder, for reading and for writing."""
    store.write(*key_account())
    project.accounts.chmod(0o755)
    with pytest.raises(Mistake, match="chmod 700"):
        store.read("acme")
    with pytest.raises(Mistake, match="chmod 700"):
        store.write(*key_account("other"))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"version":1}', b'{"version":1,"account":{},"secrets":{"sign":"key"}}']
)
def test_a_damaged_file_is_an_error_with_a_remedy(project: Project, store: AccountStore, content: bytes) -> None:
    """A file that is no account is told as damaged; the account can be removed and added again."""
    store.write(*key_account())
    (project.accounts / "acme.json").write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        store.read("acme")
    store.remove("acme")
    assert store.names() == []


@pytest.mark.parametrize("hurt", ["damage", "open", "tangle"])
def test_one_file_that_cannot_be_read_hides_no_other(project: Project, store: AccountStore, hurt: str) -> None:
    """Each account is read by itself; the problem names the file as seen from the project, and what to do."""
    store.write(*key_account("acme"))
    store.write(*key_account("zenith", "other"))
    path = project.accounts / "acme.json"
    if hurt == "damage":
        path.write_bytes(b"{")
    elif hurt == "open":
        path.chmod(0o644)
    else:
        path.unlink()
        path.symlink_to(path)
    found, problems = store.read_all()
    assert list(found) == ["zenith"]
    assert list(problems) == ["acme"]
    assert problems["acme"].place == "data/accounts/acme.json"


def test_no_error_shows_a_secret(project: Project, store: AccountStore) -> None:
    """A damaged file's error carries nothing of it, not even pickled."""
    store.write(*key_account(key="KeapAK-very-secret"))
    path = project.accounts / "acme.json"
    path.write_text(path.read_text().replace('"sign"', '"sing"'))
    with pytest.raises(InfusionError) as caught:
        store.read("acme")
    assert caught.value.__context__ is None
    assert b"very-secret" not in pickle.dumps(caught.value)


def test_secrets_do_not_show(store: AccountStore) -> None:
    """What is read shows stars where it is printed."""
    store.write(*oauth_account())
    assert "refresh-of" not in repr(store.read("acme"))


def test_unknown_and_wrong_names(store: AccountStore) -> None:
    """An account that is not there and a name that cannot be are mistakes; nothing is made."""
    with pytest.raises(Mistake, match="no account 'nobody'"):
        store.read("nobody")
    with pytest.raises(ConfigMistake):
        store.write(*key_account("../outside"))
    assert store.names() == []


def test_rename_and_remove(store: AccountStore) -> None:
    """An account moves with its secrets, does not overwrite another, and can be forgotten."""
    store.write(*key_account("acme"))
    store.write(*key_account("zenith", "other"))
    with pytest.raises(Mistake, match="already"):
        store.rename("acme", "zenith")
    with pytest.raises(ConfigMistake):
        store.rename("acme", "Main")
    store.rename("acme", "ogden")
    assert store.names() == ["ogden", "zenith"]
    assert store.read("ogden").account.name == "ogden"
    assert store.read("ogden").secrets == key_account("acme")[1]
    store.remove("ogden")
    assert store.names() == ["zenith"]


def test_an_account_that_is_left_unwritten_is_as_before(project: Project, store: AccountStore) -> None:
    """Room that was taken for a renewal that failed is given back."""
    store.write(*oauth_account())
    with suppress(ValueError), store.replacing("acme"):
        assert beside(project.accounts / "acme.json").stat().st_size == ROOM
        raise ValueError("Keap said no")
    assert _files(project) == ["acme.json"]
    assert store.read("acme") == oauth_account()


FULL_DISK = """
import resource, sys
from pathlib import Path
from infusion_etl.accounts.store import AccountStore
from infusion_etl.settings import Project
from infusion_etl.errors import StorageError
store = AccountStore(Project(Path(sys.argv[1])))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    with store.replacing("acme"):
        print("asked Keap")
except StorageError as error:
    print("noticed:", error)
"""


def test_a_full_disk_is_noticed_before_keap_is_asked(project: Project, store: AccountStore) -> None:
    """When there is no room for the next tokens, a renewal stops before anything is sent."""
    store.write(*oauth_account())
    said = _run(FULL_DISK, project)
    assert said.startswith("noticed:")
    assert "asked" not in said
    assert _files(project) == ["acme.json"]
    assert store.read("acme") == oauth_account()


DIES = """
import os, signal, sys
from pathlib import Path
from infusion_etl.accounts.durable import Replacement
replacement = Replacement(Path(sys.argv[1]))
replacement.reserve()
if sys.argv[3] != "reserved":
    replacement.fill(Path(sys.argv[2]).read_bytes())
if sys.argv[3] == "placed":
    replacement.put_in_place()
os.kill(os.getpid(), signal.SIGKILL)
"""


def _dies(project: Project, content: bytes, moment: str) -> None:
    """Let a real process replace acme's file and be killed at a moment of it."""
    next_one = project.folder / "next"
    next_one.write_bytes(content)
    died = subprocess.run(
        [sys.executable, "-c", DIES, project.accounts / "acme.json", next_one, moment], check=False, timeout=PATIENCE
    )
    assert died.returncode == -signal.SIGKILL


def _content_of(tmp_path: Path, account: Stored) -> bytes:
    other = Project(tmp_path / "other")
    AccountStore(other).write(*account)
    return (other.accounts / f"{account.account.name}.json").read_bytes()


@pytest.mark.parametrize("moment", ["reserved", "filled", "placed"])
def test_a_process_that_is_killed_while_writing_loses_nothing(
    tmp_path: Path, project: Project, store: AccountStore, moment: str
) -> None:
    """Killed at any step, the account is whole; new tokens that are flushed reach the next holder of the lock."""
    old, new = Stored(*oauth_account()), Stored(*oauth_account(access="access-2", issued=NOW + timedelta(days=1)))
    store.write(*old)
    _dies(project, _content_of(tmp_path, new), moment)
    assert store.read("acme") == (new if moment == "placed" else old)
    with store.locked("acme"):
        assert store.read("acme") == (old if moment == "reserved" else new)
    assert _files(project) == ["acme.json"]


def test_a_half_flushed_file_is_thrown_away(tmp_path: Path, project: Project, store: AccountStore) -> None:
    """A file that a power cut left cut is not taken for an account."""
    store.write(*oauth_account())
    whole = _content_of(tmp_path, Stored(*oauth_account(access="access-2")))
    _dies(project, whole[: len(whole) // 2], "filled")
    with store.locked("acme"):
        assert store.read("acme") == oauth_account()
    assert _files(project) == ["acme.json"]


def test_which_tokens_found_beside_a_file_are_the_later_ones() -> None:
    """Only a later pair of the same client takes the place of the stored one; a key never does."""
    day = timedelta(days=1)
    current = Stored(*oauth_account())
    later, earlier = (Stored(*oauth_account(issued=NOW + step)) for step in (day, -day))
    stranger = Stored(current.account, later.secrets.model_copy(update={"client_id": "another"}))
    key = Stored(*key_account())
    found = {"later": later, "earlier": earlier, "stranger": stranger, "key": key, "nothing": None}
    assert [name for name, one in found.items() if supersedes(one, current)] == ["later"]
    assert not supersedes(later, key)


REWRITES = """
import itertools, sys
from datetime import timedelta
from pathlib import Path
from infusion_etl.accounts.store import AccountStore
from infusion_etl.settings import Project
from infusion_etl_tests.accounts.making import NOW, oauth_account
store = AccountStore(Project(Path(sys.argv[1])))
for number in itertools.count():
    store.write(*oauth_account(access=f"access-{number}", issued=NOW + timedelta(seconds=number)))
    print(number, flush=True)
"""


def test_a_reader_never_sees_half_a_file(project: Project, store: AccountStore) -> None:
    """While another process writes as fast as it can, and when it is killed, every reading is a whole account."""
    command = [sys.executable, "-c", REWRITES, str(project.folder)]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as (writer,):
        line(writer)
        seen: set[Secrets] = set()
        while len(seen) < 10:
            seen.add(store.read("acme").secrets)
            assert writer.poll() is None
    assert store.read("acme").secrets.sign == "oauth"


def _run(script: str, project: Project) -> str:
    command = [sys.executable, "-c", script, str(project.folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout


def _files(project: Project) -> list[str]:
    return sorted(path.name for path in project.accounts.iterdir())
