"""What REST's lists hold, read by plain HTTP, and what a source of a column says of one record, in plain Python."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import duckdb

from infusion_etl.keap.walks import BARE, RestPaging
from infusion_etl.reports.catalogue.resources.entry import Entry
from infusion_etl.reports.columns import (
    Column,
    Context,
    CustomField,
    FirstOf,
    Keyed,
    Minor,
    Outer,
    Path,
    Source,
    Together,
    Type,
)
from infusion_etl.simulator.config import DEMO_KEY

_CONTACT_FIELDS = """
    id given_name middle_name family_name prefix suffix preferred_name job_title email_addresses phone_numbers
    fax_numbers addresses company owner_id account_id leadsource_id contact_type source_type website spouse_name
    assistant_name assistant_phone referral_code preferred_locale time_zone billing_information notes score_value
    birth_date anniversary_date tag_ids social_accounts links utm_parameters origin created_by create_time
    last_updated_by update_time custom_fields
"""
_COMPANY_FIELDS = """
    id company_name website notes contact_type referral_code billing_information title first_name middle_name last_name
    suffix preferred_name job_title spouse_name assistant_name assistant_phone groups email_address phone_number
    fax_number address owner_id account_id birth_date anniversary_date created_by create_time last_updated_by
    update_time custom_fields
"""
ASKED: Mapping[str, Mapping[str, str]] = {
    "/v2/contacts": {"fields": ",".join(_CONTACT_FIELDS.split())},
    "/v2/companies": {"fields": ",".join(_COMPANY_FIELDS.split())},
    "/v2/opportunities": {"fields": "custom_fields,created_by,last_updated_by,status_id"},
    "/v2/notes": {"fields": "custom_fields"},
    "/v2/tasks": {"fields": "custom_fields"},
    "/v2/users": {"filter": "include_inactive==true;include_partners==true"},
}
"""What has to be asked to see all of a list."""

PARENTS: Mapping[str, tuple[str, str, str]] = {
    "contact_id": ("/v2/contacts", "contacts", "id"),
    "contactId": ("/v2/contacts", "contacts", "id"),
    "company_id": ("/v2/companies", "companies", "id"),
    "tag_id": ("/v2/tags", "tags", "id"),
    "order_id": ("/v2/orders", "orders", "id"),
    "product_id": ("/v2/products", "products", "id"),
    "campaign_id": ("/v2/campaigns", "campaigns", "id"),
    "affiliate_id": ("/v2/affiliates", "affiliates", "id"),
    "affiliateId": ("/v2/affiliates", "affiliates", "id"),
    "commission_program_id": ("/v2/affiliates/commissionPrograms", "commission_programs", "id"),
    "lead_source_id": ("/v2/leadSources", "lead_sources", "id"),
    "country_code": ("/v2/locales/countries", "countries", "alpha3"),
}
"""Where the ids in a path come from: the list, its member, the member of a record (of its codes, for a country)."""

MANY = {"/v2/tags/-/contacts": ("tag_ids", "tag_id"), "/v2/contacts/-/tags": ("contact_ids", "contact_id")}
"""Lists that take the ids of many parents in a filter."""


@dataclass(frozen=True)
class Account:
    """An account's address; everything is asked anew, with nothing of the connector in between."""

    url: str

    def records(self, entry: Entry) -> Iterator[tuple[dict[str, str], Any]]:
        """Yield the records of an entry's list, each with the ids of its path."""
        if entry.path in MANY:
            name, parent = MANY[entry.path]
            ids = ",".join(self._ids(parent))
            yield from (({}, record) for record in self.listed(entry.path, entry.records, {"filter": f"{name}=={ids}"}))
            return
        for named in self._named(entry.path):
            path = entry.path.format(**named)
            yield from ((named, one) for one in self.listed(path, entry.records, ASKED.get(path, {}), entry.paging))

    def _named(self, path: str) -> Iterator[dict[str, str]]:
        """Yield the ids of a path: of two, the second belongs to the first."""
        first, *more = [*re.findall(r"{(\w+)}", path), ""]
        if not first:
            yield {}
            return
        for one in self._ids(first):
            if more == [""]:
                yield {first: one}
            else:
                inner = path.partition(f"{{{more[0]}}}")[0].rstrip("/").format(**{first: one})
                rows = self.listed(inner, "lead_source_recurring_expenses", {})
                yield from ({first: one, more[0]: row["id"]} for row in rows)

    def _ids(self, name: str) -> list[str]:
        path, member, key = PARENTS[name]
        paging = RestPaging.NONE if key == "alpha3" else RestPaging.TOKEN
        rows = self.listed(path, member, {}, paging)
        return [str(row.get("codes", row)[key]) for row in rows]

    def listed(
        self, path: str, records: str | None, asked: Mapping[str, str], paging: RestPaging = RestPaging.TOKEN
    ) -> list[Any]:
        """Return all records of a list, page after page."""
        if paging is RestPaging.OFFSET:
            return self._by_offset(path, records or "")
        found: list[Any] = []
        token = ""
        while True:
            answer = self._get(path, {**asked, **({"page_token": token} if token else {})})
            if records is None:
                return [answer]
            found += (answer if records == BARE else answer[records]) or []
            token = "" if records == BARE else answer.get("next_page_token") or ""
            if paging is RestPaging.NONE or not token:
                return found

    def _by_offset(self, path: str, records: str) -> list[Any]:
        found: list[Any] = []
        for page in count():
            some = self._get(path, {"limit": "100", "offset": str(100 * page)})[records]
            found += some
            if not some:
                break
        return found

    def post(self, path: str, **body: str) -> Any:
        """Make something."""
        return self._answer(path, json.dumps(body).encode())

    def _get(self, path: str, asked: Mapping[str, str]) -> Any:
        return self._answer(f"{quote(path, safe='/:')}?{urlencode(asked)}", None)

    def _answer(self, address: str, body: bytes | None) -> Any:
        headers = {"X-Keap-API-Key": DEMO_KEY.secret, "Content-Type": "application/json"}
        request = Request(f"{self.url}/crm/rest{address}", body, headers)
        with urlopen(request) as answer:
            return json.loads(answer.read())


def row_of(columns: tuple[Column, ...], record: Any, ids: Mapping[str, str], around: Any = None) -> dict[str, Any]:
    """Return what a record must land as."""
    return {c.name: typed(value_at(c.rest, record, ids, around), c.type) for c in columns if c.rest}


def value_at(source: Source | None, record: Any, ids: Mapping[str, str], around: Any) -> Any:  # noqa: PLR0911 - one a kind
    """Return the raw value that a source names."""
    match source:
        case Path(keys=keys):
            for key in keys:
                record = record.get(key) if isinstance(record, dict) else None
            return record
        case Keyed(items=items, by=by, value=value, path=path):
            return next((one.get(path) for one in record.get(items) or () if one.get(by) == value), None)
        case CustomField(id=number):
            return next((f["content"] for f in record.get("custom_fields") or () if f["id"] == number), None)
        case Minor(path=path):
            found = value_at(path, record, ids, around)
            return found and (Decimal(found["amount"]) / (1 if found["currency_code"] == "JPY" else 100))
        case Context(name=name):
            return ids[name]
        case Together(of=several, by=by):
            parts = [value_at(one, record, ids, around) for one in several]
            return None if None in parts else by.join(map(str, parts))
        case FirstOf(sources=sources):
            return next((f for one in sources if (f := value_at(one, record, ids, around)) is not None), None)
        case Outer(of=of):
            return value_at(of, around, ids, None)
    raise TypeError(source)


def typed(value: Any, kind: Type) -> Any:
    """Return a raw value as the column's type."""
    if kind.sql.endswith("[]") and isinstance(value, str):
        value = value.split(",") if value else None  # a custom field of several values may come as one text
    return _cast(value, duckdb.sqltype(kind.sql))


_CASTS: Mapping[str, Callable[[Any], Any]] = {
    "bigint": int,
    "double": float,
    "decimal": lambda value: Decimal(str(value)).quantize(Decimal("0.0001")),
    "timestamp with time zone": lambda value: datetime.fromisoformat(value).astimezone(UTC),
    "date": lambda value: date.fromisoformat(value[:10]),
    "boolean": lambda value: str(value).lower() in ("true", "1", "yes"),
    "varchar": str,
}


def _cast(value: Any, kind: Any) -> Any:
    """Return a value as a DuckDB type; of an object only the members that the type has."""
    if value is None or (value == "" and kind.id != "varchar"):
        return None
    if kind.id == "list":
        return [_cast(item, kind.children[0][1]) for item in value]
    if kind.id == "struct":
        return {name: _cast(value.get(name), child) for name, child in kind.children}
    return _CASTS[kind.id](value)


def landed(value: Any) -> Any:
    """Return a landed value in the form of `typed`: moments in UTC, at any depth."""
    if isinstance(value, list):
        return [landed(item) for item in value]
    if isinstance(value, dict):
        return {name: landed(item) for name, item in value.items()}
    return value.astimezone(UTC) if isinstance(value, datetime) else value
