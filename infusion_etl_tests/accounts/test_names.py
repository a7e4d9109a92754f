"""Names of accounts: what DuckDB can carry as an unquoted schema."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.accounts.names import KEYWORDS, TAKEN, name_problem, unknown_account


@pytest.mark.parametrize("name", ["acme", "a", "acme_2", "x1_", "a" * 63])
def test_plain_names_are_fine(name: str) -> None:
    """Small letters, digits and underscores make a name."""
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["", "Acme", "1acme", "_acme", "ac me", "acme-2", "ac/me", "../x", "åcme", "a" * 64])
def test_other_names_are_refused_with_the_rule(name: str) -> None:
    """Anything else is refused, and the message says what a name is made of."""
    problem = name_problem(name)
    assert problem is not None
    assert "small letters" in problem.message


@pytest.mark.parametrize("name", ["_infusion", "main", "information_schema", "pg_catalog", "infusionsoft", "order"])
def test_names_of_the_database_are_refused(name: str) -> None:
    """A name that DuckDB or the program uses itself is refused, with another one offered."""
    problem = name_problem(name)
    assert problem is not None
    assert problem.nearest


@given(st.text(max_size=80))
def test_a_suggested_name_is_itself_fine(name: str) -> None:
    """Whatever was typed, the name offered instead is one that is taken."""
    problem = name_problem(name)
    assert problem is None or all(name_problem(offered) is None for offered in problem.nearest)


def test_every_word_that_duckdb_wants_quoted_is_known(tmp_path: Path) -> None:
    """A name that passes stands unquoted as the schema in a query on the published file: tried for all keywords."""
    words = duckdb.sql("select keyword_name from duckdb_keywords()").fetchall()
    with duckdb.connect(tmp_path / "infusionsoft.duckdb") as database:
        passed = sorted(word for (word,) in words if name_problem(word) is None)
        for word in [*passed, "landing_account", "infusionsoft_account"]:
            database.execute(f"create schema {word}; create table {word}.t as select 1 as a")
            assert database.sql(f"select a from {word}.t").fetchall() == [(1,)]
    assert len(passed) > 300


def test_the_tables_of_words_hold_words_only() -> None:
    """Nothing in the tables is misspelt into something that could never match."""
    assert all(re.fullmatch(r"_?[a-z_]+", word) for word in TAKEN | KEYWORDS)


def test_an_unknown_account_is_told_with_the_nearest_and_all_others() -> None:
    """The error names what was meant, and what there is."""
    text = str(unknown_account("acne", ["acme", "zenith"]))
    assert "did you mean acme?" in text
    assert "zenith" in text
