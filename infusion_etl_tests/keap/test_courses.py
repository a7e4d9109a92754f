"""How a list is read in windows, against lists made up here: whatever comes first, each record comes once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.errors import CallRefused, QueryTimedOut, ServerTrouble
from infusion_etl.keap.course import Course, Fetch, Job
from infusion_etl.keap.courses import course
from infusion_etl.keap.paging import Cursor
from infusion_etl.keap.places import bound, place
from infusion_etl.keap.walks import Cut, CutBy, Page, RestPaging, RestWalk, Stop, Walk

BY_ID = Cut(CutBy.ID, ("id",), "id>={}", "id<{}", "id asc", "id desc")
BY_TIME = Cut(CutBy.TIME, ("at",), "since_time=={}", "until_time=={}", "at asc", "at desc", closed=True)
BY_OFFSET = Cut(CutBy.OFFSET)
SIZE = 10


@dataclass
class Listed:
    """A list of places, each with a number of its own, and every page that was asked of it."""

    places: Sequence[int]
    by: CutBy
    slow: int = 10**9  # a question about more records than this takes too long
    obeys: bool = True
    hides: bool = False  # whatever filter it is asked with, it finds nothing
    refuses: Callable[[dict[str, str]], bool] = lambda _: False  # questions that are answered with 400
    asked: list[str] = field(default_factory=list)
    taken: list[list[int]] = field(default_factory=list)

    def open(self, walk: Walk, cursor: Cursor | None) -> Fetch:
        """Begin to read a walk."""
        assert isinstance(walk, RestWalk)
        query = dict(walk.query)
        at = [int(cursor[name]) if cursor else 0 for name in ("offset" if self.by is CutBy.OFFSET else "token",)]

        def fetch() -> Page | None:
            self.asked.append(f"{query.get('filter', '')} {query.get('order_by', '')} {at[0]}")
            if self.refuses({**query, "at": f"{at[0]}"}):
                raise CallRefused("unknown", status=400)
            found = self._found(query)
            if len(found) > self.slow and walk.page_size > 1:
                raise QueryTimedOut("too long")
            page = found[at[0] : at[0] + walk.page_size]
            at[0] += len(page)
            return self._page(page, at[0] if at[0] < len(found) else None)

        return fetch

    def _found(self, query: dict[str, str]) -> list[tuple[int, int]]:
        numbered = sorted((at, number) for number, at in enumerate(self.places))
        if self.hides and query.get("filter"):
            return []
        for field_, sign, value in re.findall(r"(\w+)(>=|<|==)([^;]+)", query.get("filter", "") if self.obeys else ""):
            edge = place(self.by, value)
            assert edge is not None
            low = field_ == "since_time" or sign == ">="
            closed = self.by is CutBy.TIME
            numbered = [one for one in numbered if (one[0] >= edge if low else one[0] < edge + closed)]
        return numbered[::-1] if query.get("order_by", "").endswith("desc") else numbered

    def _page(self, page: list[tuple[int, int]], following: int | None) -> Page:
        name = "offset" if self.by is CutBy.OFFSET else "token"
        ends = (page[0][0], page[-1][0]) if page and self.by is not CutBy.OFFSET else None
        body = json.dumps([number for _, number in page]).encode()
        cursor = None if following is None else {name: following}
        return Page(body, len(body), len(page), cursor, ends, len(self.places) if self.by is CutBy.OFFSET else None)


def walk(cut: Cut, **more: object) -> RestWalk:
    """Return the walk over such a list."""
    paging = RestPaging.OFFSET if cut.by is CutBy.OFFSET else RestPaging.TOKEN
    return RestWalk("/v2/things", "things", paging=paging, page_size=SIZE, cut=cut, **more)  # type: ignore[arg-type]


def numbers(page: Page) -> list[int]:
    """Return what a page holds."""
    found: list[int] = json.loads(page.body)
    return found


@dataclass
class Reading:
    """A list being read, with up to `room` pages under way, that come in the order of the dice."""

    listed: Listed
    course: Course
    room: int = 8
    most: int = 0
    under_way: list[Job] = field(default_factory=list)
    came: list[Page] = field(default_factory=list)

    def step(self, dice: int) -> bool:
        """Have one of the pages under way come; tell whether there was any."""
        self.under_way += self.course.jobs(self.room - len(self.under_way))
        self.most = max(self.most, len(self.under_way))
        if not self.under_way:
            return False
        job = self.under_way.pop(dice % len(self.under_way))
        try:
            page = self.course.took(job, job.fetch())
        except (QueryTimedOut, CallRefused) as error:
            if not self.course.helps(job, error):
                raise
        else:
            self.came += [page] if page else []
        return True

    def to_the_end(self, dice: int = 0) -> list[int]:
        """Read on until nothing is under way; return everything that came."""
        while self.step(dice):
            dice = dice * 31 + 7
        assert self.course.ended
        return [number for page in self.came for number in numbers(page)]


def reading(listed: Listed, cut: Cut, cursor: Cursor | None = None, bounds: Sequence[str] = ()) -> Reading:
    """Begin to read a list."""
    return Reading(listed, course(listed.open, walk(cut), cursor, lambda _, __: bounds))


IDS = st.lists(st.integers(1, 5_000), unique=True, max_size=400)
CLUSTERED = st.builds(
    lambda start, count, more: sorted({*range(start, start + count), *more}),
    st.integers(1, 4_000),
    st.integers(0, 300),
    st.lists(st.integers(1, 50_000), max_size=60),
)
MOMENTS = st.lists(st.integers(1_700_000_000_000, 1_700_000_100_000), max_size=300)
REPEATED = st.builds(lambda at, count, more: [at] * count + more, st.integers(1, 10**12), st.integers(0, 80), MOMENTS)
DICE = st.integers(0, 2**31)


@settings(max_examples=80, deadline=None)
@given(IDS | CLUSTERED, DICE, st.lists(st.integers(1, 60_000), max_size=5), st.integers(1, 25))
def test_by_id_each_record_comes_once(ids: list[int], dice: int, bounds: list[int], room: int) -> None:
    """Whatever the ids, the order in which pages come, and the bounds that the table told of."""
    listed = Listed(ids, CutBy.ID)
    found = reading(listed, BY_ID, bounds=[str(at) for at in bounds])
    found.room = room
    assert sorted(found.to_the_end(dice)) == list(range(len(ids)))
    assert found.most <= room


@settings(max_examples=60, deadline=None)
@given(MOMENTS | REPEATED, DICE)
def test_by_moment_no_record_is_missing(moments: list[int], dice: int) -> None:
    """Windows share their bounds, so records may come again, on a later page; none is left out."""
    assert set(reading(Listed(moments, CutBy.TIME), BY_TIME).to_the_end(dice)) == set(range(len(moments)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 400), DICE)
def test_by_offset_each_record_comes_once(count: int, dice: int) -> None:
    """A list that tells its total is read from several places at once, each page once."""
    assert sorted(reading(Listed(range(count), CutBy.OFFSET), BY_OFFSET).to_the_end(dice)) == list(range(count))


@settings(max_examples=80, deadline=None)
@given(IDS | CLUSTERED, st.lists(DICE, min_size=1, max_size=6), st.integers(1, 30))
def test_a_reading_that_dies_goes_on_where_it_was(ids: list[int], dice: list[int], steps: int) -> None:
    """From the cursor of the last page that was kept, through JSON, exactly what is missing is read."""
    listed = Listed(ids, CutBy.ID)
    kept: list[int] = []
    cursor: Cursor | None = None
    for throw in dice:
        found = reading(listed, BY_ID, cursor)
        for turn in range(steps):
            found.step(throw + turn * 17)
        kept += [number for page in found.came for number in numbers(page)]
        if found.came:
            cursor = json.loads(json.dumps(found.came[-1].cursor))
        if found.came and cursor is None:
            assert sorted(kept) == list(range(len(ids)))
            return
    kept += reading(listed, BY_ID, cursor).to_the_end()
    assert sorted(kept) == list(range(len(ids)))


@settings(max_examples=60, deadline=None)
@given(CLUSTERED, DICE, st.integers(1, 40))
def test_a_window_that_takes_too_long_is_cut_until_it_does_not(ids: list[int], dice: int, slow: int) -> None:
    """Questions about too many records fail; asked in parts, each record still comes once."""
    listed = Listed(ids, CutBy.ID, slow=slow)
    assert sorted(reading(listed, BY_ID).to_the_end(dice)) == list(range(len(ids)))


def test_what_cannot_be_cut_fails_as_it_did() -> None:
    """One record that takes too long is the error it always was."""
    with pytest.raises(QueryTimedOut):
        reading(Listed([5], CutBy.ID, slow=0), BY_ID).to_the_end()
    with pytest.raises(QueryTimedOut):
        reading(Listed([5, 5], CutBy.TIME, slow=0), BY_TIME).to_the_end()


def test_what_always_takes_too_long_is_given_up() -> None:
    """Windows are halved until one cannot be: some calls, not as many as there are places for records."""
    listed = Listed([*range(1, 100), 10**6], CutBy.ID, slow=-1)
    with pytest.raises(QueryTimedOut):
        reading(listed, BY_ID).to_the_end()
    assert len(listed.asked) < 8 * 21


@pytest.mark.parametrize("first", [-5, -(10**17)])
def test_ids_below_nought_are_read(first: int) -> None:
    """Nobody has seen one: still, a list that holds one ends, and has all its records."""
    listed = Listed([first, *range(1, 100)], CutBy.ID)
    assert sorted(reading(listed, BY_ID).to_the_end()) == list(range(100))
    assert len(listed.asked) < 40
    slow = Listed([first, *range(1, 100)], CutBy.ID, slow=50)
    assert sorted(reading(slow, BY_ID).to_the_end()) == list(range(100))


@pytest.mark.parametrize("bounds", [[], ["51", "101"]])
def test_a_filter_that_finds_nothing_loses_nothing(bounds: list[str]) -> None:
    """The list's last record must come with its last part: else the list is read straight."""
    listed = Listed(range(1, 201), CutBy.ID, hides=True)
    begun = reading(listed, BY_ID, bounds=bounds)
    assert set(begun.to_the_end()) == set(range(200))
    assert begun.course.given_up


def test_a_look_at_the_end_that_is_refused_late_is_no_error() -> None:
    """Once the list is read straight, nobody needs to know its last record."""
    refused = Listed(range(1, 201), CutBy.ID, refuses=lambda query: "id<" in f"{query}" or "desc" in f"{query}")
    begun = reading(refused, BY_ID, bounds=["51", "101"])
    (first, second, third) = begun.course.jobs(3)
    begun.course.took(third, third.fetch())
    look, *begun.under_way = begun.course.jobs(3)
    for job in (first, look, second):
        with pytest.raises(CallRefused) as caught:
            job.fetch()
        assert begun.course.helps(job, caught.value)
    assert sorted(begun.to_the_end()) == list(range(200))


def test_only_what_took_too_long_is_cut() -> None:
    """A gateway's time-out counts as one; other trouble is not made more calls of."""
    begun = reading(Listed(range(1, 100), CutBy.ID), BY_ID)
    (job,) = begun.course.jobs(1)
    assert not begun.course.helps(job, ServerTrouble("bad gateway", status=502))
    begun = reading(Listed(range(1, 100), CutBy.ID), BY_ID)
    (job,) = begun.course.jobs(1)
    assert begun.course.helps(job, ServerTrouble("gateway time-out", status=504))


def test_a_list_of_one_page_is_one_call() -> None:
    """Nobody pays for windows that are not needed."""
    listed = Listed(range(1, SIZE + 1), CutBy.ID)
    reading(listed, BY_ID).to_the_end()
    assert listed.asked == [" id asc 0"]


@pytest.mark.parametrize(("count", "extra"), [(11, 1), (30, 1), (100, 2), (2_000, 1)])
def test_windows_cost_few_calls(count: int, extra: int) -> None:
    """Where hardly an id is missing, windows end with whole pages: the one call more asks for the last record."""
    listed = Listed(range(1, count + 1), CutBy.ID)
    reading(listed, BY_ID).to_the_end()
    assert len(listed.asked) <= -(-count // SIZE) + extra
    assert sum("desc" in asked for asked in listed.asked) == 1


def test_what_is_added_at_the_end_meanwhile_comes_too() -> None:
    """The last window has no end, whatever the last record was when one looked."""
    places = list(range(1, 501))
    listed = Listed(places, CutBy.ID)
    found = reading(listed, BY_ID)
    for _ in range(20):
        found.step(0)
    places += [501, 900]
    assert sorted(found.to_the_end()) == list(range(502))


def test_many_records_of_one_moment_are_not_read_again_and_again() -> None:
    """Where no bound can part them, they are read one page after the other."""
    listed = Listed([10**12] * 300 + [10**12 + 10**9], CutBy.TIME)
    assert set(reading(listed, BY_TIME).to_the_end()) == set(range(301))
    assert len(listed.asked) <= 31 + 12


def test_all_that_there_is_room_for_is_under_way() -> None:
    """After two pages everybody is busy, until the end is near."""
    found = reading(Listed(range(1, 2_001), CutBy.ID), BY_ID)
    found.room = 20
    for _ in range(10):
        found.step(0)
    assert len(found.under_way) + len(found.course.jobs(20 - len(found.under_way))) == 20


def test_bounds_of_the_table_spare_the_first_look() -> None:
    """With values that have landed, all windows are asked for at once."""
    listed = Listed(range(1, 201), CutBy.ID)
    found = reading(listed, BY_ID, bounds=["51", "101", "151"])
    found.step(0)
    assert len(found.under_way) == 3
    assert listed.asked == ["id<51 id asc 0"]
    assert sorted(found.to_the_end()) == list(range(200))
    assert {asked.split()[0] for asked in listed.asked} >= {"id>=51;id<101", "id>=101;id<151", "id>=151"}


@pytest.mark.parametrize("bounds", [[], ["51", "101"]])
@given(DICE)
@settings(max_examples=30)
def test_a_filter_that_is_not_minded_loses_nothing(bounds: list[str], dice: int) -> None:
    """A list that answers every window with everything is not taken for its parts: it is read straight, and said."""
    listed = Listed(range(1, 201), CutBy.ID, obeys=False)
    begun = reading(listed, BY_ID, bounds=bounds)
    assert set(begun.to_the_end(dice)) == set(range(200))
    assert begun.course.given_up
    straight = [asked.endswith(" 0") and "id>" not in asked and "desc" not in asked for asked in listed.asked]
    assert len(listed.asked) <= 2 * 20 + 8
    assert sum(straight) <= 2


@pytest.mark.parametrize("bounds", [[], ["51", "101"]])
@pytest.mark.parametrize("word", ["id>=", "id<", "desc"])
@given(DICE)
@settings(max_examples=15)
def test_a_filter_or_order_that_is_refused_loses_nothing(bounds: list[str], word: str, dice: int) -> None:
    """A server that does not know how the list is to be parted is asked for the list as it is."""
    listed = Listed(range(1, 201), CutBy.ID, refuses=lambda query: word in f"{query}")
    begun = reading(listed, BY_ID, bounds=bounds)
    assert set(begun.to_the_end(dice)) == set(range(200))
    assert begun.course.given_up == (word != "desc")


def test_a_reading_that_gave_windows_up_goes_on_so_after_it_died() -> None:
    """The cursor says it: windows are not tried again."""
    listed = Listed(range(1, 201), CutBy.ID, obeys=False)
    first = reading(listed, BY_ID)
    while not (first.course.given_up and len(first.came) > 3):
        first.step(0)
    listed.asked.clear()
    again = reading(listed, BY_ID, cursor=first.came[-1].cursor)
    came = {number for page in first.came for number in numbers(page)}
    assert came | set(again.to_the_end()) == set(range(200))
    assert not any("id>" in asked or "id<" in asked or "desc" in asked for asked in listed.asked)
    assert again.course.given_up


def test_what_is_refused_without_windows_stays_refused() -> None:
    """Another way is tried once: a list that is refused as it is fails."""
    with pytest.raises(CallRefused):
        reading(Listed(range(1, 201), CutBy.ID, refuses=lambda _: True), BY_ID, bounds=["51"]).to_the_end()


def test_an_offset_that_is_refused_is_told() -> None:
    """Records of such a list may have no key: read from the start again, some would land twice."""
    with pytest.raises(CallRefused):
        reading(Listed(range(200), CutBy.OFFSET, refuses=lambda query: query["at"] == "50"), BY_OFFSET).to_the_end()


@pytest.mark.parametrize("query", [(("filter", "id>=7"),), (("filter", "name==7;id<900"),)])
def test_a_list_whose_own_filter_is_by_the_bounds_is_left_whole(query: tuple[tuple[str, str], ...]) -> None:
    """Two conditions on one field may be one too many: such a list is read from its start to its end."""
    listed = Listed(range(1, 201), CutBy.ID)
    found = Reading(listed, course(listed.open, walk(BY_ID, query=query), None, lambda _, __: ["50"]))
    found.to_the_end()
    assert found.most == 1
    assert not any("desc" in asked for asked in listed.asked)


def test_a_list_that_may_stop_is_left_whole() -> None:
    """Newest first, down to a moment, is no list to be cut."""
    listed = Listed(range(1, 201), CutBy.ID)
    stop = Stop(("at",), "2026-01-01T00:00:00Z")
    found = Reading(listed, course(listed.open, walk(BY_ID, stop=stop), None, lambda _, __: ["50"]))
    found.to_the_end()
    assert found.most == 1


@given(st.integers(0, 10**12))
def test_bounds_are_places(at: int) -> None:
    """What a filter is given stands where it was meant to, by id and by moment."""
    assert place(CutBy.ID, bound(CutBy.ID, at)) == at
    assert place(CutBy.TIME, bound(CutBy.TIME, at)) == at


@pytest.mark.parametrize(
    ("by", "value", "expected"),
    [
        (CutBy.ID, "17", 17),
        (CutBy.ID, 17, 17),
        (CutBy.ID, "", None),
        (CutBy.ID, "x1", None),
        (CutBy.ID, True, None),
        (CutBy.ID, None, None),
        (CutBy.ID, "9" * 30, None),
        (CutBy.TIME, "1970-01-01T00:00:01Z", 1000),
        (CutBy.TIME, "1970-01-01T01:00:01.0019+0100", 1001),
        (CutBy.TIME, "1970-01-01T00:00:01", None),
        (CutBy.TIME, "yesterday", None),
        (CutBy.TIME, 5, None),
    ],
)
def test_places(by: CutBy, value: object, expected: int | None) -> None:
    """Ids come as numbers or texts, moments with any offset; what is neither has no place."""
    assert place(by, value) == expected
