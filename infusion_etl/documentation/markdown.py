"""Markdown, and what stands in it about places in an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from infusion_etl.reports.columns import Constant, Context, CustomField, EasternDate, FirstOf, Keyed, Path, Source


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, ended by an empty line; a cell's own strokes and line ends do not break it."""
    lines = [heads, ["---"] * len(heads), *([_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def code(text: str) -> str:
    """Return a name as code; nothing for no name."""
    return f"`{text}`" if text else ""


def codes(names: Iterable[str]) -> str:
    """Return names as code, with commas between."""
    return ", ".join(code(name) for name in names)


def place(source: Source | None) -> str:
    """Return where a value stands in a record of an answer; a dash where an API does not have it."""
    return " or ".join(dict.fromkeys(_places(source))) if source is not None else "-"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _places(source: Any) -> Iterator[str]:
    match source:
        case Path(keys=keys):
            yield code(".".join(keys)) or "the item"
        case Keyed(items=items, by=by, value=value, path=path):
            yield code(f"{items}[{by}={value}].{path}")
        case CustomField():
            yield code("custom_fields")
        case Context():
            yield "the call"
        case Constant(text=text):
            yield f"always {text}"
        case EasternDate(of=of):
            yield f"the day of {place(of)}"
        case FirstOf(sources=sources):
            for one in sources:
                yield from _places(one)
        case _ if is_dataclass(source):
            yield ", ".join(_inside(source))


def _inside(source: Any) -> Iterator[str]:
    """Yield the places that a source made of others reads."""
    for part in fields(source):
        value = getattr(source, part.name)
        if is_dataclass(value):
            yield from _places(value)
