"""Questions on a terminal, through questionary: a choice among few, or a line with completion among many."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from shutil import get_terminal_size

import questionary
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from infusion_etl.cli.console import answer, visible
from infusion_etl.reports.menus import Item

MOST_SHOWN = 200  # items under a line; who wants others types more of their names
_SIGN = "? "  # before each question


class Terminal:
    """Asks the person at the terminal; Ctrl-C raises KeyboardInterrupt, Ctrl-D on an empty line EOFError."""

    def pick(self, question: str, items: Sequence[Item], default: str | None = None) -> str:
        """Return the value of one of a few items, chosen with the arrow keys."""
        choices = [questionary.Choice(_title(item), item.value) for item in items]
        chosen: str = questionary.select(_in_lines(question), choices, default=default).unsafe_ask()
        return chosen

    def write(self, question: str, *, default: str = "", items: Sequence[Item] = (), several: bool = False) -> str:
        """Return a line as it was written; while one types, the items that fit are offered, after each comma anew."""
        offers = Offers(items, several=several)
        asked = questionary.text(_in_lines(question), default, completer=offers, complete_while_typing=True)
        if items and not default:
            asked.application.pre_run_callables.append(asked.application.current_buffer.start_completion)
        line: str = asked.unsafe_ask()
        return line.strip()

    def agree(self, question: str, *, default: bool = True) -> bool:
        """Return the answer to a question of yes or no."""
        yes: bool = questionary.confirm(question, default=default).unsafe_ask()
        return yes

    def tell(self, text: str) -> None:
        """Show a text between questions."""
        answer(visible(text))


class Offers(Completer):
    """Offers the items that hold what was typed, in value, name or meaning; `*` stands for any text."""

    def __init__(self, items: Iterable[Item], *, several: bool) -> None:
        self._items = [(item, f"{item.value} {item.name} {item.meaning}") for item in items]
        self._several = several

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        """Yield what can stand where the cursor is."""
        typed = document.text_before_cursor
        piece = (typed.rpartition(",")[2] if self._several else typed).lstrip()
        for item in islice(self._fitting(piece), MOST_SHOWN):
            meta = ", ".join(part for part in (item.name, item.meaning) if part)
            yield Completion(item.value, start_position=-len(piece), display_meta=meta)

    def _fitting(self, piece: str) -> Iterator[Item]:
        pattern = re.compile(".*".join(re.escape(part) for part in piece.split("*")), re.IGNORECASE)
        return (item for item, text in self._items if pattern.search(text))


def _in_lines(question: str) -> str:
    """Break a question between words: the library cuts what is wider than the terminal, where a sign goes before."""
    width = get_terminal_size().columns - len(_SIGN)
    first, *rest = question.split("\n")
    broken = textwrap.wrap(first, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join([f"\n{' ' * len(_SIGN)}".join(broken), *rest])


def _title(item: Item) -> str:
    return f"{item.name or item.value}  ({item.meaning})" if item.meaning else item.name or item.value
