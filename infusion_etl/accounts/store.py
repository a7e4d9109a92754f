"""Accounts and their secrets on disk: a folder for its owner only, one JSON file an account.

The file's name is the account's name and stands nowhere else, so that renaming an account is renaming its file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.durable import Replacement, beside, flush_folder, leftover
from infusion_etl.accounts.names import name_problem, unknown_account
from infusion_etl.accounts.secret import KeySecrets, OAuthSecrets, Secrets, disclosed
from infusion_etl.errors import ConfigMistake, InfusionError, Mistake, Problem, StorageError
from infusion_etl.locks import named_lock
from infusion_etl.settings import Project, is_closed

PATIENCE = 150.0
"""Seconds to wait for an account: a renewal holds it for one call to Keap (connect 10 s, answer 120 s) and a little."""

_OTHERS = 0o077
_DERIVED = frozenset({"name", "sign", "client"})  # from the file's name and from the secrets, so that they always fit


class Stored(NamedTuple):
    """An account and what it signs in with."""

    account: Account
    secrets: Secrets


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    version: int
    account: dict[str, Any]
    secrets: Annotated[KeySecrets | OAuthSecrets, Field(discriminator="sign")]


class AccountStore:
    """The accounts of one project. Reading needs no lock; an account is changed inside `locked(name)`.

    Raises Mistake for names that are wrong, unknown or taken and for files that others may read, StorageError for a
    disk that is full and for damaged files.
    """

    def __init__(self, project: Project) -> None:
        self._folder = project.accounts
        self._locks = project.locks

    def names(self) -> list[str]:
        """Return the names of all accounts, in order."""
        if is_closed(self._folder):  # it would look empty
            message = f"{self._folder} may not be opened by this user (Permission denied)"
            raise StorageError(message, remedy="Run this as the user whose project it is")
        return sorted(path.stem for path in self._folder.glob("*.json") if not path.name.startswith("."))

    def exists(self, name: str) -> bool:
        """Tell whether an account is there."""
        return name in self.names()

    def read(self, name: str) -> Stored:
        """Return an account and its secrets."""
        self._must_exist(name)
        path = self._path(name)
        with _disk(path):
            _refuse_open_doors(self._folder)
            _refuse_open_doors(path)
            stored = _parsed(name, path.read_bytes())
        if stored is None:
            raise StorageError(
                f"the file {path} is damaged",
                remedy=f"Remove it with `infusion-etl account remove {name}` and add the account again",
                account=name,
            )
        return stored

    def read_all(self) -> tuple[dict[str, Stored], dict[str, Problem]]:
        """Return the accounts that can be read, by name, and what is wrong with each of the others."""
        found: dict[str, Stored] = {}
        problems: dict[str, Problem] = {}
        for name in self.names():
            try:
                found[name] = self.read(name)
            except InfusionError as error:
                place = "/".join(self._path(name).parts[-3:])  # as seen from the project folder
                problems[name] = Problem(place, ". ".join(filter(None, (error.message, error.remedy))))
        return found, problems

    def write(self, account: Account, secrets: Secrets) -> None:
        """Make an account or replace what is kept of it, durably."""
        with self.replacing(account.name) as write:
            write(account, secrets)

    @contextmanager
    def replacing(self, name: str) -> Iterator[Callable[[Account, Secrets], None]]:
        """Take room on the disk for an account's next file and yield what writes and places it.

        When it is left without writing, the account is as before.
        """
        replacement = Replacement(self._new_path(name))

        def write(account: Account, secrets: Secrets) -> None:
            replacement.fill(_composed(account, secrets))
            replacement.put_in_place()

        try:
            replacement.reserve()
            yield write
        finally:
            self._clear_blank(name, replacement)

    def rename(self, old: str, new: str) -> None:
        """Give an account another name, in one step."""
        self.check_rename(old, new)
        with _disk(self._path(old)):
            self._path(old).rename(self._new_path(new))
            flush_folder(self._folder)

    def check_rename(self, old: str, new: str) -> None:
        """Raise Mistake unless there is an account `old`, none `new`, and that name can be had."""
        self._must_exist(old)
        if problem := name_problem(new, "NEW"):
            raise ConfigMistake([problem])
        if self.exists(new):
            raise Mistake(f"there is already an account {new!r}", remedy="Choose another name")

    def remove(self, name: str) -> None:
        """Forget an account and its secrets."""
        self._must_exist(name)
        with _disk(self._path(name)):
            beside(self._path(name)).unlink(missing_ok=True)
            self._path(name).unlink()
            flush_folder(self._folder)

    @contextmanager
    def locked(self, name: str, *, wait: float = PATIENCE) -> Iterator[None]:
        """Hold an account's lock: nobody else renews or changes it meanwhile. Waits up to `wait` seconds, then Busy."""
        with self._lock(name, wait):
            self._adopt_leftover(name)
            yield

    def _lock(self, name: str, wait: float) -> AbstractContextManager[None]:
        return named_lock(self._locks, f"account-{name}", wait=wait)

    def _adopt_leftover(self, name: str) -> None:
        """Place the tokens that a process had flushed when it died before the rename; clear what is unfinished."""
        found = leftover(self._path(name))
        if found is None:
            return
        replacement = Replacement(self._path(name))
        if self.exists(name) and supersedes(_parsed(name, found), self.read(name)):
            replacement.put_in_place()
        else:
            replacement.discard()

    def _clear_blank(self, name: str, replacement: Replacement) -> None:
        content = leftover(self._path(name))
        if content is not None and not content.strip():
            replacement.discard()

    def _must_exist(self, name: str) -> None:
        if not self.exists(name):
            raise unknown_account(name, self.names())

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _new_path(self, name: str) -> Path:
        if problem := name_problem(name):
            raise ConfigMistake([problem])
        _make_folder(self._folder)
        return self._path(name)


def supersedes(found: Stored | None, current: Stored) -> bool:
    """Decide whether the tokens found beside an account's file are the later ones of the same client.

    A key never supersedes: nothing is lost with it, since the person who typed it saw the command fail.
    """
    return (
        found is not None
        and isinstance(found.secrets, OAuthSecrets)
        and isinstance(current.secrets, OAuthSecrets)
        and found.secrets.client_id == current.secrets.client_id
        and found.secrets.issued >= current.secrets.issued
    )


def _composed(account: Account, secrets: Secrets) -> bytes:
    facts = {name: value for name, value in asdict(account).items() if name not in _DERIVED}
    shape = TypeAdapter(dict[str, Any])
    return shape.dump_json({"version": 1, "account": facts, "secrets": disclosed(secrets)}, indent=1) + b"\n"


def _parsed(name: str, content: bytes) -> Stored | None:
    """Return what a file holds, or None when it is damaged. The reason is not told: it would quote the secrets."""
    try:
        file = _File.model_validate_json(content)
        derived = {"name": name, "sign": file.secrets.sign, "client": file.secrets.client}
        account = TypeAdapter(Account).validate_python({**file.account, **derived})
    except ValidationError:
        return None
    return Stored(account, file.secrets)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path} cannot be used ({error.strerror})", remedy="Mend its permissions") from error


def _make_folder(folder: Path) -> None:
    try:
        # The folder around it holds people's data, and is made with the first account.
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError(f"the folder {folder} cannot be made ({error.strerror})") from error
    _refuse_open_doors(folder)


def _refuse_open_doors(path: Path) -> None:
    mode = stat.S_IMODE(os.stat(path).st_mode)  # noqa: PTH116 - follows links on purpose: what counts is the target
    if mode & _OTHERS:
        right = "700" if path.is_dir() else "600"
        raise Mistake(
            f"{path} holds secrets and others may open it (its mode is {mode:o})",
            remedy=f"Close it with `chmod {right} {path}`; if others could read it, make new keys in Keap",
        )
