"""The reports on contacts: by e-mail address, by id, by tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, RestWalk, Walk, XmlRpcPaging, XmlRpcWalk
from infusion_etl.reports.choices import Choices, rest_list, table_list
from infusion_etl.reports.columns import INTEGER, MOMENT, Column, Context, Path
from infusion_etl.reports.each import each
from infusion_etl.reports.report import Ask, Join, Kind, Looked, Parameter, Parameters, Plan, Report, Stage
from infusion_etl.reports.selection import columns_of, look
from infusion_etl.reports.table_walks import (
    fields_query,
    load_walk,
    record_walk,
    rest_walks_of_ids,
    sparing,
    xmlrpc_fields,
    xmlrpc_walks_of_ids,
)
from infusion_etl.reports.tables import TABLES

CONTACT = TABLES["Contact"]
SELECTED = Parameter(
    "fields",
    Kind.FIELDS,
    "the fields to bring; without it the usual ones and all custom fields (`_Name`)",
    "Selected Fields",
    required=False,
)
TAGS = Parameter(
    "tags",
    Kind.TAGS,
    "a tag's id or name, a list of them, or all",
    "Tags",
    choices=Choices(
        "tag", {Api.REST: rest_list("/v2/tags", "tags"), Api.XMLRPC: table_list("ContactGroup", "GroupName")}
    ),
)


def _columns(parameters: Parameters) -> tuple[Column, ...]:
    return columns_of(CONTACT, parameters)


def _look(parameters: Parameters, keap: Keap) -> Looked:
    return look(CONTACT, parameters, keap)


def _rest_by_email(ask: Ask, _: Sequence[str]) -> list[Walk]:
    # One filter covers all three addresses, like findByEmail.
    wanted = ("filter", f"email=={ask.parameters['email']}")
    query = (wanted, ("order_by", "id asc"), *fields_query(CONTACT, ask.columns))
    return [RestWalk(path="/v2/contacts", records="contacts", query=query)]


def _xmlrpc_by_email(ask: Ask, _: Sequence[str]) -> list[Walk]:
    walk = XmlRpcWalk("ContactService.findByEmail", (ask.parameters["email"], xmlrpc_fields(ask.columns)))
    return sparing([walk], ask, CONTACT)


def _rest_by_id(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return [record_walk(CONTACT, ask.columns, ask.parameters["contact_id"], Api.REST)]


def _xmlrpc_by_id(ask: Ask, _: Sequence[str]) -> list[Walk]:
    walk = load_walk("ContactService.load", (ask.parameters["contact_id"], xmlrpc_fields(ask.columns)))
    return sparing([walk], ask, CONTACT)


MEMBERSHIP = (
    Column("GroupId", INTEGER, Context("tag"), Path("GroupId"), "the tag", step="members"),
    Column(
        "DateApplied", MOMENT, Path("applied_time"), Path("DateCreated"), "when the tag was applied", step="members"
    ),
)


def _tag_columns(parameters: Parameters) -> tuple[Column, ...]:
    return (*MEMBERSHIP, *(replace(column, step="rows") for column in _columns(parameters)))


def _rest_members(_: Ask, tag: str) -> Walk:
    return RestWalk(f"/v2/tags/{tag}/contacts", "contacts", step="members", context=(("tag", tag),))


def _xmlrpc_members(_: Ask, tag: str) -> Walk:
    # ContactGroupAssign has no Id; for one tag the contact's id is as good a key to read by.
    fields = ["GroupId", "ContactId", "DateCreated"]
    params = ("ContactGroupAssign", {"GroupId": int(tag)}, fields)
    return XmlRpcWalk("DataService.query", params, paging=XmlRpcPaging.KEYSET, key="ContactId", step="members")


def _rest_tagged(ask: Ask, ids: Sequence[str]) -> list[Walk]:
    return rest_walks_of_ids(CONTACT, ask.columns, ids)


def _xmlrpc_tagged(ask: Ask, ids: Sequence[str]) -> list[Walk]:
    return sparing(xmlrpc_walks_of_ids(CONTACT.name, ask.columns, ids), ask, CONTACT)


CONTACT_REPORTS = (
    Report(
        name="contacts_by_email",
        title="Contacts - By Email Address",
        description="Contacts whose first, second or third e-mail address is the one given",
        parameters=(Parameter("email", Kind.TEXT, "the e-mail address", "Email"), SELECTED),
        columns=_columns,
        key=("Id",),
        cursor="LastUpdated",
        look=_look,
        plans={Api.REST: Plan((Stage(_rest_by_email),)), Api.XMLRPC: Plan((Stage(_xmlrpc_by_email),))},
    ),
    Report(
        name="contacts_by_id",
        title="Contacts - By ID",
        description="The contact with the given id",
        parameters=(Parameter("contact_id", Kind.ID, "the id of the contact", "Contact ID"), SELECTED),
        columns=_columns,
        key=("Id",),
        look=_look,
        plans={Api.REST: Plan((Stage(_rest_by_id),)), Api.XMLRPC: Plan((Stage(_xmlrpc_by_id),))},
    ),
    Report(
        name="contacts_by_tags",
        title="Contacts - By Tags",
        description="Contacts that have the given tags: a row for each tag of a contact",
        parameters=(TAGS, SELECTED),
        columns=_tag_columns,
        key=("GroupId", "Id"),
        look=_look,
        plans={
            Api.REST: Plan(
                (
                    *each(TAGS, Api.REST, _rest_members),
                    Stage(_rest_tagged, after="members", id_source=Path("id")),
                ),
                join=Join("members", "rows", Path("id"), Path("id")),
            ),
            Api.XMLRPC: Plan(
                (
                    *each(TAGS, Api.XMLRPC, _xmlrpc_members),
                    Stage(_xmlrpc_tagged, after="members", id_source=Path("ContactId")),
                ),
                join=Join("members", "rows", Path("ContactId"), Path("Id")),
            ),
        },
    ),
)
