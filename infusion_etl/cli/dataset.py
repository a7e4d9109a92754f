"""`dataset`: the files of datasets/."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infusion_etl.cli.console import answer, answer_json, prose, say, table
from infusion_etl.settings import find_project

if TYPE_CHECKING:
    from infusion_etl.cli.conversation_asker import Asker
    from infusion_etl.datasets.dataset import Dataset

INTERRUPTED = 130

app = typer.Typer(help="What is refreshed: one YAML file a dataset.", no_args_is_help=True, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")]
Name = Annotated[str, typer.Argument(metavar="DATASET", help="name or account/name.")]


@app.command("list")
def list_datasets(as_json: AsJson = False) -> None:
    """List the datasets; files with mistakes are named on stderr."""
    from infusion_etl.workspace import load_project

    workspace = load_project(find_project())
    for problem in workspace.problems:
        say(str(problem))
    if as_json:
        answer_json([described(dataset) for dataset in workspace.datasets])
        return
    if not workspace.datasets and not workspace.problems:
        say("No dataset yet. Add one with `infusion-etl dataset add`")
        return
    rows = (
        (d.full_name, d.report.name, d.update, d.schedule.words if d.schedule else "by hand", d.description)
        for d in workspace.datasets
    )
    heads = ("dataset", "report", "update", "schedule", "description")
    table(heads, rows, wraps=("description",), spare=("description", "report", "schedule"))


@app.command()
def check(
    datasets: Annotated[list[str] | None, typer.Argument(metavar="DATASET", help="Every one when left out.")] = None,
) -> None:
    """Check dataset files; nothing is sent. Every mistake is named at once, with file and line."""
    from infusion_etl.clock import SystemClock
    from infusion_etl.keap.progress import counted
    from infusion_etl.mirror.budget import estimates, refuse_beyond_quota
    from infusion_etl.workspace import load_project

    workspace = load_project(find_project())
    count = len(workspace.select(tuple(datasets or ())))
    scheduled = [dataset for dataset in workspace.datasets if dataset.schedule]
    refuse_beyond_quota(workspace, estimates(workspace, scheduled), SystemClock().now())
    answer(f"{counted(count, 'dataset')}, no mistakes")


@app.command()
def show(dataset: Name, as_json: AsJson = False) -> None:
    """Show one dataset: what is understood, its calls and columns. Nothing is sent."""
    from infusion_etl.cli.costs import api_of, cost_in_words, query_notes
    from infusion_etl.cli.dataset_words import facts
    from infusion_etl.cli.reports import COLUMN_HEADS, column_row, landing_columns
    from infusion_etl.cli.selection import chosen_dataset

    project = find_project()
    chosen = chosen_dataset(project, dataset)
    api = api_of(project, chosen)
    calls, remarks = cost_in_words(chosen, api), query_notes(chosen, api)
    columns = landing_columns(chosen.report, chosen.parameters)
    if as_json:
        found = [{"name": c.name, "type": c.type.sql} for c in columns]
        answer_json({**described(chosen), "calls": calls, "notes": remarks, "columns": found})
        return
    for name, words in (*facts(chosen, calls), *(("note", remark) for remark in remarks)):
        prose(f"{name:<12} {words}", " " * 13)
    answer("")
    table(COLUMN_HEADS, map(column_row, columns), wraps=COLUMN_HEADS[2:])
    if chosen.report.look and not chosen.parameters.get("fields"):
        prose("and those that only the account knows: custom fields, or the columns of a saved search")


@app.command()
def preview(
    dataset: Name,
    rows: Annotated[int, typer.Option(help="How many rows to show.", min=1, max=100)] = 10,
    as_json: AsJson = False,
) -> None:
    """Ask the account for a first page of a dataset and show it. Nothing lands."""
    from infusion_etl.cli.previewing import first_rows
    from infusion_etl.cli.row_table import print_rows
    from infusion_etl.cli.selection import chosen_dataset
    from infusion_etl.datasets.located import locate
    from infusion_etl.errors import InfusionError

    project = find_project()
    chosen = chosen_dataset(project, dataset)
    try:
        found = first_rows(project, chosen, rows)
    except InfusionError as error:
        locate(error, chosen)
        raise
    if as_json:
        answer_json(found.rows)
    else:
        print_rows(found)


@app.command()
def add(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The table's name too: small letters, digits and _.")
    ] = None,
    *,
    account: Annotated[str | None, typer.Option(help="As in `account list`.")] = None,
    report: Annotated[str | None, typer.Option(help="As in `reports`.")] = None,
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter, its value as in YAML; repeatable.")
    ] = None,
    table_name: Annotated[str | None, typer.Option("--table", help="The parameter table.")] = None,
    fields: Annotated[str | None, typer.Option(help="The parameter fields: names joined by commas.")] = None,
    query: Annotated[str | None, typer.Option(help="The parameter query.")] = None,
    preview: Annotated[
        bool | None,
        typer.Option(
            "--preview/--no-preview", help="Show ten rows before the file is written, or ask nothing of the account."
        ),
    ] = None,
    update: Annotated[str | None, typer.Option(help="replace, append, merge or partition.")] = None,
    key: Annotated[str | None, typer.Option(help="Columns joined by commas.")] = None,
    deletes: Annotated[
        str | None, typer.Option(help="ignore, mark, remove, or {do: remove, every: 7 days, at_most: 20%}.")
    ] = None,
    every: Annotated[
        str | None, typer.Option(help="hour, day, weekday, week, month, 2 hours, 15 minutes, manually.")
    ] = None,
    at: Annotated[list[str] | None, typer.Option(metavar="TIME", help="The time of the day; repeatable.")] = None,
    on: Annotated[list[str] | None, typer.Option(metavar="DAY", help="Days of the week or month; repeatable.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Of the schedule; else the account's.")] = None,
    description: Annotated[str | None, typer.Option(help="For people.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write the file without a last question.")] = False,
) -> None:
    """Write a dataset file, checked before it is written. On a terminal, what no option says is asked."""
    from infusion_etl.cli.adding import Given, add_dataset

    given = Given(
        name=name,
        parameters=[*(param or []), *([f"table={table_name}"] if table_name else [])],
        fields=fields,
        query=query,
        schedule={"every": every, "at": at, "on": on, "timezone": timezone},
        rest={"account": account, "report": report, "update": update, "description": description},
        key=key,
        deletes=deletes,
        preview=preview,
        yes=yes,
    )
    try:
        file = add_dataset(find_project(), given, person())
    except (KeyboardInterrupt, EOFError):
        say("\ninterrupted; nothing is written")
        raise typer.Exit(INTERRUPTED) from None
    prose(f"{file} is written; `infusion-etl refresh {file.stem}` brings its rows")
    prose("where `infusion-etl up` runs, Reload definitions on its screen takes it up")


def person() -> Callable[[], Asker] | None:
    """Return what opens a conversation; None where no terminal is there for it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    from infusion_etl.cli.conversation_terminal import Terminal

    return Terminal


@app.command()
def remove(
    dataset: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a dataset's file, also one with mistakes. Its table and its history stay in the database."""
    from infusion_etl.cli.selection import chosen_file

    file, name = chosen_file(find_project(), dataset)
    if not yes:
        typer.confirm(f"Delete {file}?", abort=True, err=True)
    file.unlink()
    prose(f"{file} is deleted; the table {name.replace('/', '.')} stays as it is")


def described(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as `dataset list --json` shows it."""
    schedule, retry, deletes = dataset.schedule, dataset.retry, dataset.deletes
    return {
        "name": dataset.name,
        "account": dataset.account,
        "report": dataset.report.name,
        "parameters": {name: plain(value) for name, value in dataset.parameters.items()},
        "update": dataset.update,
        "key": list(dataset.key),
        "deletes": {"do": deletes.do, "every_seconds": deletes.every.total_seconds(), "at_most": deletes.at_most}
        if deletes.do != "ignore"
        else None,
        "schedule": {"crons": schedule.crons, "timezone": schedule.timezone, "words": schedule.words}
        if schedule
        else None,
        "checks": dataset.checks,
        "fresh_for_seconds": dataset.fresh_for.total_seconds() if dataset.fresh_for else None,
        "retry": {"every_seconds": retry.every.total_seconds(), "times": retry.times} if retry else None,
        "tags": list(dataset.tags),
        "owners": list(dataset.owners),
        "description": dataset.description,
        "file": str(dataset.file),
    }


def plain(value: Any) -> Any:
    """Return a checked parameter's value as JSON can hold it: texts, numbers, lists; the others in words."""
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return getattr(value, "text", None) or str(value)  # a query as it was written; a dates block in its words


def shown(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(each)}" for name, each in value.items() if each is not None)
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(each) for each in value)
    return "" if value is None else " ".join(str(value).splitlines())
