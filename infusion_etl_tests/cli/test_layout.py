"""Tables on terminals of 80 and 100 columns: names stay whole, a row is a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.cli.layout import Grid, fits, fitted, in_one_line
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl_tests.cli.commands import make_project
from infusion_etl_tests.cli.terminal import at_terminal

LONG = "affiliate_program_resources_of_the_year"
FILE = f"""
account: old
report: affiliate_running_totals
parameters: {{affiliates: all}}
schedule: {{every: day, at: "06:00"}}
description: {"words " * 20}
"""

WORDS = st.text(alphabet="ab ", min_size=1, max_size=12).filter(str.strip)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Draw a small table; its heads are different from each other."""
    count = draw(st.integers(1, 5))
    line = st.tuples(*[WORDS] * count)
    heads = tuple(f"{at}{' '.join(head.split())}" for at, head in enumerate(draw(line)))
    return Grid(heads, tuple(draw(st.lists(line, max_size=3))))


@given(grids(), st.integers(1, 60))
def test_columns_go_only_where_they_must(grid: Grid, width: int) -> None:
    """What fits is shown whole; else spare columns go in their order, never another, and none too many."""
    spare = grid.heads[1:]
    shown = fitted(grid, width, (), spare)
    kept = [in_one_line(head) for head in shown.heads]
    gone = len(grid.heads) - len(kept)
    assert kept == [head for head in grid.heads if head not in spare[:gone]]
    if fits(grid, width, ()):
        assert shown == grid
    if gone and gone < len(spare):
        assert fits(shown, width, ())


@pytest.mark.parametrize(
    ("words", "columns"),
    [(("status",), 80), (("status",), 100), (("dataset", "list"), 80), (("migrate",), 80), (("plan",), 80)],
)
def test_names_stay_whole_on_a_usual_terminal(
    tmp_path_factory: pytest.TempPathFactory, words: tuple[str, ...], columns: int
) -> None:
    """A long name is on one line, to be read and copied; no line is longer than the terminal."""
    project = make_project(tmp_path_factory.mktemp("p"), {LONG: FILE})
    with at_terminal(project, *words, columns=columns) as person:
        assert person.leaves() == 0, person.screen
    lines = person.screen.splitlines()
    assert any(LONG in line for line in lines), person.screen
    assert max(map(len, lines)) <= columns


def test_the_longest_names_of_the_catalogue_stay_whole(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`reports` on 80 columns has a line for each report, where only titles go on in a second."""
    with at_terminal(make_project(tmp_path_factory.mktemp("p")), "reports", columns=80) as person:
        assert person.leaves() == 0, person.screen
    firsts = {line.split(" ")[0] for line in person.screen.splitlines()}
    assert set(CATALOGUE) <= firsts
