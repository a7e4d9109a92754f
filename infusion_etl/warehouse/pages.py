"""The pages of one step as a relation of records: `walk`, `page`, `context` (JSON) and `record`.

Where rows are the items of a list inside each record, `outer_record` is the record around them.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from infusion_etl.keap.walks import INSIDE
from infusion_etl.warehouse import files, sql
from infusion_etl.warehouse.batches import Batch, StoredPage
from infusion_etl.warehouse.sources import OUTER, Record

_LEAST_OBJECT = 1 << 20
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)"  # an even number of backslashes before: the escape is one
    rb"(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def records_sql(batch: Batch, step: str, record: Record, *, lines: bool = False, repaired: bool = False) -> str:
    """Return the SQL of a step's records.

    `lines`: each page is known to be one line. `repaired`: pages with text that is no Unicode are read from mended
    copies.

    Pages are read with the structure that the columns need, or (`record.as_json`) each record as JSON.
    """
    groups: dict[str | None, list[StoredPage]] = defaultdict(list)
    for _, state in batch.walks_of(step):
        groups[state.records].extend(_mended(page) if repaired else page for page in state.pages)
    contexts = _contexts(batch) if record.contexts else "NULL"
    form = "newline_delimited" if lines else "unstructured"
    parts = [_group(member, pages, record, contexts, form) for member, pages in groups.items() if pages]
    return " UNION ALL ".join(parts) or _none(record)


def _none(record: Record) -> str:
    kind = "JSON" if record.as_json else record.root.type
    outer = f", NULL AS {OUTER}" if record.outer else ""
    return f"SELECT 0 AS walk, 0 AS page, NULL::JSON AS context{outer}, NULL::{kind} AS record WHERE false"


def _group(member: str | None, pages: Sequence[StoredPage], record: Record, contexts: str, form: str) -> str:
    if member and INSIDE in member:
        return _nested(member, pages, record, contexts, form)
    one = "JSON" if record.as_json else record.root.type
    read = _read(pages, {member: f"{one}[]"} if member else _answer(record), form)
    if member:
        found = f"unnest({sql.name(member)})"
    elif record.as_json:
        found = "json"
    else:
        found = f"struct_pack({', '.join(f'{sql.name(key)} := {sql.name(key)}' for key in _answer(record))})"
    outer = f", NULL AS {OUTER}" if record.outer else ""
    return f"SELECT walk, page, {contexts}::JSON AS context{outer}, {found} AS record FROM ({_numbered(read)})"


def _nested(member: str, pages: Sequence[StoredPage], record: Record, contexts: str, form: str) -> str:
    """Return the SQL of the items of a list inside each record of a list."""
    listed, _, inside = member.partition(INSIDE)
    one = "JSON" if record.as_json else record.around(inside).type
    read = _numbered(_read(pages, {listed: f"{one}[]"}, form))
    around = f"SELECT walk, page, {contexts}::JSON AS context, unnest({sql.name(listed)}) AS {OUTER} FROM ({read})"
    way = inside.split(".")
    found = ".".join((OUTER, *map(sql.name, way)))
    if record.as_json:
        found = f"json_transform_strict({OUTER} -> {sql.pointer(*way)}, '[\"JSON\"]')"
    outer = f", {OUTER}" if record.outer else ""
    return f"SELECT walk, page, context{outer}, unnest({found}) AS record FROM ({around})"


def _numbered(read: str) -> str:
    numbers = (
        "CAST(string_split(parse_filename(\"$file\"), '-')[1] AS INTEGER) AS walk,"
        " CAST(left(string_split(parse_filename(\"$file\"), '-')[2], 6) AS INTEGER) AS page"
    )
    return f"SELECT *, {numbers} FROM {read}"


def _answer(record: Record) -> dict[str, str]:
    if record.as_json:
        return {}
    return {key: node.type for key, node in record.root.members.items()} or {"$": "VARCHAR"}


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
