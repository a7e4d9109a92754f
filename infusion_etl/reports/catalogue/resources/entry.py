"""What an entry says of one list of REST, and how it becomes a report.

An entry is a row of a table that a person reads: where the list is, what is in a record, how the list is read whole,
how what is new in it, how its ids. Nothing here knows any list by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from infusion_etl.errors import CallRefused
from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, Cut, CutBy, RestPaging, RestWalk, Walk
from infusion_etl.reports.catalogue.resources.new import (
    BEHIND,
    Changed,
    Newest,
    Through,
    Whole,
    asking,
    since_walk,
    those_new,
)
from infusion_etl.reports.columns import Column, FirstOf, Path, Source, Together
from infusion_etl.reports.custom_fields import custom_columns
from infusion_etl.reports.pushdown import id_clauses
from infusion_etl.reports.report import (
    Ask,
    Child,
    Increment,
    Looked,
    Parameters,
    Plan,
    Report,
    Stage,
    Sweep,
)
from infusion_etl.reports.table_walks import rest_members

_ID = Path("id")

IDS_A_CALL = 100
"""Ids in one filter. Keap names this limit for opportunities and the lists of many tags, and none for others."""

ALL = "-"
"""Stands in a path for any parent, where Keap documents it."""

PARENTS = "parents"
"""The step whose records are the parents of a list."""


@dataclass(frozen=True)
class Parents:
    """The list whose records a list hangs on.

    `id` is where their ids stand; where a path takes several, they stand in it with `/` between. `many` is the filter
    of a list that takes the ids of many parents at once.
    """

    path: str
    records: str
    id: Source = _ID
    query: tuple[tuple[str, str], ...] = ()
    page_size: int = 1000
    paging: RestPaging = RestPaging.TOKEN
    many: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One list. `path` is as Keap's specification has it, below `/crm/rest`; an id in it is its parent's.

    `records`: the member of an answer that holds the list, None: the answer is one record. `order`: the order in which
    the list is read whole, one that a change does not change, so that nothing is skipped or doubled while records
    change; "" where there is none: then it comes by id (seen for tags, assumed for others). `fields`: the members that
    come only when asked for; `only_fields`: those asked for are all that comes. `always`: clauses of every filter.
    `query`: further parameters. `all_parents`: a `-` in the place of the parent's id means all of them. `ids`: the
    filter that takes many ids. `cut`: the filter by id that takes comparisons. `model`: where the custom fields are
    described. `table`: what XML-RPC's data_query has instead.
    """

    name: str
    path: str
    records: str | None
    description: str
    columns: tuple[Column, ...]
    new: Whole | Changed | Newest | Through
    key: tuple[str, ...] = ("id",)
    title: str = ""
    order: str = ""
    page_size: int = 1000
    paging: RestPaging = RestPaging.TOKEN
    fields: frozenset[str] = frozenset()
    only_fields: bool = False
    always: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    parents: Parents | None = None
    all_parents: bool = False
    ids: str = ""
    cut: str = ""
    model: str = ""
    children: tuple[Child, ...] = ()
    private: bool = False
    table: str = ""

    def report(self) -> Report:
        """Return the report."""
        return Report(
            name=self.name,
            title=self.title or self.name.replace("_", " ").capitalize(),
            description=self.description,
            parameters=(),
            columns=lambda _: self.columns,
            key=self.key,
            cursor=self.new.column,
            look=self._look if self.model else None,
            plans={Api.REST: Plan(self._stages())},
            unserved={Api.XMLRPC: self._elsewhere()},
            increment=Increment(self.new.reading, self.new.why, self.new.by),
            sweep=self._sweep(),
            by_ids=self._walks_of_ids if self.ids else None,
            children=self.children,
            listing=self.path,
        )

    def _elsewhere(self) -> str:
        if not self.table:
            return "it is a list of REST, which XML-RPC has nothing like"
        return f"it is a list of REST v2; through XML-RPC use data_query with table: {self.table}"

    def _look(self, _: Parameters, keap: Keap) -> Looked:
        return Looked(custom_columns(keap, form=0, model=self.model))

    def _stages(self) -> tuple[Stage, ...]:
        if self.parents is None:
            return (Stage(lambda ask, _: [self._walk(ask)]),)
        return (
            Stage(self._walk_of_parents, step=PARENTS),
            Stage(self._walks_of_parents, after=PARENTS, id_source=self._id_of_parent(self.parents.id)),
        )

    def _id_of_parent(self, number: Source) -> Source:
        """Return where a parent's id stands, behind the time of its change where the page tells more than is new."""
        if not isinstance(self.new, Through) or not isinstance(self.new.of, Newest) or not isinstance(number, Path):
            return number
        return FirstOf((Together((Path(self.new.of.member), number), BEHIND), number))

    def _walk_of_parents(self, ask: Ask, _: Sequence[str]) -> list[Walk]:
        assert self.parents is not None  # for the type checker: asked only where there are some
        of = self.parents
        walk = RestWalk(of.path, of.records, (), of.paging, of.page_size, step=PARENTS)
        since = ask.since if isinstance(self.new, Through) else None
        new = self.new.of if isinstance(self.new, Through) else None
        return [since_walk(walk, new, since, dict(of.query))]

    def _walks_of_parents(self, ask: Ask, ids: Sequence[str]) -> list[Walk]:
        assert self.parents is not None  # for the type checker: asked only where there are some
        if self.parents.many:
            return [self._walk(ask, clause) for clause in id_clauses(ids, None, self.parents.many, IDS_A_CALL)]
        return [self._of_parent(self._walk(ask), one.split("/")) for one in those_new(ids, ask.since)]

    def _of_parent(self, walk: RestWalk, ids: Sequence[str]) -> RestWalk:
        """Return the walk of one parent; one that was deleted since its id was read has no rows.

        Raises CallRefused for an id with a / in it, which would lead to another address.
        """
        names = names_in(self.path)
        if len(ids) > len(names):
            raise CallRefused(f"an id has a / in it, so that {self.path} cannot be asked for")
        named = dict(zip(names, (*[ALL] * (len(names) - len(ids)), *ids), strict=True))
        return replace(walk, path=self.path.format(**named), context=tuple(named.items()), none_when_missing=True)

    def _walk(self, ask: Ask, *clauses: str) -> RestWalk:
        """Return the walk that brings the list: all of it, or since the watermark."""
        new = self.new if isinstance(self.new, Changed | Newest) else None
        walk = replace(self._plain_walk(), cut=self._cut())
        return since_walk(walk, new, ask.since, self._asked(ask, clauses, self.order))

    def _plain_walk(self) -> RestWalk:
        path = self.path.format(**dict.fromkeys(names_in(self.path), ALL)) if self.all_parents else self.path
        return RestWalk(path, self.records, (), self.paging, self.page_size, private=self.private)

    def _asked(self, ask: Ask, clauses: Sequence[str], order: str) -> dict[str, str]:
        filters = ";".join((*self.always, *clauses))
        return {**dict(self.query), "filter": filters, "order_by": order, "fields": self._fields(ask)}

    def _fields(self, ask: Ask) -> str:
        read = {member for column in ask.columns if column.rest for member in rest_members(column.rest)}
        return ",".join(sorted(read if self.only_fields else read & self.fields))

    def _cut(self) -> Cut | None:
        if self.paging is RestPaging.OFFSET:
            return Cut(CutBy.OFFSET)
        if not self.cut:
            return None
        return Cut(CutBy.ID, ("id",), f"{self.cut}>={{}}", f"{self.cut}<{{}}", "id asc", "id desc")

    def _walks_of_ids(self, ask: Ask, ids: Sequence[str]) -> list[Walk]:
        return [
            asking(self._plain_walk(), self._asked(ask, (clause,), ""))
            for clause in id_clauses(ids, None, self.ids, IDS_A_CALL)
        ]

    def _sweep(self) -> Sweep | None:
        """Return how all ids are read: only where one member is the key, and the list gives that member alone.

        Elsewhere ids would cost as many calls as the records: the list is read whole instead, and brings with it what
        its filter or order for changes does not tell.
        """
        source = next((one.rest for one in self.columns if (one.name,) == self.key), None)
        if self.parents is not None or not self.only_fields or source is None:
            return None
        return Sweep(self._walks_of_sweep, source)

    def _walks_of_sweep(self, ask: Ask) -> list[Walk]:
        ids = replace(ask, columns=tuple(one for one in self.columns if one.name in self.key))
        walk = replace(self._plain_walk(), step="sweep", cut=self._cut())
        return [asking(walk, self._asked(ids, (), self.order))]


def names_in(path: str) -> list[str]:
    """Return the names of the ids in a path."""
    return [part.partition("}")[0] for part in path.split("{")[1:]]
