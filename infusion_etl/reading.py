"""A plan's walks into the batch: every page is kept as it came, and none is read twice.

The walks of a stage are read several at a time, and long lists in windows, as far as the quota's second allows. One
thread writes the batch: what it holds of a walk is always pages and the cursor to go on after them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from infusion_etl.keap.connection import Connection
from infusion_etl.keap.course import Course
from infusion_etl.keap.courses import course
from infusion_etl.keap.progress import Progress
from infusion_etl.keap.together import Begin, arrivals
from infusion_etl.keap.walks import Page, RestWalk, Walk
from infusion_etl.remarks import STRAIGHT
from infusion_etl.reports.columns import Column, Path
from infusion_etl.reports.report import Ask, Plan, Stage
from infusion_etl.warehouse.batches import Batch
from infusion_etl.warehouse.decode import distinct_ids

Quantiles = Callable[[Column, int, int], Sequence[str]]
"""Values of a landed column that part its rows into windows of like size: at most so many, of at least so many rows."""


def read(
    keap: Connection,
    plan: Plan,
    ask: Ask,
    batch: Batch,
    progress: Progress,
    *,
    quantiles: Quantiles = lambda _, __, ___: (),
) -> None:
    """Make the plan's calls and keep every page; what an earlier attempt has is not read again.

    `quantiles` tells of the dataset's table by what values a list can be parted. Raises what reading raises
    (`Connection.pages`), and StorageError.
    """
    reader = _Reader(keap, ask, batch, progress, quantiles)
    first = 0
    for stage in plan.stages:
        walks = _walks(reader, stage)
        reader.read(first, walks, together=plan.files is None)
        first += len(walks)


def _walks(reader: _Reader, stage: Stage) -> list[Walk]:
    if stage.after is None or stage.id_source is None:
        return stage.walks(reader.ask, ())
    return stage.walks(reader.ask, distinct_ids(reader.batch, stage.after, stage.id_source, reader.keap.api))


class _Reader:
    """Reads the walks of one plan."""

    def __init__(self, keap: Connection, ask: Ask, batch: Batch, progress: Progress, quantiles: Quantiles) -> None:
        self.keap = keap
        self.ask = ask
        self.batch = batch
        self._progress = progress
        self._quantiles = quantiles
        self._courses: dict[int, Course] = {}

    def read(self, first: int, walks: Sequence[Walk], *, together: bool) -> None:
        """Read the walks of a stage, of which the first one has the index `first` in the batch.

        Files are read one after the other: several large ones would be too much for the memory.
        """
        left = [(index, walk) for index, walk in enumerate(walks, first) if not self.batch.finished(index)]
        if together and (len(left) > 1 or any(isinstance(walk, RestWalk) and walk.cut for _, walk in left)):
            self._read_together(left)
        else:
            self._read_alone(left)

    def _read_together(self, left: Sequence[tuple[int, Walk]]) -> None:
        with self.keap.crew(self.keap.at_once()) as crew:
            for arrival in arrivals(crew, self._begun(left)):
                if arrival.page is not None:
                    self._keep(arrival.index, arrival.page)
                if arrival.ended:
                    self._end(arrival.index)

    def _end(self, index: int) -> None:
        if self._courses.pop(index).given_up:
            self.batch.put(STRAIGHT, True)
        self.batch.finish_walk(index)

    def _read_alone(self, left: Sequence[tuple[int, Walk]]) -> None:
        for index, walk in left:
            self.batch.start_walk(index, walk)
            for page in self.keap.pages(walk, self.batch.cursor(index)):
                self._keep(index, page)
            self.batch.finish_walk(index)

    def _begun(self, left: Sequence[tuple[int, Walk]]) -> Iterator[Begin]:
        for index, walk in left:
            yield index, lambda index=index, walk=walk: self._begin(index, walk)  # type: ignore[misc]

    def _begin(self, index: int, walk: Walk) -> Course:
        self.batch.start_walk(index, walk)
        self._courses[index] = course(self.keap.reader, walk, self.batch.cursor(index), self._bounds)
        return self._courses[index]

    def _bounds(self, walk: Walk, least: int) -> Sequence[str]:
        """Ask the table where to part a list that is read whole; of a part of it the table tells nothing."""
        whole = self.ask.since is None and self.ask.after is None
        member = walk.cut.member if isinstance(walk, RestWalk) and walk.cut and whole else ()
        column = next((one for one in self.ask.columns if one.rest == Path(*member) and one.step == walk.step), None)
        return self._quantiles(column, self.keap.at_once() - 1, least) if column and member else ()

    def _keep(self, index: int, page: Page) -> None:
        self._remember_ahead()
        self.batch.add(index, page)
        self._progress.page(page.rows, page.size)

    def _remember_ahead(self) -> None:
        """Keep how far our clock is ahead of Keap's: an attempt that has all pages already asks nothing to tell it."""
        seconds = self.keap.ahead.total_seconds()
        if seconds > self.batch.get("ahead", 0.0):
            self.batch.put("ahead", seconds)
