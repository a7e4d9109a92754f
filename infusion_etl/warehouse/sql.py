"""Writing SQL safely: every name and every value that is not ours goes through here."""

from __future__ import annotations

from collections.abc import Iterable


def name(identifier: str) -> str:
    """Return an identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def names(identifiers: Iterable[str], of: str = "") -> str:
    """Return identifiers, quoted, with commas between; `of` is put before each, with a dot."""
    before = f"{of}." if of else ""
    return ", ".join(before + name(identifier) for identifier in identifiers)


def text(value: str) -> str:
    """Return a text literal."""
    quoted = "'" + value.replace("'", "''").replace("\x00", "") + "'"
    return quoted if "\x00" not in value else f"({_with_nul(value)})"


def _with_nul(value: str) -> str:
    # DuckDB's parser ends a statement at a NUL character, its text values may hold one.
    return " || chr(0) || ".join(text(part) for part in value.split("\x00"))


def texts(values: Iterable[str]) -> str:
    """Return a list of text literals, also when it is empty."""
    return f"[{', '.join(text(value) for value in values)}]::VARCHAR[]"


def table(schema: str, table_name: str, catalog: str = "") -> str:
    """Return a table's whole name, quoted."""
    return ".".join(name(part) for part in (catalog, schema, table_name) if part)


def pointer(*keys: str) -> str:
    """Return the JSON pointer to a member, as a text literal: it takes any name, unlike a JSON path."""
    return text("".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys))
