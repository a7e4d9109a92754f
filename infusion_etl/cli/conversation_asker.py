"""Who asks the person: what the conversation needs of a terminal, and asking again after a wrong answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from infusion_etl.errors import InfusionError, Problem
from infusion_etl.reports.menus import Item


class Asker(Protocol):
    """Asks the person; KeyboardInterrupt or EOFError when the person leaves."""

    def pick(self, question: str, items: Sequence[Item], default: str | None = None) -> str:
        """Return the value of one of a few items."""
        ...

    def write(self, question: str, *, default: str = "", items: Sequence[Item] = (), several: bool = False) -> str:
        """Return a line without blanks at its ends; `items` are offered meanwhile, after each comma if `several`."""
        ...

    def agree(self, question: str, *, default: bool = True) -> bool:
        """Return the answer to a question of yes or no."""
        ...

    def tell(self, text: str) -> None:
        """Show a text between questions."""
        ...


class Stopped(InfusionError):
    """The person does not want the file after all; nothing is written."""

    def __init__(self) -> None:
        super().__init__("stopped; nothing is written")


def until_right(person: Asker, ask: Callable[[str], str], wrong: Callable[[str], Iterable[Problem]], first: str) -> str:
    """Return the first answer that nothing is wrong with; each question starts from the answer before, or `first`."""
    answer = ask(first)
    while problems := list(wrong(answer)):
        tell_problems(person, problems)
        answer = ask(answer)
    return answer


def tell_problems(person: Asker, problems: Iterable[Problem]) -> None:
    """Say what is wrong, without places: the person stands in the middle of them."""
    for problem in problems:
        person.tell(f"  {Problem('', problem.message, problem.nearest)}")
