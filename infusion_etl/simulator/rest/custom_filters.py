"""Filtering by custom fields: which operators a field takes depends on its type (documented)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infusion_etl.simulator.rest import filters
from infusion_etl.simulator.rest.filters import FilterField
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import CustomField

_NUMERIC = {"CURRENCY", "PERCENT", "YEAR", "MONTH", "DAY_OF_WEEK", "DECIMAL_NUMBER", "WHOLE_NUMBER", "USER"}
_DATES = {"DATE", "DATE_TIME"}
_MULTIPLE = {"LIST_BOX", "USER_LIST_BOX"}


def custom_filters(world: World, record: str | None) -> dict[str, FilterField]:
    """Entries for the custom fields of a kind of record, by name in lower case.

    The name is the model's field_name, which stands here without the leading underscore of XML-RPC (assumed:
    the documentation
    shows both forms); with it, it is understood too.
    """
    found: dict[str, FilterField] = {}
    for field in world.fields_of(record) if record else ():
        entry = _entry(field, days=record == "affiliate")
        found[field.name.lower()] = found[f"_{field.name}".lower()] = entry
    return found


def _entry(field: CustomField, *, days: bool) -> FilterField:
    def get(record: Any) -> Any:
        return record.custom.get(field.id)

    if field.type_name in _NUMERIC:
        return filters.number(get, filters.COMPARE)
    if field.type_name in _DATES:
        return filters.moment_compare(get, days=days)
    if field.type_name in _MULTIPLE:
        return filters.texts(lambda record: get(record) or ())
    if field.type_name == "YES_NO":
        return _yes_no(get)
    return filters.text(get, wildcard=field.type_name != "DRILLDOWN")


def _yes_no(get: Callable[[Any], Any]) -> FilterField:
    words = {"1": 1, "true": 1, "yes": 1, "0": 0, "false": 0, "no": 0}

    def build(_: str, value: str) -> filters.Test:
        wanted = words.get(value.lower())
        return lambda record: wanted is not None and get(record) == wanted

    return FilterField(filters.EQUAL, build)
