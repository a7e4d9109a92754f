"""Custom fields as typed, named columns: one look at the account's model a refresh.

The column is called as the table schema calls it, `_` and the field's name, through both APIs. Types: DataFormField's
DataType codes (XML-RPC) and CustomFieldMetaData's field_type (REST; `WHOLE_NUMBER` in v2, `WholeNumber` in v1) name the
same kinds. That both APIs give a field the same id is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcPaging, XmlRpcWalk
from infusion_etl.reports import answered
from infusion_etl.reports.columns import (
    DATE,
    INTEGER,
    MOMENT,
    MONEY,
    NUMBER,
    TEXT,
    TEXTS,
    YES_NO,
    Column,
    CustomField,
    Path,
    Type,
)
from infusion_etl.reports.names import nearest

TYPES: tuple[tuple[int, str, Type], ...] = (
    (1, "PHONE_NUMBER", TEXT),
    (2, "SOCIAL_SECURITY_NUMBER", TEXT),
    (3, "CURRENCY", MONEY),
    (4, "PERCENT", NUMBER),
    (5, "STATE", TEXT),
    (6, "YES_NO", YES_NO),
    (7, "YEAR", INTEGER),
    (8, "MONTH", INTEGER),
    (9, "DAY_OF_WEEK", INTEGER),
    (10, "NAME", TEXT),
    (11, "DECIMAL_NUMBER", NUMBER),
    (12, "WHOLE_NUMBER", INTEGER),
    (13, "DATE", DATE),
    (14, "DATE_TIME", MOMENT),
    (15, "TEXT", TEXT),
    (16, "TEXT_AREA", TEXT),
    (17, "LIST_BOX", TEXTS),
    (18, "WEBSITE", TEXT),
    (19, "EMAIL", TEXT),
    (20, "RADIO", TEXT),
    (21, "DROPDOWN", TEXT),
    (22, "USER", INTEGER),
    (23, "DRILLDOWN", TEXT),
    (25, "USER_LIST_BOX", TEXTS),
)
"""DataType code, field_type, column type. A kind that is not listed lands as text, so nothing is lost."""

_FIELD = "a custom field"
_BY_CODE = {code: kind for code, _, kind in TYPES}
_BY_WORD = {word.replace("_", ""): kind for _, word, kind in TYPES}


def custom_columns(keap: Keap, *, form: int, model: str) -> tuple[Column, ...]:
    """Ask the account for the custom fields of one record type; one call (XML-RPC: one for each 1000 fields).

    Raises CallRefused for a field without what names it, and what reading raises.
    """
    found = keap.records(_walk(keap.api, form, model))
    read = _from_rest if keap.api is Api.REST else _from_xmlrpc
    return tuple(sorted((read(one) for one in found), key=lambda column: column.name))


def chosen(columns: Sequence[Column], names: Sequence[str], place: str = "fields") -> tuple[Column, ...]:
    """Return the custom columns of these names, in their order; `place` is the parameter that names them.

    Raises ConfigMistake with all names that the account does not have, and the nearest that it has.
    """
    by_name = {column.name: column for column in columns}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise ConfigMistake(
            [Problem(place, f"the account has no custom field {name!r}", nearest(name, by_name)) for name in unknown]
        )
    return tuple(by_name[name] for name in names)


def _walk(api: Api, form: int, model: str) -> Walk:
    if api is Api.REST:
        return RestWalk(path=model, records="custom_fields", paging=RestPaging.NONE)
    fields = ["Id", "Name", "Label", "DataType"]
    return XmlRpcWalk("DataService.query", ("DataFormField", {"FormId": form}, fields), paging=XmlRpcPaging.KEYSET)


def _from_rest(found: dict[str, Any]) -> Column:
    number = answered.text(found, "id", of=_FIELD)
    label = str(found.get("label") or "")
    # A recorded model had no field_name at all: label and id then make a name that stays.
    name = str(found.get("field_name") or "") or f"{re.sub(r'[^A-Za-z0-9]+', '', label)}{number}"
    kind = _BY_WORD.get(str(found.get("field_type") or "").replace("_", "").upper(), TEXT)
    return _column(name, label, kind, number)


def _from_xmlrpc(found: dict[str, Any]) -> Column:
    name, number = answered.text(found, "Name", of=_FIELD), answered.text(found, "Id", of=_FIELD)
    kind = _BY_CODE.get(answered.number(found, "DataType", of=_FIELD) if found.get("DataType") else 0, TEXT)
    return _column(name, str(found.get("Label") or ""), kind, number)


def _column(name: str, label: str, kind: Type, number: str) -> Column:
    schema_name = "_" + name.replace("\0", "").removeprefix("_")  # no database takes a NUL in a name
    return Column(
        schema_name,
        kind,
        rest=CustomField(number),
        xmlrpc=Path(schema_name),
        description=f"custom field {number}: {label}",
        label=label,
    )
