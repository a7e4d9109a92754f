"""Records chosen by id, by name, or all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.errors import ConfigMistake
from infusion_etl.keap.walks import Api, Page, RestWalk, Walk
from infusion_etl.reports.choices import Choice, Choices, Listing, chosen, looked_up, offered

LIST = RestWalk("/v2/things", "things")


@dataclass
class Shelf:
    """An account that has one list, and counts how often it is read."""

    things: list[dict[str, Any]]
    api: Api = Api.REST
    read: list[Walk] = field(default_factory=list)

    @property
    def calls(self) -> int:
        """How often the list was read."""
        return len(self.read)

    @property
    def waited(self) -> float:
        """Nothing: it never waits."""
        return 0.0

    def pages(self, walk: Walk, cursor: dict[str, Any] | None = None) -> Iterator[Page]:
        """Refuse: it has no pages."""
        raise NotImplementedError

    def records(self, walk: Walk) -> list[dict[str, Any]]:
        """Give the list."""
        self.read.append(walk)
        return self.things


THINGS = [
    {"id": "2", "name": "Gold", "kind": "a"},
    {"id": "4", "name": "gold ", "kind": "b"},
    {"id": "6", "name": "Silver", "kind": "a"},
    {"id": "8", "name": "Silver", "kind": "a"},
    {"id": "10", "kind": "a"},
]


def choices(**more: Any) -> Choices:
    """Return the choice among the things."""
    return Choices("thing", {Api.REST: Listing(LIST, **more)})


def test_ids_and_all_are_taken_as_they_are() -> None:
    """No call is spent on what is clear."""
    shelf = Shelf(THINGS)
    assert looked_up(choices(), (4, 99), shelf) == (4, 99)
    assert looked_up(choices(), "all", shelf) == "all"
    assert shelf.calls == 0


def test_names_are_looked_up_in_one_read() -> None:
    """Exactly the name before one that differs by case; an id beside it stays; what is meant twice comes once."""
    shelf = Shelf(THINGS)
    assert looked_up(choices(), ("Gold", 99, 2), shelf) == (2, 99)
    assert looked_up(choices(), ("gold ",), shelf) == (4,)
    assert shelf.calls == 2


def test_all_is_spelled_out_where_a_list_holds_others_too() -> None:
    """Only those that are meant are counted as all, and found by name."""
    only = Choices("thing", choices(keep=lambda one: one["kind"] == "b").listings, spelled_out=True)
    assert looked_up(only, "all", Shelf(THINGS)) == (4,)
    assert looked_up(only, ("GOLD",), Shelf(THINGS)) == (4,)
    with pytest.raises(ConfigMistake, match="no thing called 'Silver'"):
        looked_up(only, ("Silver",), Shelf(THINGS))


def test_what_is_not_clear_is_told_with_the_candidates() -> None:
    """Unknown names with the nearest, names of several with every id, all at once."""
    with pytest.raises(ConfigMistake) as caught:
        looked_up(choices(), ("Golt", "Silver", "GOLD"), Shelf(THINGS))
    unknown, twice, folded = str(caught.value).splitlines()
    assert "did you mean Gold" in unknown
    assert "6 (Silver), 8 (Silver)" in twice
    assert "2 (Gold), 4 (gold )" in folded


def test_a_name_that_many_have_shows_the_first_ten() -> None:
    """A message stays readable."""
    many = [Choice(number, "Twin") for number in range(1, 50)]
    with pytest.raises(ConfigMistake, match=r"49 of the name 'Twin'.*10 \(Twin\), \.\.\.$"):
        chosen("thing", ["Twin"], many)


def test_records_without_a_name_can_be_chosen_by_id_only() -> None:
    """An empty name is nobody's name."""
    assert offered(choices(), Shelf(THINGS))[-1] == Choice(10, "")
    assert str(Choice(10, "")) == "10"
    assert not Choices("invoice", {Api.REST: Listing(LIST, name="")}).named


@given(st.lists(st.text(min_size=1), min_size=1, max_size=8, unique_by=lambda name: name.strip().casefold()))
def test_every_name_is_found_as_it_is_spelled(names: list[str]) -> None:
    """Quotes, stars, emoji: a name that only one has finds that one."""
    found = [Choice(place + 1, name) for place, name in enumerate(names)]
    assert chosen("thing", names, found) == tuple(one.id for one in found)
