"""How many calls a report costs, in words: found by asking its own plan which walks it would make.

Nothing is sent. How many records an account has is not known here, so that the words say what a call is spent on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from infusion_etl.keap.walks import Api, CutBy, RestPaging, RestWalk, Walk, XmlRpcPaging
from infusion_etl.keap.windows import can_be_cut
from infusion_etl.reports import dates
from infusion_etl.reports.choices import ALL
from infusion_etl.reports.query import Query
from infusion_etl.reports.report import Ask, Kind, Parameter, Parameters, Report, Stage

MANY = 1000
"""So many ids stand for "many": a plan that makes fewer walks for them takes several ids a call."""

_IDS = tuple(range(1, MANY + 1))
_FOUND = tuple(map(str, _IDS))
_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)  # any moment: only the count of walks is looked at
_DATES, _ = dates.read({"from": "yesterday", "to": "today"})
_BY_ID = (Kind.IDS, Kind.TAGS)
_FACT = '{"user": 1, "fields": ["Id"]}'
"""What a look finds out about a record: a plan reads only what it is of a saved search; of others it is a name."""

_EXAMPLES: Mapping[Kind, Any] = {
    Kind.TEXT: "ann@example.com",
    Kind.ID: 1,
    Kind.IDS: _IDS,
    Kind.TAGS: _IDS,
    Kind.FIELDS: ("Id",),
    Kind.TABLE: "Contact",
    Kind.QUERY: Query(()),
    Kind.DATES: _DATES,
    Kind.SEARCH: 1,
}


@dataclass(frozen=True)
class Step:
    """The calls of one stage: `lists` reads, or one for each `each` of what the stages before found.

    `given`: one for each so many of the ids that the user gives. `page` is how many records come with a call, None
    where one call brings all. `call` is the path or method that the first of them asks; `new`: once a
    watermark is known, they ask for less than everything. `parted`: a list of several pages is read in windows, for
    which its last record is asked for first; `parted_new`: so is what is new in it.
    """

    lists: int
    page: int | None
    each: int | None = None
    given: int | None = None
    call: str = field(default="", compare=False)
    new: bool = field(default=False, compare=False)
    parted: bool = field(default=False, compare=False)
    parted_new: bool = field(default=False, compare=False)

    def calls(self, records: int, found: int = 0, *, new: bool = False) -> int:
        """Return the calls for so many records in all, where the stage before found so many; `new`: those since."""
        lists = -(-found // self.each) if self.each else self.lists
        if not self.page:
            return lists
        pages = max(lists, -(-records // self.page))
        parted = self.parted_new if new and self.new else self.parted
        return pages + (min(lists, pages - lists) if parted else 0)

    def __str__(self) -> str:
        if self.given:
            return f"{_every(self.given, 'id given', 'ids given')}, {self._call(self.given)}"
        if self.each:
            return f"{_every(self.each, 'record found', 'records found')}, {self._call(self.each)}"
        if self.lists == 1:
            return self._call(1)
        return f"{self.lists} lists, {self._call(1)} of each" if self.page else f"{self.lists} calls"

    def _call(self, asked: int) -> str:
        """Return what one read costs; a list asked for several ids has hardly more records than they are."""
        return f"1 call per {self.page:,} records" if self.page and not 1 < asked <= self.page else "1 call"


def calls_in_words(report: Report, api: Api, parameters: Parameters) -> str:
    """Return what reading a report with these parameters through `api` costs; raises KeyError if it is not served."""
    return in_words(steps(report, api, parameters))


def in_words(found: Sequence[Step]) -> str:
    """Return what steps cost."""
    return "; then ".join(map(str, found)) or "no call"


def calls_of_any(report: Report, api: Api, **fixed: Any) -> dict[str, str]:
    """Return the costs of a report with any parameters: {"": words} and, where it can be told apart, {"all": words}.

    For `all` of what an API cannot list, the words are "no" and the reason.
    """
    given = {**examples(report), **fixed}
    found = {"": calls_in_words(report, api, given)}
    if (everyone := {**given, **all_of_them(report)}) != given:
        refused = report.refuses(everyone, api) if report.refuses else ""
        found[ALL] = f"no. {refused}" if refused else calls_in_words(report, api, everyone)
    return found


def examples(report: Report) -> dict[str, Any]:
    """Return a value for each parameter that the report needs."""
    return {parameter.name: _EXAMPLES[parameter.kind] for parameter in report.parameters if parameter.required}


def all_of_them(report: Report) -> dict[str, str]:
    """Return `all` for each parameter that takes it."""
    return {parameter.name: ALL for parameter in report.parameters if parameter.kind in (*_BY_ID, Kind.SEARCH)}


def sweep_steps(report: Report) -> tuple[Step, ...]:
    """Return the steps of reading all ids of a report, none where it has no such way."""
    walks = report.sweep.walks(_ask(report, examples(report), _IDS[:1])) if report.sweep else []
    return (Step(len(walks), _page(walks[0]), call=_call(walks[0]), parted=_parted(walks)),) if walks else ()


def steps(report: Report, api: Api, parameters: Parameters) -> tuple[Step, ...]:
    """Return the steps of reading a report with these parameters, those without any call left out.

    What takes more walks for many ids than for one is told by the id.
    """
    by_id = any(one.kind in (*_BY_ID, Kind.SEARCH) for one in report.parameters)
    many = _steps(report, api, parameters, _IDS)
    one = _steps(report, api, parameters, _IDS[:1]) if by_id else many
    told = tuple(
        step if step.lists == single.lists or step.each else _by_id(step, parameters)
        for step, single in zip(many, one, strict=True)
    )
    return (*_listed(report, api, parameters), *told)


def _by_id(step: Step, parameters: Parameters) -> Step:
    per = _per_so_many(step.lists)
    return replace(step, given=per) if _IDS in parameters.values() else replace(step, each=per)


def _listed(report: Report, api: Api, parameters: Parameters) -> Iterator[Step]:
    """Yield the reading of the lists that tell what `all` are, where they are read before the plan is made."""
    for one in report.parameters:
        spelled_out = one.kind in _BY_ID and one.choices and one.choices.spelled_out
        if one.choices and spelled_out and parameters.get(one.name) == ALL:
            walk = one.choices.listings[api].walk
            yield Step(1, _page(walk), call=_call(walk))


def _steps(report: Report, api: Api, parameters: Parameters, ids: Sequence[int]) -> list[Step]:
    ask = _ask(report, parameters, ids)
    found = (_step(stage, ask) for stage in report.plans[api].stages)
    return [step for step in found if step is not None]


def _step(stage: Stage, ask: Ask) -> Step | None:
    walks = stage.walks(ask, _FOUND if stage.after else ())
    if not walks:
        return None
    depends = stage.after is not None and len(stage.walks(ask, ())) != len(walks)
    each = _per_so_many(len(walks)) if depends else None
    first, later = (stage.walks(asked, _FOUND[:1] if stage.after else ()) for asked in (ask, _later(ask)))
    parted = {"parted": _parted(walks), "parted_new": _parted(later)}
    return Step(len(walks), _page(walks[0]), each, call=_call(walks[0]), new=later != first, **parted)


def _later(ask: Ask) -> Ask:
    return replace(ask, since=_NOON, after="1")


def _ask(report: Report, parameters: Parameters, ids: Sequence[int]) -> Ask:
    """Return the question with `ids` in the place of "many": of the ids of an example, and of all that there are."""
    chosen = [one for one in report.parameters if one.name in parameters]
    numbered = {one.name: _numbered(one, parameters[one.name], ids) for one in chosen if one.kind in _BY_ID}
    known = {**parameters, **numbered}
    records = [_records(one, known[one.name], ids) for one in chosen if one.kind in (*_BY_ID, Kind.SEARCH)]
    facts = {str(record): _FACT for record in (records[0] if records else ())}
    return Ask(known, report.columns(known), since=None, now=_NOON, zone=ZoneInfo("UTC"), facts=facts)


def _records(parameter: Parameter, value: Any, ids: Sequence[int]) -> Sequence[int]:
    """Return stand-ins for the records that a look at the account finds out something about."""
    if isinstance(value, tuple):
        return _IDS[: len(value)] if parameter.kind is Kind.SEARCH else value
    several = isinstance(value, str) and (value.lower() == ALL or "*" in value)
    return ids if several else ids[:1]


def _numbered(parameter: Parameter, value: Any, ids: Sequence[int]) -> Any:
    """Return the ids that are asked for: what a name means only the account knows, and one id is as good as another."""
    if value == ALL:
        return tuple(ids) if parameter.choices and parameter.choices.spelled_out else ALL
    return tuple(ids) if value == _IDS else tuple(one if isinstance(one, int) else 1 for one in value)


def _page(walk: Walk) -> int | None:
    if isinstance(walk, RestWalk):
        return None if walk.paging is RestPaging.NONE else walk.page_size
    return None if walk.paging is XmlRpcPaging.NONE else walk.limit


def _parted(walks: Sequence[Walk]) -> bool:
    """Tell whether such lists are read in windows whose end must be asked for: by offset the first answer tells it."""
    walk = walks[0] if walks else None
    return isinstance(walk, RestWalk) and can_be_cut(walk) and walk.cut is not None and walk.cut.by is not CutBy.OFFSET


def _call(walk: Walk) -> str:
    return walk.path if isinstance(walk, RestWalk) else walk.method


def _per_so_many(count: int) -> int:
    return -(-MANY // count)


def _every(count: int, one: str, several: str) -> str:
    return f"for each {one}" if count == 1 else f"for every {count:,} {several}"
