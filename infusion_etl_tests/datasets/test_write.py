"""Dataset files as they are written."""

from datetime import date
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.datasets.write import to_yaml
from infusion_etl.datasets.yaml_text import read

VALUES: dict[str, Any] = {
    "schedule": {"every": "day", "at": "06:00", "timezone": "America/Denver"},
    "key": ["Id"],
    "report": "data_query",
    "account": "acme",
    "parameters": {
        "table": "Contact",
        "fields": ("Id", "FirstName"),
        "query": "'City':'Ogden','LastUpdated':'~>=~LastSuccessfulRun'",
        "dates": {"from": date(2026, 1, 1), "to": "today"},
    },
    "update": "merge",
    "description": "Everyone in Ogden",
    "tags": [],
    "retry": None,
}
WRITTEN = """\
description: Everyone in Ogden
account: acme
report: data_query
parameters:
  table: Contact
  fields: [Id, FirstName]
  query: "'City':'Ogden','LastUpdated':'~>=~LastSuccessfulRun'"
  dates: {from: '2026-01-01', to: today}
update: merge
key: [Id]
schedule: {every: day, at: '06:00', timezone: America/Denver}
"""


def test_a_file_is_written_as_a_person_would() -> None:
    """The usual order, a line a parameter, quotes only where they are needed, nothing that says nothing."""
    assert to_yaml(VALUES) == WRITTEN


def test_numbers_of_yaml_1_2_are_quoted_too() -> None:
    """YAML 1.1 takes `1e3` for a text and 1.2 for a thousand."""
    assert to_yaml({"tags": ["1e3", "0o17", "e3"]}) == 'tags: ["1e3", "0o17", e3]\n'


words = st.text(min_size=1, max_size=8)
leaves = st.one_of(words, st.integers(-(10**15), 10**15), st.booleans())
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(words, inner, min_size=1, max_size=3)
    ),
    max_leaves=4,
)
tricky = st.sampled_from(["on", "no", "19:30", "007", "1e3", ".5", "0x1f", "2026-01-01", "null", "~", "=", "<<", "- a"])


@given(st.dictionaries(words, st.one_of(values, tricky, st.lists(tricky, min_size=1)), min_size=1, max_size=3))
def test_what_is_written_is_read_back_the_same(wanted: dict[str, Any]) -> None:
    """Any text and any nesting survive, here and in readers of YAML 1.1."""
    text = to_yaml({"parameters": wanted})
    marked = read(text)
    assert marked.problems == []
    assert marked.value == {"parameters": wanted}
    assert yaml.safe_load(text) == {"parameters": wanted}


@given(st.text(min_size=1), st.lists(words, min_size=1))
def test_descriptions_and_lists_survive_too(description: str, tags: list[str]) -> None:
    """Line ends, quotes, signs and any script."""
    assert read(to_yaml({"description": description, "tags": tags})).value == {
        "description": description,
        "tags": tags,
    }
