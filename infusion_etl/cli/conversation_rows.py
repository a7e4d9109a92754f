"""The parameters of a draft and a look at the rows they bring, until the person is content with them."""

from __future__ import annotations

from dataclasses import dataclass

from infusion_etl.cli.adding import ROWS, Draft, Verdict, judged
from infusion_etl.cli.conversation_account import Remembering
from infusion_etl.cli.conversation_asker import Asker, Stopped, tell_problems
from infusion_etl.cli.conversation_parameters import ask_parameters
from infusion_etl.cli.previewing import FirstLook, first_look
from infusion_etl.cli.reports import landing_columns
from infusion_etl.cli.row_table import print_rows
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import ConfigMistake, InfusionError
from infusion_etl.reports.menus import Item
from infusion_etl.reports.report import Report
from infusion_etl.workspace import Workspace

_KEEP, _CHANGE, _STOP = "keep", "change", "stop"
_AFTER = (
    Item(_KEEP, "yes, go on"),
    Item(_CHANGE, "no, change the parameters"),
    Item(_STOP, "stop, and write nothing"),
)


@dataclass(frozen=True)
class Rows:
    """Asks for the parameters and shows what they bring. `preview` as `Given` has it."""

    workspace: Workspace
    report: Report
    keap: Remembering
    person: Asker
    preview: bool | None

    def settle(self, draft: Draft) -> tuple[Draft, tuple[str, ...]]:
        """Return the draft with its parameters, and the names of its columns as far as they are known.

        Raises Stopped, and WaitNeeded when the account cannot be asked now.
        """
        draft, dataset = self._sound(draft, anew=False)
        while True:
            look = self._look(dataset)
            answer = self._content(look)
            if answer == _KEEP:
                return draft, look.columns if look else known_columns(dataset)
            if answer == _STOP:
                raise Stopped
            draft, dataset = self._sound(draft, anew=bool(self.report.parameters))

    def _sound(self, draft: Draft, *, anew: bool) -> tuple[Draft, Dataset]:
        """Ask for parameters until they are right together, and return the draft with the dataset it would be."""
        while True:
            given = draft.values.get("parameters") or {}
            draft = draft.having(parameters=ask_parameters(self.report, given, self.keap, self.person, anew=anew))
            verdict = self._judged(draft)
            if verdict.dataset is not None:
                return draft, verdict.dataset
            tell_problems(self.person, (*verdict.wrong, *verdict.absent))
            if not self.report.parameters:
                raise ConfigMistake(verdict.wrong)
            anew = True

    def _judged(self, draft: Draft) -> Verdict:
        """Judge the rows alone: what is asked later has no part in them."""
        rows = {name: draft.values[name] for name in ("account", "report", "parameters")}
        return judged(self.workspace, Draft(_ANY_NAME, rows))

    def _look(self, dataset: Dataset) -> FirstLook | None:
        """Show the first rows; None when there is no look, or none is wanted."""
        if self.preview is False:
            return None
        self.person.tell(f"asking for {ROWS} rows ...")
        try:
            look = first_look(self.workspace.project, dataset, self.keap, self.keap.zone, ROWS)
        except InfusionError as error:
            self.person.tell(f"  the rows cannot be shown: {error}")
            return None
        print_rows(look)
        return look

    def _content(self, look: FirstLook | None) -> str:
        """Ask whether these are the rows; not when nobody wants to look, or they were asked for as they are."""
        if self.preview is False or (self.preview and look is not None):
            return _KEEP
        question = "Are these the rows?" if look is not None else "Go on all the same?"
        items = _AFTER if self.report.parameters else (_AFTER[0], _AFTER[2])
        return self.person.pick(question, items, _KEEP)


_ANY_NAME = "any_name_will_do"


def known_columns(dataset: Dataset) -> tuple[str, ...]:
    """Return the names of the columns that are known without asking the account."""
    return tuple(column.name for column in landing_columns(dataset.report, dataset.parameters))
