"""Affiliates and their programs as things to choose, for the reports on both."""

from __future__ import annotations

from infusion_etl.keap.walks import Api, XmlRpcWalk
from infusion_etl.reports.choices import Choices, Listing, rest_list, table_list
from infusion_etl.reports.report import Kind, Parameter

AFFILIATES = Parameter(
    "affiliates",
    Kind.IDS,
    "an affiliate's id or name, a list of them, or all",
    "Affiliate ID(s)",
    choices=Choices(
        "affiliate",
        {
            Api.REST: rest_list("/v2/affiliates", "affiliates", query=(("order_by", "id asc"),)),
            Api.XMLRPC: table_list("Affiliate", "AffName"),
        },
    ),
)
PROGRAMS = Parameter(
    "programs",
    Kind.IDS,
    "a program's id or name, a list of them, or all",
    "Program ID",
    choices=Choices(
        "affiliate program",
        {
            Api.REST: rest_list("/v2/affiliates/commissionPrograms", "commission_programs"),
            Api.XMLRPC: Listing(XmlRpcWalk("AffiliateProgramService.getAffiliatePrograms", ()), "Id", "Name"),
        },
    ),
)
DATES = Parameter("dates", Kind.DATES, "one day (`on`) or a range of days (`from`, `to`)", "Duration")
