"""What is wrong with a text that is no YAML, in words for who wrote it: the library tells what its parser expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import yaml

from infusion_etl.errors import Problem

_KEY = re.compile(r"\s*(- +)*(\"[^\"]*\"|'[^']*'|[^\s#:][^:#]*):(\s|$)")
_QUOTED = re.compile(r"[^:]*:\s+(['\"]).*\1\s*\S")
_NO_START = re.compile(r"found character '(.)' that cannot start")
_OPENED = {"flow sequence": "[", "flow mapping": "{"}
_LINE = "is no line of the form `key: value`, with a blank after the colon"


@dataclass(frozen=True)
class _Mistake:
    """What the library says, and the lines of the text; `at` and `since` count lines from 0."""

    said: str
    lines: Sequence[str]
    at: int
    since: int

    @property
    def line(self) -> str:
        """The line at which the library stopped; nothing behind the end."""
        return self.lines[self.at] if self.at < len(self.lines) else ""

    @property
    def before(self) -> int | None:
        """The last line before it that says anything."""
        said = (at for at in range(min(self.at, len(self.lines)) - 1, -1, -1) if _says(self.lines[at]))
        return next(said, None)

    def problem(self, at: int, message: str) -> Problem:
        """Return the problem at a line."""
        return Problem(str(at + 1), message)


def explained(error: yaml.YAMLError, text: str) -> Problem:
    """Return the mistake, its line (from 1) as the place."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        position = getattr(error, "position", 0)
        return Problem(str(text.count("\n", 0, position) + 1), "a character that YAML does not allow")
    said = " ".join(part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part)
    since = getattr(error, "context_mark", None) or mark
    mistake = _Mistake(said, text.splitlines(), mark.line, since.line)
    found = (explain(mistake) for explain in _EXPLANATIONS)
    return next((problem for problem in found if problem), mistake.problem(mark.line, f"not YAML: {said}"))


def _tab(one: _Mistake) -> Problem | None:
    indent = one.line[: _indent(one.line)]
    if "\t" in indent or "'\\t'" in one.said:
        return one.problem(one.at, "a tab; YAML is indented with blanks only")
    return None


def _unclosed(one: _Mistake) -> Problem | None:
    if "end of stream" in one.said and "quoted scalar" in one.said:
        return one.problem(one.since, "a quote that begins here is not closed")
    for what, sign in _OPENED.items():
        if f"while parsing a {what}" in one.said:
            return one.problem(one.since, f"a {sign} that begins here is not closed, or a comma lacks in it")
    return None


def _closes_nothing(one: _Mistake) -> Problem | None:
    found = re.search(r"found '([\]}])'", one.said)
    return one.problem(one.at, f"a {found[1]} that closes nothing") if found else None


def _needs_quotes(one: _Mistake) -> Problem | None:
    sign = _NO_START.search(one.said)
    first = sign[1] if sign else "*" if "alias" in one.said else "&" if "anchor" in one.said else ""
    if not first and "expected a comment or a line break" in one.said:
        first = "| or >"
    return one.problem(one.at, f"a value that begins with {first} must stand in quotes") if first else None


def _escape(one: _Mistake) -> Problem | None:
    if "unknown escape character" not in one.said:
        return None
    return one.problem(one.at, "in double quotes \\ begins a special character, and this is none: use single quotes")


def _after_quotes(one: _Mistake) -> Problem | None:
    if "expected <block end>" not in one.said or not _QUOTED.match(one.line):
        return None
    return one.problem(one.at, "text stands after the closing quote: put double quotes around the whole value")


def _list_in_line(one: _Mistake) -> Problem | None:
    if "sequence entries are not allowed" not in one.said:
        return None
    return one.problem(one.at, "each item of a list begins a line of its own, with `- `; or write [one, two]")


def _no_key(one: _Mistake) -> Problem | None:
    if "could not find expected ':'" in one.said:
        return one.problem(one.since, f"{one.lines[one.since].strip()!r} {_LINE}")
    if "mapping values" not in one.said or one.before is None or _KEY.match(one.lines[one.before]):
        return None
    return one.problem(one.before, f"{one.lines[one.before].strip()!r} {_LINE}")


def _two_colons(one: _Mistake) -> Problem | None:
    if "mapping values" not in one.said or not re.match(r"[^:#]*:\s.*:(\s|$)", one.line):
        return None
    return one.problem(one.at, "a value that holds a colon and a blank must stand in quotes")


def _too_deep(one: _Mistake) -> Problem | None:
    if "mapping values" not in one.said or one.before is None or _indent(one.line) <= _indent(one.lines[one.before]):
        return None
    why = f"line {one.before + 1} has its value already, so that nothing can stand under it"
    return one.problem(one.at, f"indented too deep: {why}; the keys of a block begin in one column")


def _between(one: _Mistake) -> Problem | None:
    if "expected <block end>" not in one.said:
        return None
    begun = sorted({_indent(line) + 1 for line in one.lines[: one.at] if _says(line)})
    if _indent(one.line) + 1 in begun:
        return one.problem(one.at, "a key among the items of a list, or an item among keys")
    columns = f"column{'s' if len(begun) > 1 else ''} {' and '.join(map(str, begun))}"
    return one.problem(one.at, f"begins in column {_indent(one.line) + 1}; the blocks above begin in {columns}")


_EXPLANATIONS: tuple[Callable[[_Mistake], Problem | None], ...] = (
    _tab,
    _unclosed,
    _closes_nothing,
    _needs_quotes,
    _escape,
    _after_quotes,
    _list_in_line,
    _no_key,
    _two_colons,
    _too_deep,
    _between,
)
"""Tried in this order: the first that knows the mistake says it."""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
