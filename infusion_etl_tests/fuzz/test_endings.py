"""Whatever a server answers, reading a list ends: with its rows, with an error of the tree, or with a wait.

The servers take the network's place at its lowest seam; connection, pagers, windows and retries are the real ones, and
the dice say in which order the pages under way come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from infusion_etl.clock import ManualClock
from infusion_etl.errors import InfusionError, QueryTimedOut, ServerTrouble
from infusion_etl.keap.courses import course
from infusion_etl.keap.together import arrivals
from infusion_etl.keap.walks import RestWalk, Stop
from infusion_etl_tests.fuzz.readings import KINDS, NOW, SIZE, WITHOUT_KEY, Reading, connection, numbers
from infusion_etl_tests.fuzz.servers import ANSWERS, FOR_EVER, Manners, Server, Trouble, rows_of

IDS = st.lists(st.integers(0, 3_000), unique=True, max_size=90) | st.builds(
    lambda start, count, more: [*range(start, start + count), *(start + count + at for at in more)],
    st.integers(1, 900),
    st.integers(0, 80),
    st.lists(st.integers(0, 40_000), max_size=20, unique=True),
)
DICE = st.integers(0, 2**31)
BOUNDS = st.lists(st.integers(1, 3_000).map(str), max_size=4).map(tuple)
PASSING = st.builds(
    Trouble,
    st.sampled_from(["spike", "minute", "trouble", "trouble, for long", "a web page", "cut", "too late", "too slow"]),
    st.integers(0, 25),
    st.integers(1, 4),
)
UNSIGNED = st.builds(Trouble, st.just("unauthorized"), st.integers(0, 25), st.just(1))
HONEST = st.builds(
    Manners,
    cap=st.sampled_from([1000, 1000, 10, SIZE, 4, 1]),
    empty=st.sampled_from([0, 0, 0, 1, 3]),
    order=st.sampled_from(["minded", "minded", "ignored"]),
    filters=st.sampled_from(["minded", "minded", "ignored", "refused", "nothing"]),
    total=st.sampled_from([0, 0, None]),
    following=st.booleans(),
    troubles=st.lists(PASSING, max_size=2).map(tuple) | UNSIGNED.map(lambda one: (one,)),
)
LASTING = st.builds(
    Trouble,
    st.sampled_from(list(ANSWERS)),
    st.integers(0, 20),
    st.sampled_from([1, 3, 12, FOR_EVER]),
    st.sampled_from(["", "", "filter", "desc", "%3E%3D", "%3C", "page_token", "offset=18", "%3E%3D1"]),
)
WILD = st.builds(
    Manners,
    cap=st.sampled_from([1000, SIZE, 4, 1]),
    empty=st.sampled_from([0, 0, 1, 5, 100]),
    order=st.sampled_from(["minded", "ignored", "refused"]),
    filters=st.sampled_from(["minded", "ignored", "refused", "nothing"]),
    tokens=st.sampled_from(["fresh", "ignored", "circle", "same"]),
    offsets=st.sampled_from(["minded", "ignored", "of a size of its own"]),
    total=st.sampled_from([0, None, -30, -5, 3, 400, 10**14]),
    following=st.booleans(),
    grows=st.sampled_from([0, 0, 2]),
    troubles=st.lists(LASTING, max_size=2).map(tuple),
)
QUICK = settings(
    deadline=None, max_examples=max(settings().max_examples // 2, 1), suppress_health_check=list(HealthCheck)
)
RARE = settings(QUICK, max_examples=max(settings().max_examples // 10, 1))
"""For what takes many calls, or threads: a tenth of the examples."""
EACH_KIND = pytest.mark.parametrize("kind", KINDS)


def fitting(kind: str, manners: Manners) -> Manners:
    """Return these manners without what no honest server of this kind could have."""
    if kind in ("windows by id", "windows by moment"):
        return manners
    return replace(manners, order="minded" if kind in ("keyset", "numbers") else manners.order, filters="minded")


@dataclass(frozen=True)
class Case:
    """A list, how it is answered for, and how it is read; `form` is what writes an id."""

    ids: list[Any]
    manners: Manners
    dice: int
    bounds: tuple[str, ...]
    form: Callable[[Any], Any]

    def server(self, bound: int = 6_000) -> Server:
        """Return the server."""
        more = rows_of(range(50_000, 50_060), self.form, 1_000)
        return Server(rows_of(self.ids, self.form), self.manners, more=more, bound=bound)

    def read(self, kind: str, server: Server) -> list[int]:
        """Return the numbers of the rows; the table can only have told values that the list has."""
        by_id = kind == "windows by id" and all(isinstance(one, int) for one in self.ids)
        bounds = [one for one in self.bounds if by_id and int(one) <= max(self.ids, default=0)]
        return Reading(server, KINDS[kind], self.dice, bounds=bounds).to_the_end()


def cases(ids: SearchStrategy[list[Any]], manners: SearchStrategy[Manners], *forms: Any) -> SearchStrategy[Case]:
    """Return cases of such lists and manners."""
    return st.builds(Case, ids, manners, DICE, BOUNDS, st.sampled_from(forms or (int, str)))


@EACH_KIND
@QUICK
@given(cases(IDS, HONEST))
def test_an_honest_server_is_read_whole(kind: str, case: Case) -> None:
    """Short pages, empty ones, troubles that end, filters and orders that are not known: every row comes.

    Each comes once, but where the server does not part the list as asked, or its windows share a moment. And it takes
    no more calls than pages, tries and windows explain.
    """
    case = replace(case, manners=fitting(kind, case.manners))
    manners, count = case.manners, len(case.ids)
    pages = -(-count // min(manners.cap, SIZE if kind != "saved search" else 7)) + 1
    found = case.read(kind, case.server((2 * pages + 90) * (1 + manners.empty) + 60))
    assert set(found) == set(range(count))
    once = kind != "windows by moment" and (manners.filters, manners.order) == ("minded", "minded")
    assert not once or len(found) == count


@EACH_KIND
@QUICK
@given(cases(IDS, WILD))
def test_whatever_a_server_answers_reading_ends(kind: str, case: Case) -> None:
    """Lies and lasting troubles: it ends within bounds, with an error or a wait, or with every row; none twice.

    A total that is too small may be taken for the end, and an order that is not minded is not seen where every page has
    one row: rows may be missing then. A list without keys has no row twice, but where the server does not mind the
    offset and gives another page at each call.
    """
    try:
        found = case.read(kind, case.server())
    except InfusionError as error:
        event(type(error).__name__)
        return
    event("rows")
    deceived = case.manners.total in (-30, -5) or (kind == "keyset" and case.manners.order == "ignored")
    assert deceived or set(found) >= set(range(len(case.ids)))
    doubles = kind not in WITHOUT_KEY or (case.manners.offsets == "ignored" and case.manners.grows)
    assert doubles or max(Counter(found).values(), default=1) == 1


@QUICK
@given(IDS, DICE, st.sampled_from([("minded", SIZE), ("minded", 4), ("ignored", 4), ("ignored", 1)]))
def test_a_list_is_not_ended_early_by_chance(ids: list[int], dice: int, manners: tuple[str, int]) -> None:
    """Newest first, a list ends where it is old enough; of pages too short to show their order that is not believed."""
    rows, (order, cap) = rows_of(ids), manners
    before = max((row["at"] for row in rows[: len(rows) // 2]), default=NOW.isoformat())
    walk = RestWalk("/v2/rows", "rows", (("order_by", "at desc"),), page_size=SIZE, stop=Stop(("at",), before))
    found = Reading(Server(rows, Manners(order=order, cap=cap)), walk, dice).to_the_end()
    assert set(found) >= {row["n"] for row in rows if row["at"] >= before}


STRANGE = st.lists(
    st.one_of(st.integers(-50, 50), st.none(), st.sampled_from([10**17, 10**30, -(10**25), 10**400])), max_size=60
)
LATE = st.builds(
    Manners,
    cap=st.sampled_from([1000, 4]),
    troubles=st.sampled_from([(), (Trouble("too late", 3, where="filter"),)]),
)


@pytest.mark.parametrize("kind", ["windows by id", "tokens", "keyset", "numbers"])
@QUICK
@given(cases(STRANGE, LATE, lambda number: number))
def test_strange_ids_are_read_or_told(kind: str, case: Case) -> None:
    """Negative ids, the same again, none at all, far more digits than an id has: a row of each id, or an error."""
    if kind in ("keyset", "numbers"):
        case = replace(case, ids=[one or 0 for one in case.ids if one is None or abs(one) < 2**31])
    try:
        found = case.read(kind, case.server(9_000))
    except InfusionError as error:
        event(type(error).__name__)
        return
    assert {case.ids[number] for number in found} == set(case.ids)


@RARE
@given(IDS, DICE, st.integers(0, 30), st.sampled_from(["too late", "too slow"]))
def test_a_server_that_is_always_too_late_is_given_up(ids: list[int], dice: int, first: int, answer: str) -> None:
    """Windows are halved until one cannot be, not until there are as many as records: some hundred calls."""
    manners = Manners(troubles=(Trouble(answer, first, where="asc"),))
    server = Server(rows_of([*ids, 10**6]), manners, bound=1_500)
    with suppress(QueryTimedOut, ServerTrouble):
        Reading(server, KINDS["windows by id"], dice).to_the_end()


@pytest.mark.parametrize("kind", ["windows by id", "windows by offset", "tokens"])
@RARE
@given(cases(IDS, HONEST | WILD))
def test_threads_end_as_well(kind: str, case: Case) -> None:
    """The same with threads that read at once, as a refresh has them: it ends, and what has ended is whole."""
    clock, found = ManualClock(NOW), []
    with connection(case.server(), KINDS[kind], clock) as keap, keap.crew(4) as crew, suppress(InfusionError):
        for arrival in arrivals(crew, [(0, lambda: course(keap.reader, KINDS[kind], None, lambda _, __: ()))]):
            found += [arrival.page] if arrival.page else []
            if arrival.ended and case.manners.total not in (-30, -5):
                assert set(numbers(found)) >= set(range(len(case.ids)))
