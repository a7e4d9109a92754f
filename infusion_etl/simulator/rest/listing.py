"""A list, a single record, a model: the three kinds of REST v2 reading, each driven by an entry of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from infusion_etl.simulator.rest import pages
from infusion_etl.simulator.rest.answers import HTML_TYPE, RestAnswer, RestRefusal, RestRequest, encoded, json_answer
from infusion_etl.simulator.rest.cache import cache_of
from infusion_etl.simulator.rest.custom_filters import custom_filters
from infusion_etl.simulator.rest.filters import Clause, Filters, parse_filter, tests_for
from infusion_etl.simulator.world import World

Members = Mapping[str, Callable[[World, Any], Any]]
"""The members of a JSON record: name to what gives its value."""

PathValues = Mapping[str, str]
Keys = Sequence[Any]
Narrowed = tuple[Keys, tuple[Clause, ...]]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a record is shown.

    `sparse` names the members that are only there when `fields` asks for them; None: there is no `fields` parameter.
    With `adds` those asked for come beside the others; without, they come alone.
    `own` names the members that differ between records drawn from the same template; the others are encoded
    once for all. `bare` names the member whose value stands for the whole record.
    """

    members: Members
    sparse: frozenset[str] | None = None
    adds: bool = False
    own: frozenset[str] = frozenset()
    bare: str | None = None

    def chosen(self, request: RestRequest) -> tuple[str, ...]:
        """Return the members to show; an unknown name in `fields` is refused (assumed)."""
        asked = [name.strip() for part in request.values("fields") for name in part.split(",") if name.strip()]
        if self.sparse is None:
            return tuple(self.members)
        for name in asked:
            if name not in self.members:
                raise RestRefusal(400, f"Invalid field: {name}")
        if asked and not self.adds:
            return tuple(asked)
        return tuple(name for name in self.members if name not in self.sparse or name in asked)

    def show(self, world: World, record: Any, chosen: tuple[str, ...]) -> Any:
        """Return the chosen members of a record; one without a value is null (assumed)."""
        if self.bare is not None:
            return self.members[self.bare](world, record)
        return {name: self.members[name](world, record) for name in chosen}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list: where it is, what is in it, how it may be filtered and ordered.

    `keys` come in ascending order, or in that of `rank`; the order called `natural` is theirs.
    """

    path: str
    key: str
    keys: Callable[[World, PathValues], Keys]
    record: Callable[[World, Any], Any]
    shape: Shape
    filters: Callable[[World], Filters] = lambda _: {}
    orders: Mapping[str, Callable[[World, Any], Any]] = field(default_factory=dict)
    natural: str = ""
    rank: Callable[[Any], tuple[Any, ...]] = lambda key: key if isinstance(key, tuple) else (key,)
    custom: str | None = None
    sizes: tuple[int, int] = (0, 1000)
    needs: str | None = None
    narrow: Callable[[World, tuple[Clause, ...], Keys], Narrowed] | None = None
    mark: Callable[[World, Any], tuple[object, int]] = lambda world, _: (None, world.version)
    template: Callable[[World, Any], object] = lambda _, __: None
    url_token: bool = False
    last_token: str | None = None
    extras: Callable[[World, Sequence[Any]], dict[str, Any]] | None = None
    finish: Callable[[World, tuple[Clause, ...], Any], Any] | None = None
    method: Literal["GET", "POST"] = "GET"

    def answer(self, world: World, request: RestRequest, values: PathValues) -> RestAnswer:
        """Answer one page."""
        chosen = self.shape.chosen(request)
        size = pages.page_size(request, *self.sizes)
        clauses = self._clauses(world, request)
        order = _order(request.value("order_by"), self.orders)
        asked = pages.fingerprint(request.value("filter"), request.value("order_by"))
        token = pages.read_token(request, asked)
        question = (self.path, *values.values(), request.value("filter") or "", request.value("order_by") or "")
        keys = cache_of(world).keys(question, world.version, lambda: self._found(world, values, clauses, order))
        first = pages.first_row(keys, lambda key: self._sort_key(world, order, key), token, descending=order[1])
        page = keys[first : first + size]
        last = page[-1] if first + size < len(keys) else None
        following = None
        if last is not None:
            after = list(self._sort_key(world, order, last))
            following = pages.write_token(pages.Token(first + len(page), after, asked))
        body = self._body(world, page, chosen, clauses, self._token(request, values, size, following))
        return json_answer(body)

    def _clauses(self, world: World, request: RestRequest) -> tuple[Clause, ...]:
        clauses = parse_filter(request.value("filter"))
        if self.needs and all(clause.field != self.needs for clause in clauses):
            raise RestRefusal(400, f"Filter {self.needs} is required")
        tests_for(clauses, self.filters(world), custom_filters(world, self.custom))
        return clauses

    def _found(self, world: World, values: PathValues, clauses: tuple[Clause, ...], order: Order) -> Keys:
        keys: Keys = found_or_404(self.keys, world, values)
        if self.narrow is not None:
            keys, clauses = self.narrow(world, clauses, keys)
        tests = tests_for(clauses, self.filters(world), custom_filters(world, self.custom))
        if tests:
            keys = [key for key in keys if _passes(self.record(world, key), tests)]
        if order[0] is None:
            return keys
        if order[0] == self.natural:
            return keys[::-1] if order[1] else keys
        return sorted(keys, key=lambda key: self._sort_key(world, order, key), reverse=order[1])

    def _sort_key(self, world: World, order: Order, key: Any) -> tuple[Any, ...]:
        tail = self.rank(key)
        if order[0] is None:
            return (True, *tail)
        value = self.orders[order[0]](world, key)
        return (value is not None, value if value is not None else 0, *tail)

    def _token(self, request: RestRequest, values: PathValues, size: int, token: str | None) -> str | None:
        as_url = request.token_style == "url" or (request.token_style == "as_seen" and self.url_token)  # noqa: S105
        if token is None:
            return self.last_token
        return pages.token_url(self.path.format(**values), size, token) if as_url else token

    def _body(
        self, world: World, page: Keys, chosen: tuple[str, ...], clauses: tuple[Clause, ...], token: str | None
    ) -> bytes:
        rows = b",".join(self._rows(world, page, chosen, clauses))
        ends = self.extras(world, [self.record(world, key) for key in page]) if self.extras else {}
        if token is not None:
            ends["next_page_token"] = token
        tail = encoded(ends)[1:] if ends else b"}"
        return b'{"%s":[%s]%s%s' % (self.key.encode(), rows, b"," if ends else b"", tail)

    def _rows(self, world: World, page: Keys, chosen: tuple[str, ...], clauses: tuple[Clause, ...]) -> list[bytes]:
        if self.finish is not None:
            records = [self.finish(world, clauses, self.record(world, key)) for key in page]
            return [encoded(self.shape.show(world, record, chosen)) for record in records]
        writer = RowWriter(world, self, chosen)
        return [writer.row(key) for key in page]


class RowWriter:
    """Writes records as bytes in one choice of members, each once for as long as it stays the same."""

    def __init__(self, world: World, listing: Listing, chosen: tuple[str, ...]) -> None:
        cache = cache_of(world)
        self._world = world
        self._listing = listing
        self._chosen = chosen
        self._own = tuple(name for name in chosen if name in listing.shape.own)
        self._common = tuple(name for name in chosen if name not in listing.shape.own)
        self._known = cache.shelf((listing.path, *chosen))
        self._templates = cache.shelf((listing.path, "template", *self._common))

    def row(self, key: Any) -> bytes:
        """Return one record."""
        source, version = self._listing.mark(self._world, key)
        kept = self._known.get(key)
        if kept is not None and kept[0] is source and kept[1] == version:
            return kept[2]
        row = self._fresh(key, version)
        self._known[key] = (source, version, row)
        return row

    def _fresh(self, key: Any, version: int) -> bytes:
        template = self._listing.template(self._world, key)
        record = self._listing.record(self._world, key)
        if template is None or not self._own or not self._common:
            return self._encoded(record, self._chosen)
        kept = self._templates.get(id(template))
        if kept is None or kept[0] is not template or kept[1] != version:
            kept = (template, version, self._encoded(record, self._common))
            self._templates[id(template)] = kept
        return self._encoded(record, self._own)[:-1] + b"," + kept[2][1:]

    def _encoded(self, record: Any, names: tuple[str, ...]) -> bytes:
        return encoded(self._listing.shape.show(self._world, record, names))


Order = tuple[str | None, bool]
"""What to order by (None: by key), and whether descending."""


@dataclass(frozen=True, kw_only=True)
class Single:
    """One record by its id in the path."""

    path: str
    record: Callable[[World, PathValues], Any]
    shape: Shape
    method: Literal["GET", "POST"] = "GET"

    def answer(self, world: World, request: RestRequest, values: PathValues) -> RestAnswer:
        """Answer the record, or 404 in v2's envelope."""
        chosen = self.shape.chosen(request)
        return json_answer(encoded(self.shape.show(world, found_or_404(self.record, world, values), chosen)))


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Anything else: a function gives the JSON value."""

    path: str
    value: Callable[[World, RestRequest, PathValues], Any]
    method: Literal["GET", "POST"] = "GET"

    def answer(self, world: World, request: RestRequest, values: PathValues) -> RestAnswer:
        """Answer the value."""
        return json_answer(encoded(self.value(world, request, values)))


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page for people: a function gives its HTML."""

    path: str
    html: Callable[[World, PathValues], str]
    method: Literal["GET", "POST"] = "GET"

    def answer(self, world: World, _: RestRequest, values: PathValues) -> RestAnswer:
        """Answer the page, or 404 in v2's envelope."""
        return RestAnswer(200, found_or_404(self.html, world, values).encode(), {"content-type": HTML_TYPE})


Route = Listing | Single | Plain | Page


def found_or_404(find: Callable[[World, PathValues], Any], world: World, values: PathValues) -> Any:
    """Look something up by the ids of the path; what is not there, or is no id, is refused with 404."""
    try:
        return find(world, values)
    except (KeyError, ValueError):
        raise RestRefusal(404, "The requested resource was not found") from None


def path_pattern(path: str) -> re.Pattern[str]:
    """Turn `tags/{tag_id}/contacts` into a pattern; an id holds neither `/` nor `:`."""
    parts = re.split(r"(\{\w+\})", path)
    text = "".join(f"(?P<{part[1:-1]}>[^/:]+)" if part.startswith("{") else re.escape(part) for part in parts)
    return re.compile(text)


def _order(text: str | None, orders: Mapping[str, Any]) -> Order:
    if not text:
        return (None, False)
    name, _, direction = text.strip().partition(" ")
    if name not in orders:
        raise RestRefusal(400, f"Invalid order_by field: {name}")
    if direction.strip().lower() not in {"", "asc", "desc"}:
        raise RestRefusal(400, f"Invalid order_by direction: {direction}")
    return (name, direction.strip().lower() == "desc")


def _passes(record: Any, tests: Sequence[Callable[[Any], bool]]) -> bool:
    return all(test(record) for test in tests)
