"""Custom fields as columns: every kind that Keap knows has its type, through both APIs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infusion_etl.keap.walks import Api
from infusion_etl.reports import columns as c
from infusion_etl.reports.custom_fields import TYPES, custom_columns
from infusion_etl_tests.reports.telling import Telling

OPENAPI = Path(__file__).parents[3] / "shared" / "openapi"
WORDS = {word for _, word, _ in TYPES}


def told(api: Api, **field: Any) -> c.Column:
    """Return the column of one field that the account tells of."""
    (column,) = custom_columns(Telling([field], api), form=-1, model="/v2/contacts/model")
    return column


def documented(version: str) -> set[str]:
    """Return the kinds of field that a specification of Keap's lists."""
    file = OPENAPI / f"keap-{version}.json"
    if not file.is_file():
        pytest.skip(f"skipped: {file.name} is not beside this project")
    schemas = json.loads(file.read_text())["components"]["schemas"]
    return set(schemas["CustomFieldMetaData"]["properties"]["field_type"]["enum"])


@pytest.mark.parametrize(("code", "word", "kind"), TYPES)
def test_a_kind_has_the_same_type_whoever_tells_it(code: int, word: str, kind: c.Type) -> None:
    """By its number (XML-RPC) and by its word, as v2 and as v1 spell it, a field has one type, name and id."""
    found = told(Api.XMLRPC, Id=12, Name="ShoeSize", Label="Shoe", DataType=code)
    assert (found.name, found.type, c.field_id(found), found.label) == ("_ShoeSize", kind, "12", "Shoe")
    for spelled in (word, word.title().replace("_", "")):
        assert told(Api.REST, id="12", field_name="ShoeSize", label="Shoe", field_type=spelled) == found


def test_every_documented_kind_is_mapped() -> None:
    """REST v2 and v1 list the same kinds, and each has a type of its own choosing, not the one for unknown kinds."""
    assert documented("v2") == WORDS
    assert {word.upper() for word in documented("v1")} == {word.replace("_", "") for word in WORDS}


def test_numbers_of_kinds_are_those_of_the_public_schema() -> None:
    """DataFormField.DataType goes from 1 to 23; 25 was seen in accounts, 24 is nowhere."""
    assert [code for code, _, _ in TYPES] == [*range(1, 24), 25]


def test_fields_are_asked_for_once() -> None:
    """One look at the model tells all fields of a kind of record."""
    account = Telling([{"id": str(n), "field_name": f"F{n}", "field_type": "TEXT"} for n in range(200)])
    assert len(custom_columns(account, form=-1, model="/v2/contacts/model")) == 200
    assert account.calls == 1


def test_a_field_without_a_name_is_called_by_label_and_id() -> None:
    """A recorded model had no names: label and id make one that no other field has."""
    assert told(Api.REST, id="12", field_name=None, label="Shoe size (EU)", field_type="TEXT").name == "_ShoesizeEU12"
