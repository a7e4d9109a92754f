"""Which members of a record are read, as a tree: the structure that `read_json` is told.

Only what the columns ask for is in the tree. Every value in it is text (a custom field's content: JSON), so that a
number where text was due, or the other way round, never fails the read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

import duckdb
from duckdb.sqltypes import DuckDBPyType

from infusion_etl.warehouse import sql


class Form(Enum):
    """What a member is read as."""

    TEXT = "VARCHAR"
    JSON = "JSON"
    OBJECT = "object"


class Clash(Exception):
    """Two columns want one member in two forms, or two members differ by case only, which structs do not know."""


@dataclass
class Node:
    """A member: its form, how deep in lists that stands (1: a list of it), and for objects the members in them."""

    form: Form
    many: int = 0
    members: dict[str, Node] = field(default_factory=dict)

    @property
    def structured(self) -> bool:
        """Whether a value of another kind than expected would fail the read."""
        return self.many > 0 or self.form is Form.OBJECT

    @property
    def type(self) -> str:
        """The DuckDB type it is read as."""
        one = self._struct() if self.form is Form.OBJECT else self.form.value
        return one + "[]" * self.many

    def _struct(self) -> str:
        # A struct needs a member; no answer has one called "$".
        inside = ", ".join(f"{sql.name(key)} {node.type}" for key, node in self.members.items()) or '"$" VARCHAR'
        return f"STRUCT({inside})"

    @property
    def transform(self) -> str:
        """The same as JSON, which DuckDB's `from_json` takes."""
        one = self._object() if self.form is Form.OBJECT else f'"{self.form.value}"'
        return "[" * self.many + one + "]" * self.many

    def _object(self) -> str:
        return "{" + ", ".join(f"{_quoted(key)}: {node.transform}" for key, node in self.members.items()) + "}"

    def fits(self, raw: str, depth: int = 0) -> str:
        """Return the SQL of whether JSON (`raw`, an expression) is of the kind that is due, with all that is in it.

        What is missing or null fits, and so does any value where text is due. `depth` keeps names of lambdas apart.
        """
        return f"coalesce(json_type({raw}) = 'NULL' OR ({self._is(raw, depth)}), true)"

    def _is(self, raw: str, depth: int) -> str:
        if self.many:
            return f"json_type({raw}) = 'ARRAY'{self._items_fit(raw, f'x{depth}', depth)}"
        parts = [node.fits(f"({raw} -> {sql.pointer(key)})", depth) for key, node in self._structured_members()]
        return " AND ".join([f"json_type({raw}) = 'OBJECT'", *parts])

    def _items_fit(self, raw: str, name: str, depth: int) -> str:
        one = replace(self, many=self.many - 1)
        if not one.structured:
            return ""
        items = f"from_json({raw}, '[\"JSON\"]')"
        # Of an empty list it is NULL.
        each = f"list_bool_and(list_transform({items}, lambda {name}: {one.fits(name, depth + 1)}))"
        return f" AND coalesce({each}, true)"

    def _structured_members(self) -> list[tuple[str, Node]]:
        return [(key, node) for key, node in self.members.items() if node.structured]

    def add(self, keys: tuple[str, ...], leaf: Node) -> None:
        """Put a leaf at the place that `keys` name; raises Clash."""
        key, rest = keys[0], keys[1:]
        wanted = Node(Form.OBJECT) if rest else leaf
        found = self.members.get(key)
        if found is None:
            if any(other.lower() == key.lower() for other in self.members):
                raise Clash
            found = self.members[key] = Node(wanted.form, wanted.many)
        if (found.form, found.many) != (wanted.form, wanted.many):
            raise Clash
        if rest:
            found.add(rest, leaf)
        for name, node in wanted.members.items():
            found.add((name,), node)


def _quoted(key: str) -> str:
    return '"' + "".join(f"\\u{ord(c):04x}" if c in '"\\' or c < " " else c for c in key) + '"'


def objects(members: Mapping[str, Form]) -> Node:
    """Return a list of objects with these members."""
    return Node(Form.OBJECT, many=1, members={key: Node(form) for key, form in members.items()})


def read_form(kind: str) -> Node:
    """Return how a value of a DuckDB type is read: the same structure with text in it."""
    found = duckdb.sqltype(kind)
    if found.id == "list":
        inside = read_form(str(children(found)[0][1]))
        return replace(inside, many=inside.many + 1)
    if found.id == "struct":
        return Node(Form.OBJECT, members={name: read_form(str(child)) for name, child in children(found)})
    return Node(Form.TEXT)


def children(kind: DuckDBPyType) -> list[tuple[str, DuckDBPyType]]:
    """Return the named types inside a list's or struct's type (a list's has one, `child`)."""
    return [(name, child) for name, child in kind.children if isinstance(child, DuckDBPyType)]
