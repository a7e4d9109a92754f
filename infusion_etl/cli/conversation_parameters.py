"""Questions for the parameters of a report, with what the account has to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from infusion_etl.cli.adding import listed
from infusion_etl.cli.conversation_asker import Asker, until_right
from infusion_etl.datasets.yaml_text import plain
from infusion_etl.errors import ConfigMistake, InfusionError, Problem
from infusion_etl.keap.client import Keap
from infusion_etl.reports import dates, menus, parameters
from infusion_etl.reports.choices import ALL, Choice, chosen, offered
from infusion_etl.reports.menus import Item
from infusion_etl.reports.report import Kind, Parameter, Report
from infusion_etl.reports.tables import TABLES

Raw = dict[str, Any]
"""Parameters as a dataset file says them."""

_IDS = (Kind.IDS, Kind.TAGS)
_LISTS = (*_IDS, Kind.FIELDS, Kind.QUERY)
_ON, _RANGE, _NONE = "on", "range", "none"


def ask_parameters(report: Report, given: Mapping[str, Any], keap: Keap, person: Asker, *, anew: bool = False) -> Raw:
    """Return the parameters with those asked that `given` lacks; `anew`: every one, starting from `given`."""
    answers = named(report, given)
    for parameter in report.parameters:
        if anew or parameter.name not in answers:
            before = answers.pop(parameter.name, None)
            answers[parameter.name] = _Question(report, parameter, answers, keap, person).answer(before)
    return {name: value for name, value in answers.items() if value not in (None, "", [])}


def named(report: Report, given: Mapping[str, Any]) -> Raw:
    """Return parameters under their names, where some are given under Domo's titles."""
    found = ((report.parameter(name), name, value) for name, value in given.items())
    return {parameter.name if parameter else name: value for parameter, name, value in found}


class _Question:
    """The question for one parameter, those before it being answered."""

    def __init__(self, report: Report, parameter: Parameter, answers: Raw, keap: Keap, person: Asker) -> None:
        self.report = report
        self.parameter = parameter
        self.answers = answers
        self.keap = keap
        self.person = person
        self.listed = True

    def answer(self, before: Any) -> Any:
        """Return the answer as a dataset file says it; None for an optional parameter that is left out."""
        if self.parameter.kind is Kind.DATES:
            return self._dates(before if isinstance(before, Mapping) else {})
        items = self._items()
        several = self.parameter.kind in _LISTS
        ask = partial(_write, self.person, self._words(), items, several)
        return self._raw(until_right(self.person, ask, self._wrong, _as_text(before)))

    def _words(self) -> str:
        more = "" if self.parameter.required else " (may stay empty)"
        return f"{self.parameter.name}: {self.parameter.description}{more}\n "

    def _items(self) -> tuple[Item, ...]:
        """Return what the account offers; a list that cannot be read is told, and the answer is written without it."""
        known = parameters.check(self.report, self.answers, _place, TABLES)[0]
        try:
            return menus.menu(self.report, self.parameter, known, self.keap)
        except InfusionError as error:
            self.person.tell(f"  what there is to choose cannot be shown: {error}")
            self.listed = False
            return ()

    def _raw(self, text: str) -> Any:
        """Return what the file is to say for an answer; ids in place of names where several can be named."""
        if not text:
            return None
        match self.parameter.kind:
            case Kind.FIELDS:
                return listed(text)
            case Kind.ID | Kind.SEARCH:
                return plain(text) if text.isdecimal() else text
            case Kind.IDS | Kind.TAGS:
                return ALL if text.casefold() == ALL else self._ids(text)
            case _:
                return text

    def _ids(self, text: str) -> list[int | str]:
        """Return the ids meant by ids and names; names as they are where there is no list to find them in."""
        wanted = [plain(one) if one.isdecimal() else one for one in listed(text)]
        if (found := self._found()) is None or all(isinstance(one, int) for one in wanted):
            return wanted
        whole = any(one.name.casefold() == text.casefold() for one in found)  # a name may hold commas
        return list(chosen(self._what, [text] if whole else wanted, found))

    def _found(self) -> list[Choice] | None:
        """Return the records to choose from; None where they cannot be listed, and the refresh is to look names up."""
        choices = menus.choices_of(self.parameter)
        if not self.listed or choices is None or not menus.listed(choices, self.keap.api):
            return None
        return offered(choices, self.keap)

    @property
    def _what(self) -> str:
        choices = menus.choices_of(self.parameter)
        return choices.what if choices else self.parameter.name

    def _wrong(self, text: str) -> list[Problem]:
        """Return what is wrong with an answer, by the same checks as a file's and by what the account has."""
        if not text:
            return [Problem("", f"{self.parameter.name} cannot be left out")] if self.parameter.required else []
        try:
            raw = self._raw(text)
            self._refuse_unknown_search(raw)
        except ConfigMistake as mistake:
            return list(mistake.problems)
        name = self.parameter.name
        checked, found = parameters.check(self.report, {**self.answers, name: raw}, _place, TABLES)
        problems = [problem for problem in found if problem.place == name]
        why = "" if problems else menus.refused(self.report, self.parameter, checked[name], checked, self.keap.api)
        return [*problems, *([Problem("", why)] if why else [])]

    def _refuse_unknown_search(self, raw: Any) -> None:
        """Raise ConfigMistake for the name of no saved search, or of several; a pattern is for the refresh to find."""
        if self.parameter.kind is Kind.SEARCH and isinstance(raw, str) and "*" not in raw:
            found = self._found()
            if found is not None:
                chosen(self._what, [raw], found)

    def _dates(self, before: Mapping[str, Any]) -> Any:
        question = f"{self.parameter.name}: {self.parameter.description}"
        items = [Item(_ON, "one day"), Item(_RANGE, "a range of days")]
        items += [] if self.parameter.required else [Item(_NONE, "no dates")]
        kind = self.person.pick(question, items, _RANGE if "from" in before else _ON)
        if kind == _NONE:
            return None
        return self._day("on", "which day", before) if kind == _ON else self._range(before)

    def _range(self, before: Mapping[str, Any]) -> dict[str, Any]:
        first = self._day("from", "from which day", {"from": "7 days back", **before})
        ask = partial(_write, self.person, "to which day\n ", _DAYS, False)
        last = until_right(
            self.person, ask, lambda text: dates.read({**first, "to": text})[1], str(before.get("to", "yesterday"))
        )
        return {**first, "to": last}

    def _day(self, key: str, question: str, before: Mapping[str, Any]) -> dict[str, Any]:
        ask = partial(_write, self.person, f"{question}\n ", _DAYS, False)
        answer = until_right(self.person, ask, _wrong_day, str(before.get(key, "yesterday")))
        return {key: answer}


_DAYS = (
    Item("today"),
    Item("yesterday"),
    Item("7 days back"),
    Item("30 days back"),
    Item("YYYY-MM-DD", meaning="any date"),
)


def _wrong_day(text: str) -> list[Problem]:
    return dates.read({"on": text})[1]


def _write(person: Asker, question: str, items: Sequence[Item], several: bool, default: str) -> str:
    return person.write(question, default=default, items=items, several=several)


def _place(name: str, *_: str | int) -> str:
    return name


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
