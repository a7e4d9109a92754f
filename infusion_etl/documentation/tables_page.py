"""`docs/tables.md`: every table, every field, and where REST has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from infusion_etl.documentation.markdown import code, codes, place, table
from infusion_etl.documentation.reports_page import API_NAMES
from infusion_etl.keap.walks import Api
from infusion_etl.reports.columns import Column
from infusion_etl.reports.costs import calls_of_any
from infusion_etl.reports.report import Report
from infusion_etl.reports.tables import Table

_INTRODUCTION = """\
# Tables

Written by `./run docs` from the entries in `infusion_etl/reports/tables/`: change it there.

`data_query` and `record_by_id` read these tables under the names of Infusionsoft's table schema, through either API.
*REST* says where a record of REST v2 (v1 where the address says so) has a field's value; a dash means that it does not
have it. A field marked *by name* comes only when a dataset names it: one that names no fields gets the others, and all
custom fields.

"""


def tables_page(tables: Mapping[str, Table], query: Report) -> str:
    """Return the page; `query` is the report that reads any table, whose calls are told for each."""
    overview = table(("table", "holds", "fields", "REST"), map(_line, tables.values()))
    sections = "".join(_section(one, query) for one in tables.values())
    return _INTRODUCTION + overview + sections.rstrip("\n") + "\n"


def _line(one: Table) -> Sequence[str]:
    return (f"[{one.name}](#{one.name.lower()})", one.description, str(len(one.fields)), _addresses(one) or "no")


def _addresses(one: Table) -> str:
    return codes(dict.fromkeys(listing.path for listing in one.rest))


def _section(one: Table, query: Report) -> str:
    facts = "".join(f"- {fact}\n" for fact in _facts(one, query))
    fields = table(("field", "type", "REST", "comes", "meaning"), (_field(one, column) for column in one.fields))
    return f"## {one.name}\n\n{one.description}\n\n{facts}\n{fields}"


def _facts(one: Table, query: Report) -> Iterator[str]:
    yield f"key: {codes(one.key) or 'none'}"
    yield f"watermark: {code(one.cursor or '') or 'none'}"
    yield f"custom fields: {'yes' if one.custom else 'no'}"
    for api, name in API_NAMES.items():
        if api is Api.REST and not one.rest:
            yield f"REST: no. {one.substitute}".strip()
        else:
            yield f"{name}: {calls_of_any(query, api, table=one.name)['']}"


def _field(one: Table, column: Column) -> Sequence[str]:
    comes = "" if column in one.usual else "by name"
    return (code(column.name), column.type.word, place(column.rest), comes, column.description)
