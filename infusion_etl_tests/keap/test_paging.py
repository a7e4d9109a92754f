"""How reads go on, and that every one of them ends."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.errors import CallRefused
from infusion_etl.keap.jsonpages import Look, look
from infusion_etl.keap.paging import Cursor, RestPager, rest_pager
from infusion_etl.keap.walks import PAGE, RestPaging, RestWalk, XmlRpcPaging, XmlRpcWalk
from infusion_etl.keap.xmlpaging import xmlrpc_pager

V2 = RestWalk("/v2/contacts", "contacts", page_size=10)
V1 = RestWalk("/v1/contacts", "contacts", paging=RestPaging.OFFSET, page_size=10)


def keyset(query: dict[str, Any], limit: int = 3) -> XmlRpcWalk:
    """Return a read of contacts by key."""
    return XmlRpcWalk("DataService.query", ("Contact", query, ["Id", "FirstName"]), XmlRpcPaging.KEYSET, limit=limit)


def turn_all(pager: RestPager, pages: list[Look]) -> None:
    """Take a machine past all these pages."""
    for page in pages:
        pager.turn(page)


def test_tokens_lead_on_until_there_is_none() -> None:
    """Each token is sent back once; the page without one is the last."""
    pager = rest_pager(V2, None)
    assert pager.query() == (("page_size", "10"),)
    assert pager.turn(Look(10, "abc")) == {"token": "abc"}
    assert pager.query() == (("page_size", "10"), ("page_token", "abc"))
    assert pager.turn(Look(3)) is None


def test_token_may_be_a_whole_address() -> None:
    """Some lists give the next page's URL; its own token is taken, and the address is not followed."""
    pager = rest_pager(V2, None)
    url = "https://elsewhere.example/crm/rest/v2/tags/?page_size=1&page_token=91%3D"
    assert pager.turn(Look(10, url)) == {"token": "91="}
    for same in ("/v2/tags/?page_size=1&page_token=91%3D", "https://elsewhere.example/tags?pageToken=91%3D"):
        assert rest_pager(V2, None).turn(Look(10, same)) == {"token": "91="}


@pytest.mark.parametrize(
    "page",
    [
        Look(10, "http://["),
        Look(10, "https://elsewhere.example/crm?offset=10"),
        Look(10, "/v2/tags?offset=10"),
        Look(10, other_next="next"),
    ],
)
def test_a_list_that_goes_on_in_an_unknown_way_is_refused(page: Look) -> None:
    """Ending there would lose the rest without a word."""
    with pytest.raises(CallRefused, match="goes on by"):
        rest_pager(V2, None).turn(page)


@pytest.mark.parametrize("own", [{}, {"Id": "~<~ 5000"}])
def test_a_short_page_is_not_the_end(own: dict[str, Any]) -> None:
    """Rows after a page with fewer than we asked for are not lost: only an empty page ends a table."""
    pager = xmlrpc_pager(keyset(own, limit=1000), None)
    assert pager.turn([{"Id": n} for n in range(1, 438)]) is not None
    assert pager.turn([{"Id": n} for n in range(501, 723)]) is not None
    assert pager.turn([]) is None


def test_keys_may_come_as_text() -> None:
    """XML-RPC's strings come untyped, so a key may be a string of digits."""
    pager = xmlrpc_pager(keyset({}), None)
    assert pager.turn([{"Id": "7"}, {"Id": "8"}, {"Id": "12"}]) == {"after": 12}


@pytest.mark.parametrize("tokens", [["a", "a"], ["a", "b", "a"], ["a", "http://x/?page_token=a"]])
def test_tokens_in_a_circle_are_refused(tokens: list[str]) -> None:
    """A token that comes again would go on for ever, and says so."""
    pager = rest_pager(V2, None)
    with pytest.raises(CallRefused, match="does not end"):
        turn_all(pager, [Look(10, token) for token in tokens])


def test_empty_pages_without_end_are_refused() -> None:
    """New tokens with nothing behind them end as well, but not before a hundred: the rows may still come."""
    (empty, _), (full, _) = look(b'{"contacts": []}', "contacts"), look(b'{"contacts": [1]}', "contacts")
    pager = rest_pager(V2, None)
    turn_all(pager, [replace(empty, token=f"t{number}") for number in range(99)])
    assert pager.turn(replace(full, token="u")) == {"token": "u"}
    with pytest.raises(CallRefused, match="does not end"):
        turn_all(pager, [replace(empty, token=f"v{number}") for number in range(101)])


@pytest.mark.parametrize("period", [1, 2, 7, 30])
def test_pages_in_a_circle_are_refused(period: int) -> None:
    """The same pages in turn, each with a new token, however many they are: twenty more than there are, and it ends."""
    pager = rest_pager(V2, None)
    pages = [Look(10, f"t{number}", mark=1 + number % period) for number in range(1000)]
    turn_all(pager, pages[: period + 18])
    with pytest.raises(CallRefused, match="the same pages"):
        turn_all(pager, pages[period + 18 : period + 19])


def test_tables_and_saved_searches_in_a_circle_are_refused() -> None:
    """Numbered pages that come again in turn end as well."""
    search = XmlRpcWalk("SearchService.getSavedSearchResultsAllFields", (5, 1, PAGE), XmlRpcPaging.PAGES)
    for walk in (search, keyset({"Id": "~<~ 99"})):
        pager = xmlrpc_pager(walk, None)
        for number in range(21):
            pager.turn([{"Id": number % 3}])
        with pytest.raises(CallRefused, match="the same pages"):
            pager.turn([{"Id": 0}])


@pytest.mark.parametrize("own", [0, 10])
def test_a_part_of_a_list_ends_where_the_next_one_begins(own: int) -> None:
    """To the row, also where pages are shorter than asked for: what came twice could not be told."""
    pager = rest_pager(V1, {"offset": own, "below": own + 13})
    asked = []
    for rows in (10, 2, 1):
        asked.append(dict(pager.query()))
        cursor = pager.turn(Look(rows, count=500))
    assert asked == [{"limit": f"{limit}", "offset": f"{own + at}"} for limit, at in ((10, 0), (3, 10), (1, 12))]
    assert cursor is None
    with pytest.raises(CallRefused, match="more rows than asked for"):
        rest_pager(V1, {"offset": own, "below": own + 3}).turn(Look(4, count=500))


def test_a_page_at_two_offsets_is_refused() -> None:
    """A server that ignores the offset and gives short pages would seem to end at its total, with most rows missing."""
    pager = rest_pager(V1, None)
    pager.turn(Look(5, count=20, mark=7))
    with pytest.raises(CallRefused, match="same page"):
        pager.turn(Look(5, count=20, mark=7))


def test_a_total_below_what_came_is_not_the_end() -> None:
    """It cannot be the total: the list is read on, to a page without rows."""
    pager = rest_pager(V1, None)
    assert pager.turn(Look(7, count=5, mark=1)) == {"offset": 7}
    assert pager.turn(Look(0, count=5)) is None


def test_one_answer_ends() -> None:
    """An unpaged list asks for nothing and goes nowhere, whatever token it shows."""
    pager = rest_pager(RestWalk("/v2/shipping", "shipping", paging=RestPaging.NONE), None)
    assert pager.query() == ()
    assert pager.turn(Look(5, "abc")) is None


@pytest.mark.parametrize(
    ("pages", "offsets"),
    [
        ([Look(10, "", 23), Look(10, "", 23), Look(3, "", 23)], [0, 10, 20]),
        ([Look(10, "", 10), Look(0, "", 10)], [0, 10]),
        ([Look(10), Look(4)], [0, 10]),
        ([Look(5, "", 12), Look(5, "", 12), Look(2, "", 12)], [0, 5, 10]),
        ([Look(0, "", 0)], [0]),
        ([Look(10, "", 23), Look(0, "", 23)], [0, 10]),
        ([Look(5, other_next="next"), Look(4, other_next="next"), Look(0, other_next="next")], [0, 5, 9]),
        ([Look(5, "", 5, other_next="next")], [0]),
    ],
)
def test_offset_is_computed_from_what_came(pages: list[Look], offsets: list[int]) -> None:
    """v1 ends with an empty page, or a short one that the total does not contradict; a capped page goes on.

    Where there is no total, a short page that names a next one is asked about.
    """
    pager = rest_pager(V1, None)
    asked = []
    for page in pages:
        asked.append(int(dict(pager.query())["offset"]))
        cursor = pager.turn(page)
    assert asked == offsets
    assert cursor is None


def test_offset_that_is_ignored_is_refused() -> None:
    """A server that always sends its first page is found out by its own total."""
    pager = rest_pager(V1, None)
    with pytest.raises(CallRefused, match="does not end"):
        turn_all(pager, [Look(10, "", 25)] * 50)


def test_keyset_goes_on_after_the_last_key() -> None:
    """Each page is asked for after the last key, ordered by it, until one is empty."""
    pager = xmlrpc_pager(keyset({"City": "Ogden"}), None)
    assert pager.params() == ("Contact", 3, 0, {"City": "Ogden"}, ["Id", "FirstName"], "Id", True)
    assert pager.turn([{"Id": 2}, {"Id": 4}, {"Id": 9}]) == {"after": 9}
    assert pager.params()[3] == {"City": "Ogden", "Id": "~>~ 9"}
    assert pager.turn([{"Id": 10}]) == {"after": 10}
    assert pager.params()[3] == {"City": "Ogden", "Id": "~>~ 10"}
    assert pager.turn([]) is None


def test_keyset_asks_for_its_key() -> None:
    """The key is read even if nobody wants it as a column."""
    walk = XmlRpcWalk("DataService.query", ("Contact", {}, ["FirstName"]), XmlRpcPaging.KEYSET)
    assert xmlrpc_pager(walk, None).params()[4] == ["Id", "FirstName"]


@pytest.mark.parametrize("own", ["~>~ 100", "~>=~100", "%"])
def test_lower_bound_of_the_caller_is_where_it_starts(own: str) -> None:
    """The caller's own start is sent first, and then gives way to the last key."""
    pager = xmlrpc_pager(keyset({"Id": own}), None)
    assert pager.params()[3] == {"Id": own}
    pager.turn([{"Id": 101}, {"Id": 102}, {"Id": 103}])
    assert pager.params()[3] == {"Id": "~>~ 103"}


@pytest.mark.parametrize("own", [[1, 2, 3, 4], "~<~ 100", "~<>~7", "~null~", "1%"])
def test_other_condition_on_the_key_is_read_by_number(own: object) -> None:
    """One condition a field: where the caller's cannot give way, pages are numbered, in the key's order."""
    pager = xmlrpc_pager(keyset({"Id": own}), None)
    assert pager.params() == ("Contact", 3, 0, {"Id": own}, ["Id", "FirstName"], "Id", True)
    assert pager.turn([{}, {}, {}]) == {"page": 1}
    assert pager.params()[2:4] == (1, {"Id": own})
    assert pager.turn([{}]) == {"page": 2}
    assert pager.turn([]) is None


@pytest.mark.parametrize(("own", "rows"), [([1, 2, 3], 3), (5, 1), ("5", 1), ([1, 2], 0)])
def test_no_more_rows_are_asked_for_than_there_are_ids(own: object, rows: int) -> None:
    """A condition that names its ids is done when each has come: no call is spent on what cannot be there."""
    assert xmlrpc_pager(keyset({"Id": own}), None).turn([{}] * rows) is None


@pytest.mark.parametrize(
    "rows",
    [
        [{"Id": 4}, {"Id": 2}, {"Id": 6}],
        [{"Id": 4}, {"Id": 4}, {"Id": 6}],
        [{"Id": 4}, {}, {"Id": 6}],
        [{"Id": "4a"}],
        [{"Id": "4" * 5_000}],
        [{"Id": True}, {"Id": 4}],
        [{"Id": 1}],
    ],
)
def test_keyset_refuses_rows_out_of_order(rows: list[dict[str, Any]]) -> None:
    """Rows out of order, doubled, before the start or without a key would mean losing some: an error instead."""
    with pytest.raises(CallRefused):
        xmlrpc_pager(keyset({}), {"after": 1}).turn(rows)


def test_saved_search_is_read_until_an_empty_page() -> None:
    """The page number is put where the walk wants it; short pages do not end a saved search."""
    walk = XmlRpcWalk("SearchService.getSavedSearchResultsAllFields", (5, 1, PAGE), XmlRpcPaging.PAGES)
    pager = xmlrpc_pager(walk, None)
    assert pager.params() == (5, 1, 0)
    assert pager.turn([{}]) == {"page": 1}
    assert pager.params() == (5, 1, 1)
    assert pager.turn([]) is None


@settings(max_examples=60, deadline=None)
@given(total=st.integers(0, 60), size=st.integers(1, 9), stop_every=st.integers(1, 4))
def test_every_row_comes_once_however_often_it_is_resumed(total: int, size: int, stop_every: int) -> None:
    """Through JSON and new machines, keyset and offset reads bring every row once."""
    ids = [2 * number + 2 for number in range(total)]
    assert _read_by_key(ids, size, stop_every) == ids
    assert _read_by_offset(ids, size, stop_every) == ids


def _read_by_key(ids: list[int], size: int, stop_every: int) -> list[int]:
    walk = keyset({}, limit=size)
    got: list[int] = []
    cursor: Cursor | None = {}
    while cursor is not None:
        pager = xmlrpc_pager(walk, json.loads(json.dumps(cursor)))
        for _ in range(stop_every):
            after = int(pager.params()[3].get("Id", "~>~ 0").removeprefix("~>~ "))
            rows = [{"Id": number} for number in ids if number > after][:size]
            got += [row["Id"] for row in rows]
            cursor = pager.turn(rows)
            if cursor is None:
                break
    return got


def _read_by_offset(ids: list[int], size: int, stop_every: int) -> list[int]:
    walk = RestWalk("/v1/x", "x", paging=RestPaging.OFFSET, page_size=size)
    got: list[int] = []
    cursor: Cursor | None = {}
    while cursor is not None:
        pager = rest_pager(walk, json.loads(json.dumps(cursor)))
        for _ in range(stop_every):
            offset = int(dict(pager.query())["offset"])
            rows = ids[offset : offset + size]
            got += rows
            cursor = pager.turn(Look(len(rows), "", len(ids)))
            if cursor is None:
                break
    return got
