"""`docs/reports.md`: every report of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from infusion_etl.documentation.markdown import code, codes, place, table
from infusion_etl.keap.walks import Api
from infusion_etl.reports.columns import Column
from infusion_etl.reports.costs import all_of_them, calls_of_any, examples
from infusion_etl.reports.report import Child, Increment, Parameter, Reading, Report

API_NAMES = {Api.REST: "REST", Api.XMLRPC: "XML-RPC"}
_INTRODUCTION = """\
# Reports

Written by `./run docs` from the catalogue in `infusion_etl/reports/catalogue/`: change it there.

A dataset file names a report by its name or by its title, which is the one of Domo's menu where Domo has it. *REST* and
*XML-RPC* say where each API has a column's value; a dash means that it does not have it, and the column is empty then.
Calls are counted without retries, and without what a look at the account costs: its custom fields, the columns of a
saved search, and the list in which a name given instead of an id is found; nor the call by which XML-RPC's lists are
found to have ended, one for each list.

The reports under REST's own names (from `contacts` on) have amounts of money as decimals in the main unit, with the
currency in a column beside them, though REST gives most in the smallest unit; inside columns that are lists, amounts
stay as REST gives them, and where such a list lands as a table of its own they are decimals there. With `update: merge`
they read only what is new, each in the way it says; the watermark is the start of the last good refresh, and what
stands at its edge is read again.

"""


def reports_page(catalogue: Mapping[str, Report]) -> str:
    """Return the page."""
    rows = ((f"[{r.name}](#{r.name})", r.title, *(_mark(r, api) for api in API_NAMES)) for r in catalogue.values())
    overview = table(("report", "title", *API_NAMES.values()), rows)
    return _INTRODUCTION + overview + "".join(_section(report) for report in catalogue.values()).rstrip("\n") + "\n"


def _mark(report: Report, api: Api) -> str:
    return "yes" if api in report.plans else "no"


def _section(report: Report) -> str:
    facts = "".join(f"- {fact}\n" for fact in _facts(report))
    head = f"## {report.name}\n\n**{report.title}.** {report.description}\n\n"
    return f"{head}{facts}\n{_parameters(report)}{_columns(report)}"


def _facts(report: Report) -> Iterator[str]:
    yield f"key: {_key(report)}"
    yield f"watermark: {code(report.cursor or '') or 'none'}"
    if report.increment:
        yield f"reads what is new: {in_words(report.increment)}"
        yield f"deleted records are found: {deletes_in_words(report)}"
    for api, name in API_NAMES.items():
        if api not in report.plans:
            yield f"{name}: no. {report.unserved.get(api, '')}".strip()
            continue
        for asked, words in calls_of_any(report, api).items():
            yield f"{name}{f', {code(asked)}' if asked else ''}: {words}{_looked(report)}"


def in_words(increment: Increment) -> str:
    """Return which way a report reads only what is new, and why."""
    ways = {
        Reading.FILTER: "by the filter {}",
        Reading.ORDER: "ordered by {}, down to the watermark",
        Reading.ID: "after the highest {} that landed",
        Reading.FULL: "the whole list, every time",
    }
    return f"{ways[increment.reading].format(code(increment.by))}: {increment.why}"


def deletes_in_words(report: Report) -> str:
    """Return how a report that reads only what is new learns which records are gone."""
    if report.increment and report.increment.reading is Reading.FULL:
        return "by every refresh, which reads the whole list"
    if not report.key:
        return "by update: replace alone"
    return f"by reading {'all ids' if report.sweep else 'the whole list'}, as often as `deletes` says"


def _key(report: Report) -> str:
    if report.parameter("table"):
        return "that of the table"
    own, of_all = codes(report.key), codes(report.key_for({**examples(report), **all_of_them(report)}))
    return (own if own == of_all else f"{own}; of several {of_all}") or "none"


def _looked(report: Report) -> str:
    return ", after a look at the account" if report.look else ""


def _parameters(report: Report) -> str:
    if not report.parameters:
        return "It has no parameters.\n\n"
    return table(("parameter", "title", "takes", "required", "meaning"), map(_parameter, report.parameters))


def _parameter(parameter: Parameter) -> Sequence[str]:
    required = "yes" if parameter.required else ""
    return (code(parameter.name), parameter.title, parameter.kind.value, required, parameter.description)


def _columns(report: Report) -> str:
    if report.parameter("table"):
        return "Its columns are the fields of the table: see [tables.md](tables.md).\n\n"
    columns = [column for column in report.columns(examples(report)) if not column.hidden]
    if not columns:
        return "Its columns are those of the saved search, which only the account knows.\n\n"
    heads = ("column", "type", *API_NAMES.values(), "meaning")
    return table(heads, map(_column, columns)) + "".join(map(_child, report.children))


def _child(child: Child) -> str:
    head = f"Beside it lands the table `DATASET_{child.name}`: {child.description}. Its key: {codes(child.key)}.\n\n"
    return head + table(
        ("column", "type", "REST", "meaning"), ((*_column(c)[:3], c.description) for c in child.columns)
    )


def _column(column: Column) -> Sequence[str]:
    return (code(column.name), column.type.word, place(column.rest), place(column.xmlrpc), column.description)
