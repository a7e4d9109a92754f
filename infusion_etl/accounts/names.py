"""Which names an account may have: its name becomes a schema of the DuckDB file, and analysts type it unquoted."""

from __future__ import annotations

import re
from difflib import get_close_matches

from infusion_etl.errors import Mistake, Problem

LONGEST = 63
_PATTERN = re.compile(r"[a-z][a-z0-9_]*")

# Taken by DuckDB or by this program. `infusionsoft` and `landing` are the names of the two database files: DuckDB
# calls `infusionsoft.t` ambiguous when a schema is named like the file it lies in (tried with DuckDB 1.5).
TAKEN = frozenset(
    {
        "_infusion",
        "information_schema",
        "infusion_etl",
        "infusionsoft",
        "landing",
        "main",
        "memory",
        "pg_catalog",
        "system",
        "temp",
    }
)

# Words that cannot stand unquoted as the schema in `select * from SCHEMA.TABLE` (tried one by one with DuckDB 1.5).
KEYWORDS = frozenset(
    """
    all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check
    collate collation column concurrently constraint create cross default deferrable desc describe distinct do else
    end except false fetch for foreign freeze from full glob group having ilike in initially inner intersect into is
    isnull join lambda lateral leading left like limit natural not notnull null offset on only or order outer overlaps
    pivot pivot_longer pivot_wider placing positional primary qualify references returning right select semi show
    similar some summarize symmetric table tablesample then to trailing true union unique unpack unpivot using
    variadic verbose when where window with
    """.split()  # noqa: SIM905 - a table of words; one a line it would fill the screen twice
)


def name_problem(name: str, place: str = "NAME") -> Problem | None:
    """Return what is wrong with an account's name, or None; `place` is the option it stands in."""
    if name in TAKEN:
        return Problem(place, f"the name {name!r} is taken by the database itself", (f"{name.strip('_')}_account",))
    if name in KEYWORDS:
        return Problem(place, f"{name!r} is a word of SQL and would have to be quoted everywhere", (f"{name}_account",))
    if not _PATTERN.fullmatch(name) or len(name) > LONGEST:
        rule = f"small letters, digits and _, a letter first, at most {LONGEST} characters"
        return Problem(place, f"{name!r} cannot be an account's name ({rule})", _suggestion(name))
    return None


def unknown_account(name: str, known: list[str]) -> Mistake:
    """Return the error for an account that is not there; it names the nearest ones."""
    nearest = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f" (did you mean {', '.join(nearest)}?)" if nearest else ""
    remedy = f"Known: {', '.join(known)}" if known else "Add one with `infusion-etl account add NAME`"
    return Mistake(f"there is no account {name!r}{hint}", remedy=remedy)


def _suggestion(name: str) -> tuple[str, ...]:
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:LONGEST]
    plain = plain if plain[:1].isalpha() else f"a_{plain}"
    return (plain,) if _PATTERN.fullmatch(plain) and plain not in TAKEN | KEYWORDS else ()
