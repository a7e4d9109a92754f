"""Views of the published file: `views/<account>/<name>.sql` of a project, one SELECT each, in the account's schema.

They are made in each new copy before it takes the published file's place, so they are as whole as its tables. A view
that cannot be made (its tables have not landed yet, its SQL is wrong) stands in `_infusion.views` with the reason; it
stops nothing. The landing file has no views: nothing there can stand in a refresh's way.

A view names the tables of its account without the account: then it works also where the file is attached under the
account's own name, which DuckDB would call ambiguous.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, sql

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TABLE = sql.table("_infusion", "views")
_ALONE: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false", "threads": "1"}
"""A view reads tables of the file it is in: one that reads files or addresses would not go where the file goes."""


@dataclass(frozen=True)
class View:
    """One view file: the account and name it is for, its SQL, and why it is no view as it stands ("": it may be)."""

    account: str
    name: str
    text: str
    wrong: str = ""

    @property
    def full_name(self) -> str:
        """`account.name`, as SQL calls it."""
        return f"{self.account}.{self.name}"


def view_files(project: Project) -> list[View]:
    """Return the view files of a project, by account and name."""
    if not project.views.is_dir():
        return []
    return [_read(file) for file in sorted(project.views.glob("*/*.sql")) if not file.name.startswith(".")]


def make_views(copy: Path, views: Sequence[View]) -> dict[str, str]:
    """Make views in a DuckDB file, and write in it what became of each; return why others are not there, by name.

    What a file's first lines say in comments becomes the view's comment. Views may use each
    other. Raises StorageError when the file itself cannot be written.
    """
    if not views:
        return {}
    with attach.told(str(copy)), duckdb.connect(str(copy), config=_ALONE) as connection:
        refused = _make(connection, views)
        _write(connection, views, refused)
        connection.execute("CHECKPOINT")
    return refused


def unmade_views(project: Project) -> dict[str, str]:
    """Return the views that the published file does not have, with the reason; raises StorageError."""
    if not project.published.is_file():
        return {}
    asked = "SELECT 1 FROM duckdb_tables() WHERE schema_name = '_infusion' AND table_name = 'views'"
    with attach.published(project.published) as connection:
        if connection.execute(asked).fetchone() is None:
            return {}
        found = connection.execute(f"SELECT account || '.' || name, reason FROM {_TABLE} WHERE NOT made ORDER BY 1")
        return dict(found.fetchall())


def _read(file: Path) -> View:
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return View(file.parent.name, file.stem, "", "the file cannot be read as UTF-8 text")
    wrong = "" if _NAME.fullmatch(file.stem) else "the file's name cannot name a view: small letters, digits and _"
    return View(file.parent.name, file.stem, text, wrong or _not_one_select(text))


def _not_one_select(text: str) -> str:
    """Return what is wrong with a text that is not one SELECT."""
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        return _first_line(error)
    selects = [each for each in statements if each.type == duckdb.StatementType.SELECT]
    return "" if len(statements) == len(selects) == 1 else "the file must be one SELECT"


def _make(connection: duckdb.DuckDBPyConnection, views: Sequence[View]) -> dict[str, str]:
    """Make what can be made, again and again while that helps: a view may need another one."""
    refused = {view.full_name: view.wrong for view in views if view.wrong}
    left = [view for view in views if not view.wrong]
    while left:
        reasons = {view.full_name: _made(connection, view) for view in left}
        again = [view for view in left if reasons[view.full_name]]
        if len(again) == len(left):
            return {**refused, **reasons}
        left = again
    return refused


def _made(connection: duckdb.DuckDBPyConnection, view: View) -> str:
    """Make one view; return "" or why not."""
    body, name = duckdb.extract_statements(view.text)[0].query.strip().rstrip(";"), sql.table(view.account, view.name)
    try:
        connection.execute(f"SET schema = {sql.text(view.account)}")
        connection.execute(f"CREATE VIEW {name} AS {body}")
        connection.execute(f"COMMENT ON VIEW {name} IS {sql.text(_head(view.text))}")
    except duckdb.Error as error:
        return _first_line(error)
    return ""


def _head(text: str) -> str:
    """Return the comment that a file begins with: DuckDB keeps none of those inside a view."""
    lines = itertools.takewhile(lambda line: line.startswith("--"), text.strip().splitlines())
    return "\n".join(line.removeprefix("--").strip() for line in lines)


def _write(connection: duckdb.DuckDBPyConnection, views: Sequence[View], refused: dict[str, str]) -> None:
    connection.execute('CREATE SCHEMA IF NOT EXISTS "_infusion"')
    connection.execute(f"CREATE TABLE {_TABLE} (account VARCHAR, name VARCHAR, made BOOLEAN, reason VARCHAR)")
    rows = [[view.account, view.name, not refused.get(view.full_name), refused.get(view.full_name)] for view in views]
    connection.executemany(f"INSERT INTO {_TABLE} VALUES (?, ?, ?, ?)", rows)


def _first_line(error: duckdb.Error) -> str:
    """Binding reads no rows, so that DuckDB's words are about the SQL."""
    return str(error).splitlines()[0][:200]
