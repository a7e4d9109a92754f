"""The rows of a saved search: text cells, an empty one is an empty text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import overload

from infusion_etl.simulator.world.records import Order, Person, Phone, SavedSearch
from infusion_etl.simulator.world.world import World

Row = dict[str, str]


class SearchRows(Sequence[Row]):
    """The rows of one run, by the subject's id; a row is computed when it is looked at."""

    def __init__(self, ids: Sequence[int], row: Callable[[int], Row]) -> None:
        self._ids = ids
        self._row = row

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        """Return one row, or a list of rows for a slice."""
        if isinstance(place, slice):
            return [self._row(row_id) for row_id in self._ids[place]]
        return self._row(self._ids[place])


def search_rows(world: World, search: SavedSearch) -> SearchRows:
    """Run a saved search now: all of its columns, in the order of ids (assumed)."""
    if search.subject == "order":
        return SearchRows(world.orders.ids, lambda order_id: _order_row(world.orders[order_id]))
    if search.subject == "none":
        return SearchRows((), lambda _: {})
    return SearchRows(_people(world, search.city), lambda person_id: _person_row(world, world.people[person_id]))


def _people(world: World, city: str | None) -> Sequence[int]:
    if city is None:
        return tuple(world.people.ids)
    return [person.id for person in world.people if person.billing and person.billing.city == city]


def _person_row(world: World, person: Person) -> Row:
    address = person.billing
    company = world.companies.get(person.company_id)
    cells: Mapping[str, str | None] = {
        "Id": str(person.id),
        "ContactName": " ".join(part for part in (person.given_name, person.family_name) if part),
        "ContactName.firstName": person.given_name,
        "ContactName.lastName": person.family_name,
        "Email": person.emails[0],
        "PhoneWithExtension1": _phone(person.phones[0]),
        "CompanyInfo": company.name if company else None,
        "City": address.city if address else None,
        "PostalCodePlusZipFour1": address.postal_code if address else None,
        "PostalCodePlusZipFour1.zipFour": address.zip_four if address else None,
        "DateCreated": person.created.strftime("%Y-%m-%d %H:%M:%S"),
        "Follow-UpSequence": None,
    }
    return {key: text or "" for key, text in cells.items()}


def _order_row(order: Order) -> Row:
    return {
        "Id": str(order.id),
        "OrderTitle": order.title,
        "ContactId": str(order.contact_id),
        "OrderTotal": f"{order.total / 100:.2f}",
        "DateCreated": order.created.strftime("%Y-%m-%d %H:%M:%S"),
    }


def _phone(phone: Phone | None) -> str | None:
    return f"{phone.number} x{phone.extension}" if phone and phone.extension else phone.number if phone else None
