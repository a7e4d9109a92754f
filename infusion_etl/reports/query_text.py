r"""The grammar of the query language: text to conditions and back.

    query   := "" | pair *( "," pair )
    pair    := quoted ":" quoted                   ; blanks and line ends allowed around , and :
    quoted  := "'" *char "'" | '"' *char '"'       ; the quote itself as \' or '' inside
    value   := "~null~" | op [blanks] operand | "~<>~" | list | text
    op      := "~>~" | "~>=~" | "~<~" | "~<=~" | "~<>~"
    operand := text | "LastSuccessfulRun"
    list    := int *( "," int )                    ; only when every item is a whole number
    text    := may contain % (any run of characters)

Source: Domo's article 360043432213 for pairs, lists, % , ~null~ and LastSuccessfulRun; facts C for the operators.
Signs and the macro are read in any case (assumed).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from infusion_etl.errors import Problem
from infusion_etl.reports.conditions import LAST_RUN, Condition, Op
from infusion_etl.reports.names import nearest

SIGNS = {op.value: op for op in (Op.GREATER, Op.AT_LEAST, Op.LESS, Op.AT_MOST, Op.NOT_EQUAL, Op.IS_NULL)}
_MEANT = {"=>": "~>=~", "=<": "~<=~", "!=": "~<>~", "><": "~<>~", "notnull": "~<>~", "isnull": "~null~"}
_SIGN = re.compile(r"\s*~([^~]{0,12})~\s*(.*?)\s*", re.DOTALL)
_HALF_SIGN = re.compile(r"\s*~([<>=!]{1,3}|null)(?!~)", re.IGNORECASE)
_LIST = re.compile(r"\s*-?\d+\s*(?:,\s*-?\d+\s*)+", re.ASCII)
_COMPARED = re.compile(r"\s*(\w+)\s*([=<>!]{1,2})\s*(.*?)\s*", re.DOTALL)
_CLOSED = re.compile(r"(['\"])(.*?)\1", re.DOTALL)
_BLANKS = re.compile(r"\s*")
_BARE = re.compile(r"[^,:'\"]*")
_CURLY = "\u2018\u2019\u201c\u201d"


def read(text: str) -> tuple[tuple[Condition, ...], list[Problem]]:
    """Return the conditions of a query and everything that is wrong with it, each with its position (from 1).

    Beside mistakes, the conditions are good for checking the fields they name and for nothing else: a pair whose value
    says nothing stands there as NOT_NULL.
    """
    scanner = _Scanner(text)
    conditions: list[Condition] = []
    more = not scanner.at_end()
    while more:
        start = scanner.position
        if (pair := scanner.pair()) is not None:
            conditions += _read_pair(scanner, start, *pair)
        more = scanner.next_pair()
    return tuple(conditions), scanner.problems


def _read_pair(scanner: _Scanner, start: int, name: str, value: str | None) -> list[Condition]:
    try:
        if value is not None:
            return [_condition(name, value)]
    except _Wrong as wrong:
        scanner.complain(start, str(wrong), wrong.near)
    return [Condition(name, Op.NOT_NULL)] if name.strip() else []


def write(conditions: tuple[Condition, ...]) -> str:
    """Return conditions as a query; `read` gives them back the same."""
    return ",".join(f"{quoted(condition.field)}:{quoted(condition.value)}" for condition in conditions)


def quoted(text: str) -> str:
    """Return a text in single quotes, as a query writes it."""
    doubled = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


class _Wrong(Exception):
    """A pair that says nothing; `near` is what may have been meant."""

    def __init__(self, message: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.near = near


def _condition(name: str, value: str) -> Condition:
    pair = f"{quoted(name)}:{quoted(value)}"
    if not name.strip():
        raise _Wrong(f"{pair} names no field")
    if (signed := _SIGN.fullmatch(value)) is not None:
        return _signed(name, signed[1], signed[2], pair)
    if half := _HALF_SIGN.match(value):
        raise _Wrong(f"{pair}: the operator is not closed by a ~", _meant(half[1]))
    if _LIST.fullmatch(value):
        return Condition(name, Op.IN, tuple(dict.fromkeys(item.strip() for item in value.split(","))))
    return Condition(name, Op.LIKE if "%" in value else Op.EQUALS, value)


def _signed(name: str, sign: str, operand: str, pair: str) -> Condition:
    op = SIGNS.get(f"~{sign.strip().lower()}~")
    if op is None:
        raise _Wrong(f"{pair}: there is no operator ~{sign}~", _meant(sign))
    if op is Op.IS_NULL and operand:
        raise _Wrong(f"{pair}: nothing may follow ~null~")
    if operand.lower() == LAST_RUN.value.lower():
        return Condition(name, op, LAST_RUN)
    if operand or op is Op.IS_NULL:
        return Condition(name, op, operand)
    if op is Op.NOT_EQUAL:
        return Condition(name, Op.NOT_NULL)
    raise _Wrong(f"{pair}: {op} needs a value after it")


def _meant(sign: str) -> tuple[str, ...]:
    bare = sign.lower().replace("&gt;", ">").replace("&lt;", "<").replace(" ", "")
    known = _MEANT.get(bare) or (f"~{bare}~" if f"~{bare}~" in SIGNS else None)
    return (known,) if known else nearest(f"~{bare}~", SIGNS, most=2) or tuple(SIGNS)


@dataclass
class _Scanner:
    """Reads pairs from a text, and goes on after a mistake where the next pair may begin."""

    text: str
    position: int = 0
    problems: list[Problem] = field(default_factory=list)

    def at_end(self) -> bool:
        self._skip()
        return self.position >= len(self.text)

    def complain(self, start: int, message: str, near: tuple[str, ...] = ()) -> None:
        self.problems.append(Problem("", f"query, character {start + 1}: {message}", near))

    def pair(self) -> tuple[str, str | None] | None:
        """Return the next field and value (None after a mistake in it); None after a mistake before the value."""
        name = self._part("the field")
        colon = self._take(":")
        if not colon and name is not None:
            self.complain(self.position, f"a colon is missing after {_shown(name)}", _as_pair(name))
        if not colon:
            self._to_comma()
            return None
        value = self._part("the value")
        return None if name is None else (name, value)

    def next_pair(self) -> bool:
        """Move to the next pair; False at the end of the text."""
        if self.at_end():
            return False
        if not self._take(","):
            return self._without_comma()
        if self.at_end():
            self.complain(len(self.text) - 1, "nothing follows the last comma")
            return False
        return True

    def _without_comma(self) -> bool:
        self.complain(self.position, f"a comma is missing before {_shown(self.text[self.position :])}")
        self.position += self.text[self.position] == ":"
        return not self.at_end()

    def _to_comma(self) -> None:
        """Leave out the rest of a pair that makes no sense."""
        while self.position < len(self.text) and self.text[self.position] != ",":
            mark = self.text[self.position]
            closed = self.text.find(mark, self.position + 1) if mark in "'\"" else self.position
            self.position = closed + 1 if closed >= 0 else len(self.text)

    def _part(self, what: str) -> str | None:
        self._skip()
        if self.text[self.position : self.position + 1] in ("'", '"'):
            return self._quoted(self.text[self.position])
        self._bare(what)
        return None

    def _bare(self, what: str) -> None:
        start = self.position
        word = _matched(_BARE, self.text, start)
        self.position += len(word)
        if any(mark in word for mark in _CURLY):
            self.complain(start, f"{_shown(word)}: curly quotes; write straight ones", ("'", '"'))
        elif pair := _as_pair(word, self.text[self.position :]):
            self.complain(start, f"{_shown(word)}: field and value stand in quotes, with a colon between", pair)
        elif word.strip():
            self.complain(start, f"{what} {_shown(word)} must stand in quotes", (quoted(word.strip()),))
        else:
            self.complain(start, f"{what} is missing")

    def _quoted(self, quote: str) -> str | None:
        start, letters = self.position, list[str]()
        self.position += 1
        while self.position < len(self.text):
            two = self.text[self.position : self.position + 2]
            if two in (quote * 2, f"\\{quote}", "\\\\"):
                letters.append(two[1])
                self.position += 2
                continue
            self.position += 1
            if two[0] == quote:
                return "".join(letters)
            letters.append(two[0])
        self.complain(start, f"the quote before {_shown(self.text[start + 1 :])} is never closed")
        return None

    def _take(self, sign: str) -> bool:
        self._skip()
        found = self.text.startswith(sign, self.position)
        self.position += len(sign) if found else 0
        return found

    def _skip(self) -> None:
        self.position += len(_matched(_BLANKS, self.text, self.position))


def _as_pair(word: str, rest: str = "") -> tuple[str, ...]:
    """Return the pair that `City=Ogden` means, its value perhaps in quotes in the `rest`; nothing for other words."""
    found = _COMPARED.fullmatch(word)
    if found is None:
        return ()
    name, sign, operand = found.groups()
    closed = None if operand else _CLOSED.match(rest)
    meant = "" if sign in ("=", "==") else _meant(sign)[0]
    return (f"{quoted(name)}:{quoted(meant + (closed[2] if closed else operand))}",)


def _matched(pattern: re.Pattern[str], text: str, position: int) -> str:
    found = pattern.match(text, position)
    return found[0] if found else ""


def _shown(text: str) -> str:
    most = 24
    return repr(text if len(text) <= most else f"{text[:most]}...")
