"""What Keap's documents say of the lists of REST: operations, filters, orders, records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infusion_etl.keap.walks import BARE
from infusion_etl_tests.reports.test_tables import shared

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Listed:
    """A list as it is documented: the texts of its parameters by name, one record, and all schemas it refers to."""

    texts: Mapping[str, str]
    record: Schema
    schemas: Mapping[str, Any]

    def whole(self, schema: Schema) -> Schema:
        """Follow references."""
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def at(self, schema: Schema, keys: tuple[str, ...]) -> Schema | None:
        """Return the schema of a member, or None where there is none."""
        found = self.whole(schema)
        for key in keys:
            members = found.get("properties", {})
            if key not in members:
                return None
            found = self.whole(members[key])
        return found

    def items(self, schema: Schema) -> Schema:
        """Return the schema of the items of a list."""
        return self.whole(schema.get("items", {}))

    def offers(self, member: str) -> bool:
        """Whether `fields` takes a member; the schema of a contact leaves some of them out."""
        return member in re.findall(r"\w+", self.texts.get("fields", "").partition(":")[2])

    def filters(self) -> dict[str, str]:
        """Return the fields that `filter` takes, each with what is said of it."""
        text = self.texts.get("filter", "").split("**Custom field")[0].split("You will need")[0]
        return {**dict.fromkeys(re.findall(r"`(\w+)`", text), ""), **_by_line(text)}


def _by_line(text: str) -> dict[str, str]:
    """Return the fields of a text with one a line, `- (String) name - what it takes`; the first of a name counts."""
    lines = (re.match(r"\s*- (?:\([^)]*\) +)?`?(\w+)`?(.*)", line) for line in reversed(text.splitlines()))
    return {found[1]: found[2] for found in lines if found}


def paged_lists(document: Mapping[str, Any]) -> set[str]:
    """Return the paths (below /rest) of all GET operations whose answer is a list that goes on in pages."""
    return {
        path.removeprefix("/rest")
        for path, operations in document["paths"].items()
        if "get" in operations and _goes_on(document, operations["get"])
    }


def _goes_on(document: Mapping[str, Any], operation: Mapping[str, Any]) -> bool:
    schema = answer_of(operation)
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    asked = {one["name"] for one in operation.get("parameters", ())}
    return "page_token" in asked or "next_page_token" in schema.get("properties", {})


def answer_of(operation: Mapping[str, Any]) -> Schema:
    """Return the schema of the answer 200."""
    content = operation["responses"].get("200", {}).get("content", {"": {"schema": {}}})
    found: Schema = next(iter(content.values()))["schema"]
    return found


def listed_at(path: str, records: str | None) -> Listed:
    """Look a list up in the OpenAPI documents, or among the few that only Keap's newest package describes."""
    newest = next((one for one in newer_lists() if one["path"] == f"/crm/rest{path}"), None)
    if newest:
        return _of_facts(newest, records)
    version = path.split("/")[1]
    document = shared(f"openapi/keap-{version}.json")
    operation = document["paths"][f"{'/rest' if version == 'v2' else ''}{path}"]["get"]
    texts = {one["name"]: one.get("description", "") for one in operation.get("parameters", ())}
    found = Listed(texts, {}, document.get("components", {}).get("schemas", {}))
    answer = found.whole(answer_of(operation))
    if records is None:
        return Listed(texts, answer, found.schemas)
    listed = answer if records == BARE else found.at(answer, (records,))
    assert listed is not None, (path, records)
    return Listed(texts, found.items(listed), found.schemas)


def newer_lists() -> Iterator[Mapping[str, Any]]:
    """Yield the facts on lists that came after the OpenAPI document."""
    yield from (one for one in shared("facts/rest_lists.json")["lists"] if "source" in one)


def _of_facts(one: Mapping[str, Any], records: str | None) -> Listed:
    assert records == one["collection_key"]
    orders = "".join(f"`{name}`" for name in one["order_by"] or ())
    comparable = "".join(f"\n- `{field['name']}` {field['note']}" for field in one["filter_fields"])
    record = {"properties": {name: {"type": "string"} for name in one["record"]}}
    pages = dict.fromkeys(("page_size", "page_token") if one["page_params"] else (), "")
    return Listed({"filter": comparable, "order_by": orders, **pages}, record, {})


def leaves(listed: Listed, schema: Schema, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the ways to all members of a record that hold no members themselves, through lists too."""
    found = listed.whole(schema)
    if found.get("type") == "array":
        found = listed.items(found)
    if not found.get("properties"):
        yield at
    for name, inside in found.get("properties", {}).items():
        yield from leaves(listed, inside, (*at, name))
