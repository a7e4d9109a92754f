"""Mistakes of YAML, told to who wrote them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.datasets.yaml_text import read

HEAD = "account: acme\nreport: data_query\n"
NO_LINE = "is no line of the form `key: value`, with a blank after the colon"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (f"{HEAD} parameters:\n  table: Contact", 3, "indented too deep: line 2 has its value already"),
        ("schedule:\n  every: day\n   at: '06:00'", 3, "indented too deep: line 2 has its value already"),
        (
            f"{HEAD}parameters:\n  table: Contact\n fields: [Id]",
            5,
            "begins in column 2; the blocks above begin in colu",
        ),
        ("a: b\n  # why\n   c: d", 3, "begins in column 4; the blocks above begin in column 1"),
        ("key:\n  - a\n  b: c", 3, "a key among the items of a list"),
        ("key: - a", 1, "each item of a list begins a line of its own"),
        ("account acme\nreport: contacts", 1, f"'account acme' {NO_LINE}"),
        ("account:acme\nreport: contacts", 1, f"'account:acme' {NO_LINE}"),
        ("account: acme\nreport", 2, f"'report' {NO_LINE}"),
        ("a: b\ndescription: Everyone: in Ogden", 2, "a value that holds a colon and a blank must stand in quotes"),
        ("parameters:\n  query: 'City':'Ogden'", 2, "text stands after the closing quote: put double quotes around"),
        ("fields: [Id, Name\nupdate: merge", 1, "a [ that begins here is not closed"),
        ("schedule: {every: day", 1, "a { that begins here is not closed"),
        ("a: b\nquery: 'x\nupdate: merge", 2, "a quote that begins here is not closed"),
        ("key: [id]]", 1, "a ] that closes nothing"),
        ("description: @home", 1, "a value that begins with @ must stand in quotes"),
        ("description: *all", 1, "a value that begins with * must stand in quotes"),
        ("description: &", 1, "a value that begins with & must stand in quotes"),
        ("description: | x", 1, "a value that begins with | or > must stand in quotes"),
        (r'description: "a\qb"', 1, "use single quotes"),
        ("account: acme\n\tupdate: merge", 2, "a tab; YAML is indented with blanks only"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_do(text: str, line: int, said: str) -> None:
    """What people mistype is told in words of the file, on the line where it is to be mended."""
    (problem,) = read(text).problems
    assert problem.place == str(line)
    assert said in problem.message
    for word in ("mapping values", "block end", "scalar", "flow"):
        assert word not in problem.message


@given(st.text(alphabet="ab:-[]{}'\"#|>&*!%@`\t\n ?,", max_size=40))
def test_no_text_is_too_strange_to_be_told(text: str) -> None:
    """Whatever stands in a file: it is read, or its mistakes are told with lines that it has."""
    for problem in read(text).problems:
        assert 1 <= int(problem.place) <= max(1, text.count("\n") + 1), problem
        assert problem.message
