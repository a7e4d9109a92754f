"""The look into a REST page: the token and the count, and nothing broken gets past."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.errors import CallRefused, InfusionError, ServerTrouble
from infusion_etl.keap.jsonpages import Look, look
from infusion_etl.keap.walks import BARE

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "records", "expected"),
    [
        ({"contacts": [{}, {}], "next_page_token": "abc"}, "contacts", Look(2, "abc")),
        ({"contacts": [], "next_page_token": ""}, "contacts", Look(0)),
        ({"contacts": [1], "next_page_token": None}, "contacts", Look(1)),
        ({"contacts": [1], "next_page_token": 91}, "contacts", Look(1, "91")),
        ({"contacts": None}, "contacts", Look(0)),
        ({}, "contacts", Look(0)),
        ({"results": [{"a": [1, 2]}], "page_token": "t"}, "results", Look(1, "t")),
        ({"contacts": [1], "count": 25, "next": "http://x"}, "contacts", Look(1, "", 25, "next")),
        ({"contacts": [1], "count": "many"}, "contacts", Look(1)),
        ({"id": "1"}, None, Look(1)),
        ([1, 2, 3], None, Look(3)),
        ({"message": "an own member", "contacts": [1]}, "contacts", Look(1)),
    ],
)
def test_look(body: object, records: str | None, expected: Look) -> None:
    """Rows, token under both names, and v1's total are found."""
    data = json.dumps(body).encode()
    assert look(data, records) == (expected, data)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"contacts": [{"id": 1}, {"id"',
        b'{"contacts": [{"id": tru}]}',
        b'{"contacts": [1,]}',
        b'{"contacts": ["\xff"]}',
        b'{"contacts": ["a\x01b"]}',
        b'{"contacts": {"not": "a list"}}',
        b'{"contacts": [1]} and more',
        b"[1, 2]",
        b'{"fault": {"faultstring": "in disguise"}}',
        b'{"message": "in disguise", "code": 500}',
        b'{"status": "error", "errors": ["in disguise"]}',
        b'{"contacts": [1], "next_page_token": {"a": 1}}',
    ],
)
def test_broken_page_is_server_trouble(body: bytes) -> None:
    """A cut or garbled page, or an error with a good status, is never taken for an end of the list."""
    with pytest.raises(ServerTrouble):
        look(body, "contacts")


@pytest.mark.parametrize("body", [b'{"items": [{"id": 1}]}', b'{"data": {"contacts": []}}'])
def test_an_answer_without_the_list_is_not_an_empty_list(body: bytes) -> None:
    """Taken for no rows, it would empty a table that the batch replaces."""
    with pytest.raises(CallRefused, match="no list 'contacts'"):
        look(body, "contacts")


@pytest.mark.parametrize("body", [b"{}", b'{"contacts": null}', b'{"next_page_token": ""}', b'{"clawbacks": 0.0}'])
def test_a_list_that_is_left_out_is_empty(body: bytes) -> None:
    """Nothing, a null, or only what stands beside a list: no rows."""
    assert look(body, "contacts")[0] == Look(0)


def test_another_way_to_go_on_is_seen() -> None:
    """A member that says the list goes on, under a name we do not know, is reported with the page."""
    assert look(b'{"contacts": [1], "nextPageToken": "x"}', "contacts")[0] == Look(1, other_next="nextPageToken")
    assert look(b'{"contacts": [1], "next": null}', "contacts")[0] == Look(1)


def test_very_many_members_beside_the_list_are_refused() -> None:
    """Each may be looked through: with enough of them a reading would never end."""
    with pytest.raises(CallRefused, match="members"):
        look(b'{"contacts": [], %s}' % b",".join(b'"%d":[]' % number for number in range(2_000)), "contacts")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_deep_nesting_is_refused(opening: bytes) -> None:
    """Nesting that would exhaust the stack is refused, not repeated."""
    with pytest.raises(CallRefused):
        look(b'{"contacts":' + opening * 200_000, "contacts")


@settings(max_examples=60, deadline=None)
@given(records=st.lists(VALUES, max_size=5), token=st.text())
def test_any_page_is_counted(records: list[object], token: str) -> None:
    """Whatever the rows hold, they are counted, and the page comes back as it came."""
    data = msgspec.json.encode({"rows": records, "next_page_token": token})
    assert look(data, "rows") == (Look(len(records), token), data)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_end_in_an_error_of_the_tree(data: bytes) -> None:
    """No bytes raise anything else."""
    for body in (data, b'{"rows": [' + data, b'{"rows": ["' + data + b'"]}'):
        try:
            look(body, "rows")
        except InfusionError:
            continue


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (r"cut \ud83d", "cut \ufffd"),
        (r"\ude00 cut", "\ufffd cut"),
        (r"\ud83d\ude00 and \ud83d", "\U0001f600 and \ufffd"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\\ud83d \ud83d", "\\ud83d \ufffd"),
        (r"\\\ud83d", "\\\ufffd"),
    ],
)
def test_half_an_emoji_does_not_cost_the_page(text: str, mended: str) -> None:
    """Lone halves of surrogate pairs are replaced; whole pairs and escaped backslashes stay."""
    seen, page = look(f'{{"rows": ["{text}"]}}'.encode(), "rows")
    assert seen == Look(1)
    assert json.loads(page) == {"rows": [mended]}


def test_a_bare_list_is_kept_as_a_page() -> None:
    """An answer that is a list and nothing around it becomes a page with the list as a member; an error does not."""
    assert look(b' [{"id": 1}, {"id": 2}]', BARE) == (Look(2), b'{"$list": [{"id": 1}, {"id": 2}]}')
    assert look(b"[]", BARE) == (Look(0), b'{"$list":[]}')
    with pytest.raises(ServerTrouble):
        look(b'{"message": "no"}', BARE)
