"""A refresh as it happens, in the run's log: steps, how far it has read, and every wait when it begins."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from infusion_etl.keap.progress import Wait, counted

PAGES_A_LINE = 50
"""Pages between two lines of the log: a line a page would fill Dagster's storage with nothing new."""


@dataclass
class DagsterProgress:
    """Tells a Dagster logger (`context.log`); counts pages and rows on the way."""

    log: logging.Logger
    pages: int = 0
    rows: int = 0

    def step(self, text: str) -> None:
        """Write that a part of the way begins."""
        self.log.info("%s%s", text, f" ({self._so_far()})" if self.pages else "")

    def page(self, rows: int, size: int) -> None:  # noqa: ARG002 - bytes are not shown here
        """Count a page, and write how far it is every now and then."""
        self.pages += 1
        self.rows += rows
        if self.pages % PAGES_A_LINE == 0:
            self.log.info("reading: %s", self._so_far())

    def wait(self, wait: Wait) -> None:
        """Write that a wait begins, why, and until when."""
        self.log.warning(str(wait))

    def _so_far(self) -> str:
        return f"{counted(self.pages, 'page')}, {counted(self.rows, 'row')}"
