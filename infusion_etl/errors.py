"""The one tree of errors: the class says what the caller should do.

InfusionError
├── Mistake              the command or a file is wrong: correct it (exit status 2)
│   ├── ConfigMistake    one or more problems in files or options, all of them at once
│   ├── CredentialError  the account's key or token is refused: reconnect it
│   ├── NotServed        the account's API cannot serve this report
│   └── KeyMistake       the chosen key is NULL or doubled in the data
├── CallError            one call to Keap went wrong
│   ├── Retriable        may be repeated, by the table of keap/retry.py
│   │   ├── Throttled        a window of the quota is spent
│   │   ├── QueryTimedOut    "Query took too long and was cancelled"
│   │   ├── SearchBlocked    "This saved search is blocked temporarily"
│   │   ├── ServerTrouble    5xx, cut or garbled body, HTML where data was due, brown-out
│   │   └── Unreachable      no answer at all
│   ├── TokenRejected    401: renew once, then give up
│   ├── PermissionMissing  403: the key may not read this
│   ├── NotFound         no such record, table or address
│   └── CallRefused      any other refusal: repeating it cannot help
├── WaitNeeded           not now: come back when it is due
├── TooManyDeletes       more of a table would be deleted than its dataset allows: somebody is asked
├── CheckFailed          a check that the dataset lets block has failed: nothing landed
├── Busy                 somebody else holds what is needed
├── StorageError         the disk, a lock or a DuckDB file is in the way
└── Unexpected           a fault of this program: report it

Every error pickles (Dagster moves them between processes) and names account, dataset and call where known.
Messages are written from names and numbers: those of the user's own files and options, and of what in the account they
could have meant. Of a refusal's body only Keap's short code and message go in: on one line, cut to 200
characters, without e-mail addresses and whatever looks like a key or token (`infusion_etl.keap.redaction`).
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

DEBUG_VARIABLE = "INFUSION_ETL_DEBUG"
"""Set to 1 in the environment, commands show the traceback of an error."""


class InfusionError(Exception):
    """Base of all errors: what went wrong, where, and what to do about it.

    `message` is one sentence without a full stop; `remedy` one sentence that says what to do.
    """

    exit_status = 1

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        account: str | None = None,
        dataset: str | None = None,
        call: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.account = account
        self.dataset = dataset
        self.call = call

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))

    def at(self, *, account: str | None = None, dataset: str | None = None, call: str | None = None) -> Self:
        """Fill in where it happened, without overwriting what is already known; returns the error itself."""
        self.account = self.account or account
        self.dataset = self.dataset or dataset
        self.call = self.call or call
        return self

    def __str__(self) -> str:
        return ". ".join(part for part in (f"{self._place()}{self.message}", self.remedy) if part)

    def _place(self) -> str:
        named = (("account", self.account), ("dataset", self.dataset), ("call", self.call))
        words = [f"{label} {value}" for label, value in named if value]
        return f"{', '.join(words)}: " if words else ""


def _rebuild(kind: type[InfusionError], args: tuple[Any, ...], state: dict[str, Any]) -> InfusionError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


def system_words(error: OSError) -> str:
    """Return why the system refuses something, without what Python adds to its words ("while attempting to ...")."""
    return os.strerror(error.errno) if error.errno else str(error)


class Mistake(InfusionError):
    """The command or a file is wrong; nothing was changed, and nothing sent but what it took to see it."""

    exit_status = 2


@dataclass(frozen=True)
class Problem:
    """One mistake: where it stands (`file:line` or an option), what is wrong, the nearest valid values."""

    place: str
    message: str
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        hint = f" (did you mean {', '.join(self.nearest)}?)" if self.nearest else ""
        return f"{self.place}: {self.message}{hint}" if self.place else f"{self.message}{hint}"


class ConfigMistake(Mistake):
    """All problems of a file, of several files or of a command line at once."""

    def __init__(self, problems: list[Problem] | tuple[Problem, ...], **where: str | None) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems), **where)  # type: ignore[arg-type]


class CredentialError(Mistake):
    """The key or token is refused, expired or locked out."""


class NotServed(Mistake):
    """The account's API cannot serve this report; the remedy names the nearest substitute."""


class KeyMistake(Mistake):
    """A merge or partition key is NULL or doubled in the batch: the table stays as it was."""


class CallError(InfusionError):
    """One call to Keap went wrong; `status` is the HTTP status, `code` the fault or error code, if any."""

    def __init__(self, message: str, *, status: int | None = None, code: str | None = None, **where: Any) -> None:
        super().__init__(message, **where)
        self.status = status
        self.code = code


class Retriable(CallError):
    """May be repeated; `wait` is the server's own delay in seconds, when it named one."""

    def __init__(self, message: str, *, wait: float | None = None, **where: Any) -> None:
        super().__init__(message, **where)
        self.wait = wait


class Throttled(Retriable):
    """429: `window` is the one that is spent: `second`, `minute` or `day`."""

    def __init__(self, message: str, *, window: str = "second", **where: Any) -> None:
        super().__init__(message, **where)
        self.window = window


class QueryTimedOut(Retriable):
    """`[DatabaseError] Query took too long and was cancelled`."""


class SearchBlocked(Retriable):
    """`[DatabaseError] Too many consecutive failures. This saved search is blocked temporarily`."""


class ServerTrouble(Retriable):
    """5xx, a cut or garbled body, HTML where data was due, an announced outage."""


class Unreachable(Retriable):
    """No connection, no name, no answer in time."""


class TokenRejected(CallError):
    """401 from the gateway; `reason` is its error code."""

    def __init__(self, message: str, *, reason: str = "", **where: Any) -> None:
        super().__init__(message, **where)
        self.reason = reason


class PermissionMissing(CallError):
    """403: the key's user may not read this."""


class NotFound(CallError):
    """The record, table or address does not exist."""


class CallRefused(CallError):
    """Any other refusal; repeating the call cannot help."""


class WaitNeeded(InfusionError):
    """Not now: `due` (aware, UTC) says when; `attempt` of `attempts` where tries are counted (0 of 0: not counted).

    `reason` is why, without the time, for those who tell that themselves.
    """

    def __init__(
        self, message: str, *, due: datetime, attempt: int = 0, attempts: int = 0, reason: str = "", **where: Any
    ) -> None:
        super().__init__(message, **where)
        self._reason = reason or message
        self.due = due
        self.attempt = attempt
        self.attempts = attempts

    @property
    def why(self) -> str:
        """The reason and the call it holds up, without the time."""
        return f"{self._reason} (call {self.call})" if self.call else self._reason


class TooManyDeletes(InfusionError):
    """`gone` of a table's `rows` would be deleted, more than its dataset allows; what was read is kept."""

    def __init__(self, message: str, *, gone: int, rows: int, **where: Any) -> None:
        super().__init__(message, **where)
        self.gone = gone
        self.rows = rows


class CheckFailed(InfusionError):
    """Checks that block failed (`checks` names them): the table stays as it was."""

    def __init__(self, message: str, *, checks: tuple[str, ...] = (), **where: Any) -> None:
        super().__init__(message, **where)
        self.checks = checks


class Busy(InfusionError):
    """Somebody else holds the lock; `holder` says who, where known."""

    def __init__(self, message: str, *, holder: str = "", **where: Any) -> None:
        super().__init__(message, **where)
        self.holder = holder


class StorageError(InfusionError):
    """The disk, a lock or a DuckDB file is in the way; the data is as before."""


class Unexpected(InfusionError):
    """An exception that nobody foresaw: its type and its place in the program; its text may quote people's data."""

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """Return what may be told of an exception: the innermost place in this package where it came by, if any."""
        package = __name__.partition(".")[0]
        places = [(frame.f_globals.get("__name__", ""), line) for frame, line in traceback.walk_tb(error.__traceback__)]
        own = [f" in {module} (line {line})" for module, line in places if module.partition(".")[0] == package]
        return cls(
            f"unexpected {type(error).__name__}{own[-1] if own else ''}",
            remedy=f"Run the same again with {DEBUG_VARIABLE}=1 to see how it came about, and report it",
        )


@contextmanager
def nothing_unexpected() -> Iterator[None]:
    """Raise Unexpected for every exception of this block that is not of this tree."""
    try:
        yield
    except InfusionError:
        raise
    except Exception as error:
        raise Unexpected.of(error) from error
