"""The views that people want first, as SQL files one can read: `views/*.sql` beside this module.

A file's first lines say what a row is, and by which rules. `-- Needs:` names the reports whose tables it reads, which
the file calls by the reports' names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from infusion_etl.reports.catalogue import CATALOGUE

_NEEDS = re.compile(r"^-- Needs: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Template:
    """A view: its name, its SQL, and the reports whose tables it reads."""

    name: str
    sql: str
    needs: tuple[str, ...]

    def text(self, tables: Mapping[str, str]) -> str:
        """Return the SQL for tables of these names, by report; child tables follow their parents' names."""
        found = self.sql
        for report in self.needs:
            children = {child.table_of(report): child.table_of(tables[report]) for child in CATALOGUE[report].children}
            for old, new in {report: tables[report], **children}.items():
                found = re.sub(rf"\b(FROM|JOIN) {old}\b", rf"\1 {new}", found)
        return found


def templates() -> list[Template]:
    """Return all views, by name."""
    folder = resources.files(__package__) / "views"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [_template(file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in files]


def needed(reports: set[str]) -> set[str]:
    """Return the reports whose tables views need, also empty, when the first that they need is among these."""
    return {each for one in templates() if one.needs[0] in reports for each in one.needs}


def fitting(reports: set[str]) -> tuple[list[Template], dict[str, tuple[str, ...]]]:
    """Return the views that tables of these reports are enough for, and of the others the reports they lack."""
    lacking = {one.name: tuple(each for each in one.needs if each not in reports) for one in templates()}
    return [one for one in templates() if not lacking[one.name]], {name: of for name, of in lacking.items() if of}


def _template(name: str, sql: str) -> Template:
    found = _NEEDS.search(sql)
    return Template(name, sql, tuple(each.strip() for each in found[1].split(",")) if found else ())
