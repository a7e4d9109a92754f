"""Conditions of a query as REST v2 filters, where that brings at least every row they mean.

DuckDB applies the conditions exactly to what came, so a filter may bring too much but never too little. A condition
that cannot be said in a filter is simply not sent. Each table's entry names the filters it really has: REST v2 names
them differently for every resource.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from infusion_etl.reports.query import Condition, Op

IDS_A_CALL = 250
"""Ids in one filter. The documents name a limit only for opportunities (100); an address of this length is safe."""

MOST_WALKS = 20
"""Walks that a list of values is split into, at most, where a list takes one value a call (assumed to be worth it)."""

Clauses = tuple[str, ...]
Filter = Callable[[Condition], tuple[Clauses, ...]]
"""Turns a condition into alternatives, each a list of clauses for one walk; nothing when it cannot be said."""

_EASTERN = ZoneInfo("America/New_York")
_SPECIAL = re.compile(r"[;,*=<>!~\"'\\]")
_SENTINELS = {"NONE", "UNASSIGNED"}


def rest_filters(conditions: Sequence[Condition], filters: Mapping[str, Filter]) -> list[str]:
    """Return the `filter` of each walk to make: usually one, several when a list of ids needs several calls.

    Of two conditions that would use the same filter field the first is sent, as a filter names a field once. A field
    that is asked for by its value is not compared as well: some lists refuse one id and many ids together.
    """
    walks: list[Clauses] = [()]
    sent: list[Condition] = []
    for condition in conditions:
        alternatives = filters[condition.field](condition) if condition.field in filters else ()
        if alternatives and (len(walks) == 1 or len(alternatives) == 1) and not _answered(condition, sent):
            walks = [walk + _new(walk, clauses) for walk in walks for clauses in alternatives]
            sent.append(condition)
    return [";".join(walk) for walk in walks]


def _answered(condition: Condition, sent: Sequence[Condition]) -> bool:
    """Whether a condition on the field is sent already, and one of the two names values instead of an end."""
    values = (Op.EQUALS, Op.IN)
    return any(one.field == condition.field and (condition.op in values or one.op in values) for one in sent)


def by_prefix(name: str) -> Filter:
    """Equality, or the beginning of a text, ignoring case: `name==Smi*`."""

    def clauses(condition: Condition) -> tuple[Clauses, ...]:
        text = str(condition.operand)
        if condition.op is Op.EQUALS and _plain(text):
            return ((f"{name}=={text}",),)
        if condition.op is Op.LIKE and text.endswith("%") and _plain(text[:-1]) and not re.search("[%_]", text[:-1]):
            return ((f"{name}=={text[:-1]}*",),)
        return ()

    return clauses


def exactly(name: str) -> Filter:
    """Equality only."""

    def clauses(condition: Condition) -> tuple[Clauses, ...]:
        text = str(condition.operand)
        return ((f"{name}=={text}",),) if condition.op is Op.EQUALS and _plain(text) else ()

    return clauses


_COMPARISONS = {Op.GREATER: ">", Op.AT_LEAST: ">=", Op.LESS: "<", Op.AT_MOST: "<="}


def by_id(name: str | None, many: str | None = None, most: int = IDS_A_CALL) -> Filter:
    """Ids: comparisons by `name`, lists by `many`, `most` in a call; without `many` a list becomes one walk an id."""

    def clauses(condition: Condition) -> tuple[Clauses, ...]:
        values = condition.operand_items
        if not all(value.strip().isdecimal() for value in values):
            return ()
        if condition.op in (Op.EQUALS, Op.IN):
            return tuple((clause,) for clause in id_clauses(values, name, many, most))
        if condition.op in _COMPARISONS and name:
            return ((f"{name}{_COMPARISONS[condition.op]}{values[0].strip()}",),)
        return ()

    return clauses


def by_reference(name: str, many: str | None = None) -> Filter:
    """Ids that the list only takes by equality: `contact_id==12`; a list of them as `by_id`, if it is short."""
    by_value = by_id(name, many)

    def clauses(condition: Condition) -> tuple[Clauses, ...]:
        found = by_value(condition) if condition.op in (Op.EQUALS, Op.IN) else ()
        return found if len(found) <= MOST_WALKS else ()

    return clauses


def by_code(name: str, words: Sequence[tuple[str, str]]) -> Filter:
    """Equality with a coded value: `words` are the API's word and the table's code, pair by pair."""
    by_value = {code.lower(): word for word, code in words}

    def clauses(condition: Condition) -> tuple[Clauses, ...]:
        word = by_value.get(str(condition.operand).lower())
        return ((f"{name}=={word}",),) if condition.op is Op.EQUALS and word else ()

    return clauses


def id_clauses(ids: Sequence[str], name: str | None, many: str | None, most: int = IDS_A_CALL) -> list[str]:
    """Return filters that together name all of `ids`, each once, a filter a call."""
    once = list(dict.fromkeys(str(int(one)) for one in ids))
    if many is None:
        return [f"{name}=={one}" for one in once]
    return [f"{many}=={','.join(once[at : at + most])}" for at in range(0, len(once), most)]


def since_until(since: str, until: str) -> Filter:
    """Moments: both ends are inclusive (assumed), so strict comparisons bring a little too much."""

    def clauses(condition: Condition) -> tuple[Clauses, ...]:
        found = moments(condition)
        if found is None:
            return ()
        first, last = found
        ends = ((since, first), (until, last))
        return (tuple(f"{name}=={rest_moment(moment)}" for name, moment in ends if moment is not None),)

    return clauses


def moments(condition: Condition) -> tuple[datetime | None, datetime | None] | None:
    """Return the first and last moment (aware, UTC) a condition on a moment can mean; None when it has no such ends.

    Operands are US Eastern, like everything XML-RPC says about time.
    """
    text = str(condition.operand)
    if condition.op is Op.LIKE:
        return _prefix_range(text)
    # In autumn one Eastern hour comes twice, in spring one is skipped: either way a text has two readings, of which a
    # lower end means the earlier one and an upper end the later one.
    readings = [moment for fold in (0, 1) if (moment := eastern(text, fold)) is not None]
    if condition.op not in (*_COMPARISONS, Op.EQUALS) or not readings:
        return None
    first, last = min(readings), max(readings)
    return {
        Op.GREATER: (first, None),
        Op.AT_LEAST: (first, None),
        Op.LESS: (None, last),
        Op.AT_MOST: (None, last + timedelta(seconds=1)),
        Op.EQUALS: (first, last + timedelta(seconds=1)),
    }[condition.op]


def eastern(text: str, fold: int = 0) -> datetime | None:
    """Read `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS`, US Eastern, as an aware UTC moment; None for anything else."""
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=_EASTERN, fold=fold).astimezone(UTC)
        except ValueError:
            continue
    return None


def rest_moment(moment: datetime) -> str:
    """Write a moment as REST v2 wants it: full ISO 8601 with milliseconds and zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _prefix_range(pattern: str) -> tuple[datetime, datetime] | None:
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?%", pattern)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = datetime(year or 1, month or 1, day or 1, tzinfo=_EASTERN)
        last = first + timedelta(days=1) if day else _after(first, whole_year=month is None)
    except (ValueError, OverflowError):
        return None
    return first.astimezone(UTC), last.astimezone(UTC)


def _after(first: datetime, *, whole_year: bool) -> datetime:
    if whole_year or first.month == 12:  # noqa: PLR2004 - December
        return first.replace(year=first.year + 1, month=1)
    return first.replace(month=first.month + 1)


def _plain(text: str) -> bool:
    return bool(text) and text == text.strip() and not _SPECIAL.search(text) and text.upper() not in _SENTINELS


def _new(walk: Clauses, clauses: Clauses) -> Clauses:
    used = {re.split("[=<>]", clause, maxsplit=1)[0] for clause in walk}
    return tuple(clause for clause in clauses if re.split("[=<>]", clause, maxsplit=1)[0] not in used)
