"""The pages of one step as a relation of records: `walk`, `page`, `context` (JSON) and `record`.

Where rows are the items of a list inside each record, `outer_record` is the record around them.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from infusion_etl.keap.walks import INSIDE
from infusion_etl.warehouse import files, sql
from infusion_etl.warehouse.batches import Batch, StoredPage
from infusion_etl.warehouse.sources import OUTER, Record
from infusion_etl.warehouse.structure import Node

_LEAST_OBJECT = 1 << 20
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)"  # an even number of backslashes before: the escape is one
    rb"(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def records_sql(
    batch: Batch, step: str, record: Record, *, inside: str = "", lines: bool = False, repaired: bool = False
) -> str:
    """Return the SQL of a step's records, or of the items of the list `inside` each of them.

    `lines`: each page is known to be one line. `repaired`: pages with text that is no Unicode are read from mended
    copies.

    Pages are read with the structure that the columns need, or (`record.as_json`) each record as JSON.
    """
    groups: dict[str | None, list[StoredPage]] = defaultdict(list)
    for _, state in batch.walks_of(step):
        groups[state.records].extend(_mended(page) if repaired else page for page in state.pages)
    contexts = _contexts(batch) if record.contexts else "NULL"
    form = "newline_delimited" if lines else "unstructured"
    reading = _Reading(record, contexts, form, inside)
    parts = [reading.group(member, pages) for member, pages in groups.items() if pages]
    return " UNION ALL ".join(parts) or _none(record)


def _none(record: Record) -> str:
    kind = "JSON" if record.as_json else record.root.type
    outer = f", NULL AS {OUTER}" if record.outer else ""
    return f"SELECT 0 AS walk, 0 AS page, NULL::JSON AS context{outer}, NULL::{kind} AS record WHERE false"


@dataclass(frozen=True)
class _Reading:
    """How the pages of a step are read; `form` is theirs in DuckDB's words, `contexts` the SQL of their contexts."""

    record: Record
    contexts: str
    form: str
    inside: str

    def group(self, member: str | None, pages: Sequence[StoredPage]) -> str:
        """Return the SQL of the records of pages whose walks have the same `records`."""
        listed, _, within = (member or "").partition(INSIDE)
        if self.inside or within:
            return self._nested(listed, self.inside or within, pages)
        read, found = self._records(listed, self.record.root, pages)
        outer = f", NULL AS {OUTER}" if self.record.outer else ""
        return f"SELECT walk, page, {self.contexts}::JSON AS context{outer}, {found} AS record FROM ({read})"

    def _nested(self, listed: str, inside: str, pages: Sequence[StoredPage]) -> str:
        """Return the SQL of the items of a list inside each record."""
        read, each = self._records(listed, self.record.around(inside), pages)
        around = f"SELECT walk, page, {self.contexts}::JSON AS context, {each} AS {OUTER} FROM ({read})"
        outer = f", {OUTER}" if self.record.outer else ""
        return f"SELECT walk, page, context{outer}, unnest({self._items(inside)}) AS record FROM ({around})"

    def _items(self, inside: str) -> str:
        way = inside.split(".")
        if not self.record.as_json:
            return ".".join((OUTER, *map(sql.name, way)))
        found = f"json_transform_strict({OUTER} -> {sql.pointer(*way)}, '[\"JSON\"]')"
        # What stands there and is no list fails the read, but not where the record has a row of its own that tells it.
        return f"TRY({found})" if self.inside else found

    def _records(self, listed: str, node: Node, pages: Sequence[StoredPage]) -> tuple[str, str]:
        """Return the SQL of pages, and of the records in one: the items of `listed`, or "": the answer itself."""
        one = "JSON" if self.record.as_json else node.type
        if listed:
            return _numbered(_read(pages, {listed: f"{one}[]"}, self.form)), f"unnest({sql.name(listed)})"
        if self.record.as_json:
            return _numbered(_read(pages, {}, self.form)), "json"
        members = {key: child.type for key, child in node.members.items()} or {"$": "VARCHAR"}
        packed = ", ".join(f"{sql.name(key)} := {sql.name(key)}" for key in members)
        return _numbered(_read(pages, members, self.form)), f"struct_pack({packed})"


def _numbered(read: str) -> str:
    numbers = (
        "CAST(string_split(parse_filename(\"$file\"), '-')[1] AS INTEGER) AS walk,"
        " CAST(left(string_split(parse_filename(\"$file\"), '-')[2], 6) AS INTEGER) AS page"
    )
    return f"SELECT *, {numbers} FROM {read}"


def _read(pages: Sequence[StoredPage], columns: dict[str, str], form: str) -> str:
    largest = max(_LEAST_OBJECT, *(page.size + 1024 for page in pages))
    paths = sql.texts(str(page.file) for page in pages).removesuffix("::VARCHAR[]")
    options = f"format = '{form}', maximum_object_size = {largest}, filename = '$file'"
    if not columns:
        return f"read_json_objects({paths}, {options})"
    declared = ", ".join(f"{sql.name(key)}: {sql.text(kind)}" for key, kind in columns.items())
    # Without `records` DuckDB takes an empty answer, {}, for a value instead of a record.
    return f"read_json({paths}, columns = {{{declared}}}, records = true, {options})"


def _contexts(batch: Batch) -> str:
    """Return the SQL of a page's context: a list looked into by the walk's index, once a page, is quick enough."""
    last = max(batch.walks, default=-1)
    found = [json.dumps(batch.walks[at].context) if at in batch.walks else "{}" for at in range(last + 1)]
    return f"list_extract({sql.texts(found)}, walk + 1)"


def _mended(page: StoredPage) -> StoredPage:
    """Return the page, or a copy in which what is no Unicode text (bad UTF-8, half a pair) is the sign for that."""
    plain = gzip.decompress(page.file.read_bytes())
    mended = _LONE_SURROGATE.sub(_pair_or_sign, plain).decode("utf-8", "replace").encode()
    if mended == plain:
        return page
    copy = page.file.with_name(page.file.name.replace(".json.gz", ".mended.json.gz"))
    files.write(copy, gzip.compress(mended, 1))
    return replace(page, file=copy, size=len(mended))


def _pair_or_sign(found: re.Match[bytes]) -> bytes:
    return found[1] + (found[2] or rb"\ufffd")
