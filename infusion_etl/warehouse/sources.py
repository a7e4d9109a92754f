"""Sources of columns to SQL: where a value stands in a record, as raw text or as a raw list.

`Record` knows the structure of one step's records and gives, for a source, the SQL of its raw value, in terms of names
that the queries of `infusion_etl.warehouse.decode` give: `record` (a struct, or JSON), `outer_record` (the same, of the
record around it), `context` (the walk's, JSON) and `k0`, `k1` ... (for lists in which items are looked up: the member
they are known by, computed once a record).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from infusion_etl.accounts.account import Api
from infusion_etl.reports.columns import (
    Column,
    Constant,
    Context,
    CustomField,
    Difference,
    EasternDate,
    FirstOf,
    Joined,
    Keyed,
    Mapped,
    Minor,
    Outer,
    Path,
    Reaches,
    Source,
    Together,
    Without,
)
from infusion_etl.warehouse import sql, values
from infusion_etl.warehouse.structure import Clash, Form, Node, objects, read_form

CUSTOM_FIELDS = "custom_fields"
OUTER = "outer_record"
"""What the record around a record is called in the SQL."""
WHOLE = "(record)"
"""What is told of a record that is none, in place of a member's name."""


def source_of(column: Column, api: Api) -> Source | None:
    """Return the column's source in that API."""
    return column.rest if api is Api.REST else column.xmlrpc


def is_list(column: Column) -> bool:
    """Whether the column lands as a list."""
    return column.type.sql.endswith("[]")


class Record:
    """The records of one step: their structure, and the SQL of raw values in them.

    `as_json`: the records are JSON instead of structs. That is slower and takes anything; it is used where a structure
    does not fit what came, or cannot be told (names that differ by case only).
    """

    def __init__(
        self, api: Api, columns: list[Column], extra: list[Source], *, lenient: bool = False, name: str = "record"
    ) -> None:
        self.api = api
        self.name = name
        self.outer: Record | None = None
        self.root = Node(Form.OBJECT)
        self.keyed: dict[str, tuple[Node, dict[str, str]]] = {}
        self.contexts = False
        self.as_json = lenient
        for source, leaf in [*self._wanted(columns), *((source, Node(Form.TEXT)) for source in extra)]:
            self.need(source, leaf)
        self._agree()

    def _agree(self) -> None:
        """Take both as JSON where one has to be."""
        if self.outer:
            self.as_json = self.outer.as_json = self.as_json or self.outer.as_json

    def _wanted(self, columns: list[Column]) -> Iterator[tuple[Source, Node]]:
        for column in columns:
            source = source_of(column, self.api)
            if source is not None:
                yield source, self._leaf(column)

    def _leaf(self, column: Column) -> Node:
        # XML-RPC gives a list also as one text with commas: read as text, told apart later.
        return Node(Form.TEXT) if self.api is Api.XMLRPC else read_form(column.type.sql)

    def need(self, source: Source, leaf: Node) -> None:  # noqa: C901 - one line a kind of source
        """Add to the structure what a source reads; `leaf` is the form of its value."""
        match source:
            case Path(keys=keys):
                self._add(keys, leaf)
            case Keyed(items=items, by=by, path=path):
                self._need_items(items, by, path, Form.TEXT)
            case CustomField():
                self._need_items(CUSTOM_FIELDS, "id", "content", Form.JSON)
            case Context():
                self.contexts = True
            case Mapped(of=of) | EasternDate(of=of) | Without(of=of):
                self.need(of, Node(Form.TEXT))
            case Outer(of=of):
                self.outer = self.outer or Record(self.api, [], [], lenient=self.as_json, name=OUTER)
                self.outer.need(of, Node(Form.TEXT))
            case Minor(path=Path(keys=keys)):
                for member in ("amount", "currency_code"):
                    self._add((*keys, member), Node(Form.TEXT))
            case Joined(path=Path(keys=keys), member=member):
                self._add(keys, _items_with(member))
            case FirstOf(sources=sources) | Together(of=sources):
                for one in sources:
                    self.need(one, leaf)
            case Difference(of=of, less=other) | Reaches(of=of, least=other):
                self.need(of, Node(Form.TEXT))
                self.need(other, Node(Form.TEXT))

    def _add(self, keys: tuple[str, ...], leaf: Node) -> None:
        if not keys:  # the record is a plain value, not an object
            self.root = leaf
            return
        try:
            self.root.add(keys, leaf)
        except Clash:
            self.as_json = True

    def _need_items(self, items: str, by: str, path: str, form: Form) -> None:
        node, names = self.keyed.setdefault(items, (objects({}), {}))
        names.setdefault(by, f"k{sum(len(known) for _, known in self.keyed.values())}")
        node.members.setdefault(by, Node(Form.TEXT))
        node.members.setdefault(path, Node(form))
        self._add((items,), node)

    def key_lists(self) -> list[str]:
        """Return the SQL of each list of keys, with its name."""
        return [
            f"list_transform({self._items(items)}, lambda x: {_member('x', by)}) AS {name}"
            for items, (_, names) in self.keyed.items()
            for by, name in names.items()
        ]

    def _items(self, items: str) -> str:
        if not self.as_json:
            return _member(self.name, items)
        return f"from_json({self.name} -> {sql.pointer(items)}, {sql.text(self.keyed[items][0].transform)})"

    def text(self, source: Source) -> str:  # noqa: C901, PLR0911, PLR0912 - one line a kind of source
        """Return the SQL of a source's raw text."""
        match source:
            case Path(keys=keys):
                return self._text_at(keys)
            case Keyed(items=items, by=by, value=value, path=path):
                return self._item(items, by, value, path)
            case CustomField():
                return _content_text(self._content(source))
            case Context(name=name):
                return f"(context ->> {sql.pointer(name)})"
            case Mapped(of=of, values=table):
                return _mapped(self.text(of), table)
            case Minor(path=Path(keys=keys)):
                return values.main_unit(self._text_at((*keys, "amount")), self._text_at((*keys, "currency_code")))
            case Joined():
                return self._joined(source)
            case Together(of=parts, by=by):
                return f" || {sql.text(by)} || ".join(self.text(one) for one in parts)
            case Without(of=of, prefix=prefix):
                return _without(self.text(of), prefix)
            case Outer(of=of):
                return self.outer.text(of) if self.outer else "NULL"
            case EasternDate(of=of):
                return values.eastern_day(self.text(of), self.api)
            case Difference(of=of, less=less):
                return values.difference(self.text(of), self.text(less))
            case Reaches(of=of, least=least):
                return values.reaches(self.text(of), self.text(least))
            case Constant(text=text):
                return sql.text(text)
            case FirstOf(sources=sources, blank=blank):
                found = [self.text(one) for one in sources]
                return f"coalesce({', '.join(found if blank else (f'nullif({one}, {_EMPTY})' for one in found))})"

    def _text_at(self, keys: tuple[str, ...]) -> str:
        if self.as_json:
            return f"({self.name} ->> {sql.pointer(*keys) if keys else sql.text('$')})"
        found = self.name
        for key in keys:
            found = _member(found, key)
        return found

    def _item(self, items: str, by: str, value: str, path: str) -> str:
        position = f"list_position({self.keyed[items][1][by]}, {sql.text(value)})"
        return _member(f"list_extract({self._items(items)}, {position})", path)

    def _content(self, source: CustomField) -> str:
        return self._item(CUSTOM_FIELDS, "id", source.id, "content")

    def list(self, source: Source, kind: str) -> str:
        """Return the SQL of a source's raw list: items as text, or structs of text; `kind` is the type it becomes."""
        match source:
            case CustomField():
                return _content_list(self._content(source))
            case Difference(of=of, less=less):
                return values.difference(self.text(of), self.text(less))
            case FirstOf(sources=sources):
                return f"coalesce({', '.join(self.list(one, kind) for one in sources)})"
            case Path(keys=keys) if self.api is Api.REST:
                return self._list_at(keys, read_form(kind))
            case _:
                return _text_list(self.text(source), read_form(kind))

    def _list_at(self, keys: tuple[str, ...], node: Node) -> str:
        if not self.as_json:
            return self._text_at(keys)
        return f"from_json({self.name} -> {sql.pointer(*keys)}, {sql.text(node.transform)})"

    def _joined(self, source: Joined) -> str:
        found = self._list_at(source.path.keys, _items_with(source.member))
        if source.member:
            item = "x"
            for key in source.member:
                item = _member(item, key)
            found = f"list_transform({found}, lambda x: {item})"
        return f"nullif(array_to_string({found}, {sql.text(source.by)}), '')"

    def around(self, inside: str) -> Node:
        """Return the structure of the records whose member `inside` (`settings.ranges`) lists these records."""
        first, *rest = inside.split(".")
        node = replace(self.root, many=self.root.many + 1)
        for key in reversed(rest):
            node = Node(Form.OBJECT, members={key: node})
        members = dict(self.outer.root.members) if self.outer else {}
        return Node(Form.OBJECT, members={**members, first: node})

    def misfits(self) -> Iterator[tuple[str, str]]:
        """Yield (member, SQL of its raw text) for members that may be of another kind than expected; only `as_json`.

        A record that is no object at all is told as WHOLE. The SQL is NULL where the kind is the expected one: nothing
        that came is dropped without a word.
        """
        if self.root.members:
            odd = f"json_type({self.name}) <> 'OBJECT'"
            yield WHOLE, f"CASE WHEN {odd} THEN CAST({self.name} AS VARCHAR) END"
        for key, node in self.root.members.items():
            if node.structured:
                raw = f"({self.name} -> {sql.pointer(key)})"
                yield key, f"CASE WHEN NOT {node.fits(raw)} THEN CAST({raw} AS VARCHAR) END"
        if self.outer:
            yield from self.outer.misfits()


_EMPTY = "''"


def _items_with(member: tuple[str, ...]) -> Node:
    """Return a list of texts, or of objects with a text at `member`."""
    if not member:
        return Node(Form.TEXT, many=1)
    items = objects({})
    items.add(member, Node(Form.TEXT))
    return items


def _without(raw: str, prefix: str) -> str:
    return f"CASE WHEN starts_with({raw}, {sql.text(prefix)}) THEN substr({raw}, {len(prefix) + 1}) ELSE {raw} END"


def _member(expression: str, key: str) -> str:
    return f"struct_extract({expression}, {sql.text(key)})"


def _mapped(raw: str, table: tuple[tuple[str, str | None], ...]) -> str:
    cases = " ".join(f"WHEN {sql.text(old)} THEN {'NULL' if new is None else sql.text(new)}" for old, new in table)
    return f"CASE {raw} {cases} ELSE {raw} END" if table else raw


def _content_text(content: str) -> str:
    """Return the SQL of content as text; a list becomes what XML-RPC says: its items with commas between."""
    several = f"array_to_string(from_json({content}, '[\"VARCHAR\"]'), ',')"
    return f"CASE WHEN CAST({content} AS VARCHAR)[1] = '[' THEN {several} ELSE {content} ->> '$' END"


def _content_list(content: str) -> str:
    several = f"from_json({content}, '[\"VARCHAR\"]')"
    parts = f"string_split(nullif({content} ->> '$', ''), ',')"
    return f"CASE WHEN CAST({content} AS VARCHAR)[1] = '[' THEN {several} ELSE {parts} END"


def _text_list(raw: str, node: Node) -> str:
    several = f"TRY(from_json({raw}, {sql.text(node.transform)}))"
    if node.form is Form.OBJECT or node.many > 1:
        return several
    return f"CASE WHEN {raw}[1] = '[' THEN {several} ELSE string_split(nullif({raw}, ''), ',') END"
