"""Looks at an account whose answers lack what they cannot do without: refused by name, never a crash."""

from __future__ import annotations

from typing import Any

import pytest

from infusion_etl.errors import CallRefused
from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.choices import Choices, offered, rest_list
from infusion_etl.reports.columns import INTEGER, TEXT
from infusion_etl.reports.custom_fields import custom_columns
from infusion_etl_tests.reports.telling import Telling

SECRET = "555-12-3456"


def refused(look: Any, *arguments: Any, **named: Any) -> str:
    """Return the message of the refusal that a look ends with; it must not quote what came."""
    with pytest.raises(CallRefused) as caught:
        look(*arguments, **named)
    assert SECRET not in str(caught.value)
    return caught.value.message


@pytest.mark.parametrize(
    ("api", "field", "missing"),
    [
        (Api.REST, {"label": SECRET, "field_type": "TEXT"}, "id"),
        (Api.REST, {"id": None, "field_name": SECRET}, "id"),
        (Api.XMLRPC, {"Id": 1, "Label": SECRET, "DataType": 15}, "Name"),
        (Api.XMLRPC, {"Name": SECRET, "DataType": 15}, "Id"),
        (Api.XMLRPC, {"Id": 1, "Name": "Shoe", "DataType": SECRET}, "DataType"),
        (Api.XMLRPC, {"Id": 1, "Name": "Shoe", "DataType": [SECRET]}, "DataType"),
    ],
)
def test_a_custom_field_without_what_names_it_is_refused(api: Api, field: dict[str, Any], missing: str) -> None:
    """The member that is missing, or no number where one is due, is named; its value is not."""
    message = refused(custom_columns, Telling([field], api), form=-1, model="/v2/contacts/model")
    assert f"'{missing}'" in message
    assert "custom field" in message


def test_a_custom_field_of_a_kind_that_is_not_known_lands_as_text() -> None:
    """Numbers may come as text; a kind that nobody has listed loses nothing."""
    fields = [{"Id": "1", "Name": "Size", "DataType": "12"}, {"Id": "2", "Name": "Zodiac", "DataType": "99"}]
    found = custom_columns(Telling(fields, Api.XMLRPC), form=-1, model="")
    assert [(column.name, column.type) for column in found] == [("_Size", INTEGER), ("_Zodiac", TEXT)]


@pytest.mark.parametrize("record", [{"name": SECRET}, {"id": SECRET, "name": "x"}, {"id": None}])
def test_a_record_to_choose_from_needs_a_number(record: dict[str, Any]) -> None:
    """A list of tags, affiliates and so on whose records have no id leads nowhere."""
    choices = Choices("tag", {Api.REST: rest_list("/v2/tags", "tags")})
    assert "'id'" in refused(offered, choices, Telling([record]))


@pytest.mark.parametrize(
    ("api", "found", "missing"),
    [
        (Api.REST, {"name": "People"}, "id"),
        (Api.REST, {"id": SECRET, "name": "People"}, "id"),
        (Api.XMLRPC, {"FilterName": "People"}, "Id"),
    ],
)
def test_a_saved_search_needs_a_number(api: Api, found: dict[str, Any], missing: str) -> None:
    """It is asked for by its id."""
    look = CATALOGUE["saved_search"].look
    assert f"'{missing}'" in refused(look, {"saved_search": "People"}, Telling([found], api))


def test_a_column_of_a_saved_search_needs_a_name() -> None:
    """Without it, every such column would be one of the name `None`."""
    look = CATALOGUE["saved_search"].look
    assert "'name'" in refused(look, {"saved_search": 7}, Telling([{"label": SECRET}]))


@pytest.mark.parametrize("program", [{"affiliate_ids": ["1"]}, {"id": SECRET}, {"id": "3", "affiliate_ids": SECRET}])
def test_a_program_needs_a_number_and_a_list_of_members(program: dict[str, Any]) -> None:
    """The calls that read its members are made of them."""
    look = CATALOGUE["affiliate_program_affiliates"].look
    assert "a program" in refused(look, {"programs": "all"}, Telling([program], about="commissionPrograms"))
