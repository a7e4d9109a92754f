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


def stale(folder: Path) -> list[str]:
    """Return the names of the pages in `folder` that are not what they would be now, or are not there."""
    return [name for name, page in PAGES.items() if _text(folder / name) != page()]


def write(folder: Path) -> list[str]:
    """Write the pages that are stale and return their names."""
    found = stale(folder)
    for name in found:
        (folder / name).write_text(PAGES[name](), encoding="utf-8")
    return found


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None
