"""What a delivery says, and what is no delivery."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.hooks.deliveries import MOST_OBJECTS, Happening, NotADelivery, read


def body(event: str, *objects: object) -> bytes:
    """Return a delivery's body."""
    return json.dumps({"event_key": event, "object_type": "it", "object_keys": objects}).encode()


def test_ids_moments_and_what_they_are_of() -> None:
    """The documented form; ids come as numbers or as text, and nothing else of an object is taken."""
    sent = {"id": 7, "apiUrl": "https://example.com/7", "timestamp": "2026-11-21T06:00:00.000Z", "email": "a@b.com"}
    assert read(body("invoice.payment.edit", sent, {"id": "8"})) == [
        Happening("invoice.payment.edit", "invoice.payment", "7", "2026-11-21T06:00:00.000Z"),
        Happening("invoice.payment.edit", "invoice.payment", "8", ""),
    ]


@pytest.mark.parametrize("word", ["applied", "removed"])
def test_tags_put_on_or_taken_off_concern_the_people(word: str) -> None:
    """The form seen years ago: a tag and the contacts that it was put on."""
    found = read(body(f"contactGroup.{word}", {"tagId": 3, word: [1, 2]}))
    assert [(one.thing, one.id) for one in found] == [("contact", "1"), ("contact", "2")]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b"[" * 10_000,
        body("contact.edit; drop table", {"id": 1}),
        body("contact.edit", {"id": "1 or 1=1"}),
        body("contact.edit", {"id": True}),
        body("contact.edit", {"id": None}),
        body("contact.edit", 5),
        body("contact.edit", *[{"id": 1}] * (MOST_OBJECTS + 1)),
        body("contactGroup.applied", {"tagId": 3, "applied": list(range(MOST_OBJECTS + 1))}),
        json.dumps({"event_key": "contact.edit", "object_keys": {"id": 1}}).encode(),
    ],
)
def test_anything_else_is_none(wrong: bytes) -> None:
    """It is refused whole, in words that quote nothing of it."""
    with pytest.raises(NotADelivery) as caught:
        read(wrong)
    assert "drop table" not in str(caught.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_does_more_than_be_refused(value: object) -> None:
    """Whatever comes as JSON is a delivery or is refused."""
    for sent in (value, {"event_key": "contact.edit", "object_keys": value}, {"event_key": value, "object_keys": []}):
        try:
            read(json.dumps(sent).encode())
        except NotADelivery:
            continue
