"""One dataset file's text to one checked dataset, or everything that is wrong with it, each mistake with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from infusion_etl.accounts.account import Account, Api
from infusion_etl.datasets import checks, deletes, schedule
from infusion_etl.datasets.dataset import Dataset, Deletes, Lines, Schedule, UpdateMethod
from infusion_etl.datasets.fields import filtered_by, may_have, readable
from infusion_etl.datasets.fingerprint import fingerprint
from infusion_etl.datasets.write import ORDER as KEYS
from infusion_etl.datasets.yaml_text import Marked
from infusion_etl.errors import Problem
from infusion_etl.reports import parameters as report_parameters
from infusion_etl.reports.names import nearest, plain
from infusion_etl.reports.parameters import TableShape
from infusion_etl.reports.report import Parameters, Report

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_.-]{1,63}", re.ASCII)  # what Dagster takes for the key of a tag
_OWNER = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+|team:\S+")  # the same for an owner
_KEYED = (UpdateMethod.MERGE, UpdateMethod.PARTITION)

T = TypeVar("T")


@dataclass(frozen=True)
class Surroundings:
    """What a file may refer to; `unreadable` are the accounts that are there and cannot be read, with the reason."""

    accounts: Mapping[str, Account]
    catalogue: Mapping[str, Report]
    tables: Mapping[str, TableShape]
    unreadable: Mapping[str, Problem] = field(default_factory=dict)


@dataclass(frozen=True)
class _Found:
    """The parameters of a file; when not `sound`, only those that are right."""

    values: Parameters
    sound: bool


@dataclass
class Entry:
    """Reads one file: `shown` is its path as problems name it, `marked` what stands in it."""

    file: Path
    shown: str
    marked: Marked
    around: Surroundings
    problems: list[Problem] = field(default_factory=list)

    def dataset(self) -> Dataset | None:
        """Return the dataset; None, and `problems`, when anything is wrong."""
        self._name()
        values = self._values()
        if values is None:
            return None
        account, report = self._account(values), self._report(values)
        update = self._update(values)
        known = self._parameters(report, values, account)
        description = self._text(values, "description")
        timed, retry = self._schedule(values, account), self._block(values, "retry", schedule.read_retry)
        tags = self._words(values, "tags", _TAG, "letters, digits, _ - and .")
        owners = self._words(values, "owners", _OWNER, "an e-mail address or team:name")
        key = self._key(values, update, report, known)
        gone = self._deletes(values, report, update, keyed=bool(key))
        fresh_for = self._block(values, "fresh_for", schedule.read_fresh_for)
        measured = self._block(values, "checks", checks.read)
        if self.problems or account is None or report is None or update is None or known is None:
            return None
        return Dataset(
            account=account.name,
            name=self.file.stem,
            report=report,
            parameters=known.values,
            update=update,
            key=key,
            description=description,
            schedule=timed,
            retry=retry,
            tags=tags,
            owners=owners,
            fingerprint=fingerprint(account.name, account.api, report.name, known.values),
            file=self.file,
            lines=Lines(self.shown, dict(self._lines(report))),
            deletes=gone,
            fresh_for=fresh_for,
            checks=measured,
        )

    def _lines(self, report: Report) -> Iterable[tuple[tuple[str, ...], int]]:
        """Yield the lines of the file's keys; a parameter that is called by its title goes by its name."""
        for path, line in self.marked.lines.items():
            top, name, *_ = (*map(str, path), "", "")
            parameter = report.parameter(name) if top == "parameters" and name else None
            yield (top, parameter.name, *map(str, path[2:])) if parameter else tuple(map(str, path)), line

    def _wrong(self, message: str, *path: str | int, near: Iterable[str] = ()) -> None:
        self.problems.append(Problem(self._place(*path), message, tuple(near)))

    def _place(self, *path: str | int) -> str:
        return f"{self.shown}:{self.marked.line(*path)}"

    def _put(self, problems: Iterable[Problem], block: str) -> None:
        """Keep the problems of a block, whose places are its keys."""
        self.problems += [replace(problem, place=self._place(block, problem.place)) for problem in problems]

    def _name(self) -> None:
        name = self.file.stem
        if not _NAME.fullmatch(name):
            near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")
            self._wrong(
                f"the file's name {name!r} cannot name a table: small letters, digits and _, a letter first",
                near=(f"{near}{self.file.suffix}",) if near else (),
            )

    def _values(self) -> Mapping[str, Any] | None:
        self.problems += [replace(problem, place=f"{self.shown}:{problem.place}") for problem in self.marked.problems]
        if not isinstance(self.marked.value, Mapping):
            if not self.marked.problems:
                self._wrong("the file must say what the dataset is: lines such as `report: contacts`")
            return None
        for key in self.marked.value:
            if key not in KEYS:
                self._unknown_key(key)
        return self.marked.value

    def _unknown_key(self, key: str) -> None:
        if any(report.parameter(key) for report in self.around.catalogue.values()):
            self._wrong(f"unknown key {key!r}: it is a parameter, so it stands indented under `parameters:`", key)
        else:
            self._wrong(f"unknown key {key!r}", key, near=nearest(key, KEYS) or KEYS)

    def _text(self, values: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
        value = values.get(key)
        if value is None and not needed:
            return ""
        if isinstance(value, str) and value.strip():
            return value.strip()
        self._wrong(f"'{key}' is missing" if value is None else f"{key}: {value!r} is not a text", key)
        return ""

    def _account(self, values: Mapping[str, Any]) -> Account | None:
        name = self._text(values, "account", needed=True)
        account = self.around.accounts.get(name)
        if name in self.around.unreadable:
            self._wrong(f"account: {name!r} cannot be read: {self.around.unreadable[name]}", "account")
        elif name and account is None:
            near = nearest(name, self.around.accounts) or tuple(self.around.accounts)
            hint = "" if near else "; add it with `infusion-etl account add`"
            self._wrong(f"account: there is no account {name!r}{hint}", "account", near=near)
        return account

    def _report(self, values: Mapping[str, Any]) -> Report | None:
        name = self._text(values, "report", needed=True)
        report = find_report(self.around.catalogue, name)
        if name and report is None:
            self._wrong(
                f"report: there is no report {name!r}", "report", near=near_reports(self.around.catalogue, name)
            )
        return report

    def _update(self, values: Mapping[str, Any]) -> UpdateMethod | None:
        value = values.get("update")
        if value is None:  # left out or left empty, as any other key
            return UpdateMethod.REPLACE
        if value in list(UpdateMethod):
            return UpdateMethod(value)
        known = [method.value for method in UpdateMethod]
        self._wrong(f"update: there is no update method {value!r}", "update", near=nearest(str(value), known) or known)
        return None

    def _parameters(self, report: Report | None, values: Mapping[str, Any], account: Account | None) -> _Found | None:
        raw = values.get("parameters")
        if raw is not None and not isinstance(raw, Mapping):
            self._wrong(f"parameters: {raw!r} is not a block of names and values", "parameters")
            return None
        if report is None:
            return None
        found, problems = report_parameters.check(report, raw or {}, self._parameter_place, self.around.tables)
        self.problems += problems
        if account is not None:
            self._served(report, found if not problems else None, account.api)
        return _Found(found, sound=not problems)

    def _parameter_place(self, name: str, *inside: str | int) -> str:
        return (
            self._place("parameters", name, *inside)
            if name
            else self._place("parameters" if self._has_block else "report")
        )

    @property
    def _has_block(self) -> bool:
        return ("parameters",) in self.marked.lines

    def _served(self, report: Report, found: Parameters | None, api: Api) -> None:
        if api not in report.plans:
            why = report.unserved.get(api) or f"use an account with api: {' or '.join(report.apis)}"
            self._wrong(f"report: {report.name} cannot be read with api: {api}; {why}", "report")
            return
        if found is None:
            return
        if report.refuses and (why := report.refuses(found, api)):
            self._wrong(f"parameters: {why}", "parameters")
        for name, column in filtered_by(report, found):
            if not readable(column, api):
                message = f"{name}: {column.name} cannot be read with api: {api}"
                near = nearest(column.name, self._fields(report, found, api))
                self._wrong(message, "parameters", name, near=near)

    def _fields(self, report: Report, found: Parameters, api: Api) -> list[str]:
        """Return the names of all fields that a query could name instead, through an API."""
        offered = report_parameters.nameable(report, found, self.around.tables)
        return [column.name for column in offered[0] if readable(column, api)] if offered else []

    def _key(
        self,
        values: Mapping[str, Any],
        update: UpdateMethod | None,
        report: Report | None,
        known: _Found | None,
    ) -> tuple[str, ...]:
        given = self._words(values, "key", re.compile(r".*\S.*"), "names of columns")
        if report is None or known is None:
            return given
        columns = self._columns(report, known)
        if columns is None:
            return given
        own = report.key_for(known.values)
        missing = [name for name in given or own if not may_have(report, columns, name)]
        if given:
            for name in missing:
                self._wrong(f"key: there is no column {name!r}", "key", near=nearest(name, columns) or columns[:5])
            return given
        if update in _KEYED and (missing or not own):
            self._wrong(f"update: {update} needs a key: the columns that name a row or partition", "update")
        return () if missing else own

    def _columns(self, report: Report, known: _Found) -> list[str] | None:
        """Return the names of the dataset's columns; beside wrong parameters, of all it could have; None: unknown."""
        if known.sound:
            return [column.name for column in report.columns(known.values) if not column.hidden]
        offered = report_parameters.nameable(report, known.values, self.around.tables)
        return [column.name for column in offered[0]] if offered else None

    def _schedule(self, values: Mapping[str, Any], account: Account | None) -> Schedule | None:
        found, problems = schedule.read(values.get("schedule"), account.timezone if account else "UTC")
        self._put(problems, "schedule")
        return found

    def _block(self, values: Mapping[str, Any], key: str, read: Callable[[Any], tuple[T, list[Problem]]]) -> T:
        found, problems = read(values.get(key))
        self._put(problems, key)
        return found

    def _deletes(
        self, values: Mapping[str, Any], report: Report | None, update: UpdateMethod | None, *, keyed: bool
    ) -> Deletes:
        found = self._block(values, "deletes", deletes.read)
        if report is not None and update is not None:
            for message in deletes.misfits(found, report, update, keyed=keyed):
                self._wrong(message, "deletes")
        return found

    def _words(self, values: Mapping[str, Any], key: str, shape: re.Pattern[str], what: str) -> tuple[str, ...]:
        given = values.get(key)
        items = [] if given is None else given if isinstance(given, list) else [given]
        for position, item in enumerate(items):
            if not isinstance(item, str) or not shape.fullmatch(item):
                self._wrong(f"{key}: {item!r} is not {what}", key, *([position] if isinstance(given, list) else []))
        return tuple(dict.fromkeys(item for item in items if isinstance(item, str)))


def find_report(catalogue: Mapping[str, Report], name: str) -> Report | None:
    """Return the report of our name or Domo's title, in any case, blanks and signs aside; None if there is none."""
    wanted = plain(name)
    return next((r for r in catalogue.values() if wanted and wanted in (plain(r.name), plain(r.title))), None)


def near_reports(catalogue: Mapping[str, Report], name: str) -> tuple[str, ...]:
    """Return the names of reports that `name` may have meant."""
    names = {spelling: report.name for report in catalogue.values() for spelling in (report.name, report.title)}
    return tuple(dict.fromkeys(names[spelling] for spelling in nearest(name, names)))
