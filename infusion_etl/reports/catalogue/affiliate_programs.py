"""The reports on affiliate programs: all, an affiliate's, a program's affiliates and resources.

REST calls them commission programs. What XML-RPC calls the members of its answers is not documented: the names are
assumed after the table schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcWalk
from infusion_etl.reports import answered
from infusion_etl.reports.catalogue.affiliate_names import AFFILIATES, PROGRAMS
from infusion_etl.reports.choices import ALL
from infusion_etl.reports.columns import INTEGER, TEXT, Column, Context, FirstOf, Mapped, Path
from infusion_etl.reports.custom_fields import custom_columns
from infusion_etl.reports.each import each, one_call
from infusion_etl.reports.report import Ask, Join, Looked, Parameters, Plan, Report, Stage
from infusion_etl.reports.table_walks import rest_walks_of_ids
from infusion_etl.reports.tables import TABLES

_CONTACT, _AFFILIATE = TABLES["Contact"], TABLES["Affiliate"]
_PATH = "/v2/affiliates/commissionPrograms"

_PROGRAM = (
    Column("Id", INTEGER, Path("id"), Path("Id"), "the program's id"),
    Column("Name", TEXT, Path("name"), Path("Name")),
    # An empty text and no text are the same here: XML-RPC leaves out what has no value.
    Column("Notes", TEXT, FirstOf((Path("notes"),)), FirstOf((Path("Notes"),))),
    Column("Priority", INTEGER, Path("priority"), Path("Priority")),
)
_MEMBER = Column("AffiliateId", INTEGER, Context("affiliate"), Context("affiliate"), "the affiliate who takes part")
_OF_PROGRAM = Column("ProgramId", INTEGER, Context("program"), Context("program"), "the program", step="affiliates")


def _contact(name: str) -> Column:
    found = _CONTACT.field(name)
    assert found is not None  # for the type checker: the table has it
    return replace(found, step="contacts")


_AFFILIATES = (
    _OF_PROGRAM,
    Column("Id", INTEGER, Path("id"), Path("Id"), "the affiliate's id", step="affiliates"),
    Column("AffName", TEXT, Path("name"), Path("AffName"), step="affiliates"),
    Column("AffCode", TEXT, Path("code"), Path("AffCode"), step="affiliates"),
    Column("ContactId", INTEGER, Path("contact_id"), Path("ContactId"), step="affiliates"),
    *(_contact(name) for name in ("FirstName", "LastName", "Email")),
)
_TYPES = (("EMAIL", "Email"), ("BANNER", "Banner"), ("PAGE", "Page"))
_RESOURCES = (
    replace(_OF_PROGRAM, step="rows"),
    Column("Id", INTEGER, Path("id"), Path("Id"), "the resource's id"),
    Column("Title", TEXT, Path("title"), Path("Title")),
    Column("ResourceType", TEXT, Mapped(Path("type"), _TYPES), Mapped(Path("ResourceType"), _TYPES)),
    Column("ResourceOrder", INTEGER, Path("order"), Path("ResourceOrder")),
    Column("ResourceHTML", TEXT, FirstOf((Path("content_html"),)), FirstOf((Path("ResourceHTML"),))),
    Column("ResourceHREF", TEXT, FirstOf((Path("url"),)), FirstOf((Path("ResourceHREF"),))),
    Column("Notes", TEXT, FirstOf((Path("notes"),)), FirstOf((Path("Notes"),))),
)


def _rest_programs(_: Ask, __: Sequence[str]) -> list[Walk]:
    return [RestWalk(_PATH, "commission_programs")]


def _xmlrpc_programs(_: Ask, __: Sequence[str]) -> list[Walk]:
    return [XmlRpcWalk("AffiliateProgramService.getAffiliatePrograms", ())]


def _rest_programs_of(_: Ask, one: str) -> Walk:
    query = (("filter", f"affiliate_id=={one}"),)
    return RestWalk(_PATH, "commission_programs", query=query, context=(("affiliate", one),))


def _look(parameters: Parameters, keap: Keap) -> Looked:
    """Find the custom fields of contacts and affiliates, and through REST who takes part in which program."""
    return Looked(_custom(keap), _members(parameters, keap) if keap.api is Api.REST else {})


def _custom(keap: Keap) -> tuple[Column, ...]:
    """Where a contact and an affiliate have a field of one name, XML-RPC has one place: the affiliate's (assumed)."""
    own = custom_columns(keap, form=_AFFILIATE.form or 0, model=_AFFILIATE.model or "")
    known = {column.name for column in own}
    theirs = custom_columns(keap, form=_CONTACT.form or 0, model=_CONTACT.model or "")
    more = (replace(column, step="contacts") for column in theirs if column.name not in known)
    return (*(replace(column, step="affiliates") for column in own), *more)


def _members(parameters: Parameters, keap: Keap) -> dict[str, str]:
    """Return the ids of the affiliates of each chosen program, joined by commas, by the program's id."""
    chosen = parameters["programs"]
    found = {
        answered.number(program, "id", of="a program"): answered.texts(program, "affiliate_ids", of="a program")
        for program in keap.records(RestWalk(_PATH, "commission_programs"))
    }
    return {str(number): ",".join(members) for number, members in found.items() if chosen == ALL or number in chosen}


def _rest_affiliates(ask: Ask, _: Sequence[str]) -> list[Walk]:
    # The list of affiliates has no filter for several ids: one call each.
    return [
        RestWalk(
            f"/v2/affiliates/{one}",
            None,
            paging=RestPaging.NONE,
            step="affiliates",
            context=(("program", program),),
            none_when_missing=True,
        )
        for program, members in ask.facts.items()
        for one in members.split(",")
        if one
    ]


def _rest_contacts(ask: Ask, ids: Sequence[str]) -> list[Walk]:
    return rest_walks_of_ids(_CONTACT, ask.columns, ids, step="contacts")


def _rest_resources(_: Ask, one: str) -> Walk:
    return RestWalk(f"{_PATH}/{one}/resources", "resources", paging=RestPaging.NONE, context=(("program", one),))


AFFILIATE_PROGRAM_REPORTS = (
    Report(
        name="affiliate_programs",
        title="Affiliate Program - All Programs",
        description="Every affiliate program of the account",
        parameters=(),
        columns=lambda _: _PROGRAM,
        key=("Id",),
        plans={Api.REST: Plan((Stage(_rest_programs),)), Api.XMLRPC: Plan((Stage(_xmlrpc_programs),))},
    ),
    Report(
        name="affiliate_programs_of_affiliate",
        title="Affiliate Program - Affiliate's Programs",
        description="The programs that affiliates take part in: a row for each program of an affiliate",
        parameters=(AFFILIATES,),
        columns=lambda _: (_MEMBER, *_PROGRAM),
        key=("AffiliateId", "Id"),
        plans={
            Api.REST: Plan(each(AFFILIATES, Api.REST, _rest_programs_of)),
            Api.XMLRPC: Plan(
                each(AFFILIATES, Api.XMLRPC, one_call("AffiliateProgramService.getProgramsForAffiliate", "affiliate"))
            ),
        },
    ),
    Report(
        name="affiliate_program_affiliates",
        title="Affiliate Program - Program's Affiliates",
        description="The affiliates of programs with their contact's name and address and all custom fields of both",
        parameters=(PROGRAMS,),
        columns=lambda _: _AFFILIATES,
        key=("ProgramId", "Id"),
        look=_look,
        plans={
            Api.REST: Plan(
                (
                    Stage(_rest_affiliates, step="affiliates"),
                    Stage(_rest_contacts, step="contacts", after="affiliates", id_source=Path("contact_id")),
                ),
                join=Join("affiliates", "contacts", Path("contact_id"), Path("id"), loose=True),
            ),
            Api.XMLRPC: Plan(
                each(PROGRAMS, Api.XMLRPC, one_call("AffiliateProgramService.getAffiliatesByProgram", "program"))
            ),
        },
    ),
    Report(
        name="affiliate_program_resources",
        title="Affiliate Program - Resources",
        description="The promotion resources of programs: e-mails, banners, pages",
        parameters=(PROGRAMS,),
        columns=lambda _: _RESOURCES,
        key=("ProgramId", "Id"),
        plans={
            Api.REST: Plan(each(PROGRAMS, Api.REST, _rest_resources)),
            Api.XMLRPC: Plan(
                each(
                    PROGRAMS,
                    Api.XMLRPC,
                    one_call("AffiliateProgramService.getResourcesForAffiliateProgram", "program"),
                )
            ),
        },
    ),
)
