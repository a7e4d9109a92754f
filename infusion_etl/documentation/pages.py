"""The pages, by the name of their file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from infusion_etl.documentation.reports_page import reports_page
from infusion_etl.documentation.tables_page import tables_page
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.tables import TABLES

PAGES: Mapping[str, Callable[[], str]] = {
    "reports.md": lambda: reports_page(CATALOGUE),
    "tables.md": lambda: tables_page(TABLES, CATALOGUE["data_query"]),
}
"""What makes each page."""


def write(folder: Path, pages: Mapping[str, Callable[[], str]] = PAGES) -> list[str]:
    """Write the pages in `folder` that are missing or not what they would be now; return their names."""
    made = {name: page() for name, page in pages.items()}
    stale = [name for name, text in made.items() if _text(folder / name) != text]
    for name in stale:
        (folder / name).write_text(made[name], encoding="utf-8")
    return stale


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None
