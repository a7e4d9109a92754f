"""The reports on affiliates: commissions over a time, summary over a time, running totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from infusion_etl.keap.walks import Api, RestWalk, Walk, XmlRpcPaging, XmlRpcWalk
from infusion_etl.reports.columns import INTEGER, MOMENT, MONEY, TEXT, Column, Context, Path
from infusion_etl.reports.pushdown import rest_moment
from infusion_etl.reports.query import Condition, Op
from infusion_etl.reports.report import Ask, Kind, Parameter, Plan, Report, Stage

AFFILIATES = Parameter("affiliates", Kind.IDS, "an affiliate's id, a list of ids, or all", "Affiliate ID(s)")
DATES = Parameter("dates", Kind.DATES, "one day (`on`) or a range of days (`from`, `to`)", "Duration")

_EASTERN = ZoneInfo("America/New_York")
_IDS_A_CALL = 100  # assumed safe: no limit is documented for this filter
ALL = "all"


def _ends(ask: Ask) -> tuple[datetime, datetime]:
    """Return the first moment of the period, and the first moment after it (aware, UTC)."""
    period = ask.parameters["dates"].resolve(ask.now, ask.zone)
    return period.start, period.end


def _rest_since(ask: Ask) -> str:
    start, end = _ends(ask)
    return f"since_time=={rest_moment(start)};until_time=={rest_moment(end)}"


def _xmlrpc_dates(ask: Ask) -> tuple[datetime, datetime]:
    """XML-RPC's dates carry no zone and mean US Eastern."""
    start, end = _ends(ask)
    return start.astimezone(_EASTERN).replace(tzinfo=None), end.astimezone(_EASTERN).replace(tzinfo=None)


def _earned_in_period(ask: Ask) -> tuple[Condition, ...]:
    # Whether the ends of Keap's own filter are inclusive is not documented: DuckDB cuts them exactly.
    start, end = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in _xmlrpc_dates(ask))
    return (Condition("DateEarned", Op.AT_LEAST, start), Condition("DateEarned", Op.LESS, end))


def _rest_list(ask: Ask, _: Sequence[str]) -> list[Walk]:
    """List the affiliates, where all are wanted and each needs a call of its own."""
    if ask.parameters["affiliates"] != ALL:
        return []
    return [RestWalk("/v2/affiliates", "affiliates", query=(("order_by", "id asc"),), step="affiliates")]


def _xmlrpc_list(ask: Ask, _: Sequence[str]) -> list[Walk]:
    if ask.parameters["affiliates"] != ALL:
        return []
    params: tuple[object, ...] = ("Affiliate", {}, ["Id"])
    return [XmlRpcWalk("DataService.query", params, paging=XmlRpcPaging.KEYSET, step="affiliates")]


def _wanted(ask: Ask, found: Sequence[str]) -> list[str]:
    chosen = ask.parameters["affiliates"]
    return list(found) if chosen == ALL else [str(one) for one in chosen]


def _rest_commissions(ask: Ask, found: Sequence[str]) -> list[Walk]:
    query = (("filter", _rest_since(ask)), ("order_by", "time_earned asc"))
    return [
        RestWalk(
            f"/v2/affiliates/{one}:commissions", "affiliate_commissions", query=query, context=(("affiliate", one),)
        )
        for one in _wanted(ask, found)
    ]


def _xmlrpc_commissions(ask: Ask, found: Sequence[str]) -> list[Walk]:
    return [
        XmlRpcWalk("APIAffiliateService.affCommissions", (int(one), *_xmlrpc_dates(ask)), context=(("affiliate", one),))
        for one in _wanted(ask, found)
    ]


def _rest_summaries(ask: Ask, dates: Sequence[str]) -> list[Walk]:
    chosen = ask.parameters["affiliates"]
    chunks = [()] if chosen == ALL else [chosen[at : at + _IDS_A_CALL] for at in range(0, len(chosen), _IDS_A_CALL)]
    named = [[f"affiliate_ids=={','.join(map(str, chunk))}"] if chunk else [] for chunk in chunks]
    filters = [";".join([*ids, *dates]) for ids in named]
    return [
        RestWalk(
            "/v2/affiliates/summaries",
            "affiliate_summaries",
            query=(*((("filter", text),) if text else ()), ("order_by", "affiliate_id asc")),
        )
        for text in filters
    ]


def _rest_summary(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return _rest_summaries(ask, [_rest_since(ask)])


def _rest_totals(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return _rest_summaries(ask, [])


def _xmlrpc_summary(ask: Ask, found: Sequence[str]) -> list[Walk]:
    ids = [int(one) for one in _wanted(ask, found)]
    return [XmlRpcWalk("APIAffiliateService.affSummary", (ids, *_xmlrpc_dates(ask)))] if ids else []


def _xmlrpc_totals(ask: Ask, found: Sequence[str]) -> list[Walk]:
    ids = [int(one) for one in _wanted(ask, found)]
    return [XmlRpcWalk("APIAffiliateService.affRunningTotals", (ids,))] if ids else []


_XMLRPC_LIST = Stage(_xmlrpc_list, step="affiliates")

AFFILIATE_REPORTS = (
    Report(
        name="affiliate_commissions",
        title="Affiliate - Commissions",
        description="Commissions that affiliates earned within a range of dates",
        parameters=(AFFILIATES, DATES),
        # The seller's name is two members in XML-RPC and one in REST: SaleAffId says who it was, through both.
        columns=lambda _: (
            Column("AffiliateId", INTEGER, Context("affiliate"), Context("affiliate"), "whose commission it is"),
            Column("ContactId", INTEGER, Path("contact_id"), Path("ContactId"), "the buyer"),
            Column("ContactFirstName", TEXT, Path("contact_first_name"), Path("ContactFirstName")),
            Column("ContactLastName", TEXT, Path("contact_last_name"), Path("ContactLastName")),
            Column("SaleAffId", INTEGER, Path("sales_affiliate_id"), Path("SaleAffId"), "who made the sale"),
            Column("Description", TEXT, Path("description"), Path("Description")),
            Column("AmtEarned", MONEY, Path("amount_earned"), Path("AmtEarned")),
            Column("InvoiceId", INTEGER, Path("invoice_id"), Path("InvoiceId")),
            Column("ProductName", TEXT, Path("product_name"), Path("ProductName")),
            Column("DateEarned", MOMENT, Path("time_earned"), Path("DateEarned")),
        ),
        cursor="DateEarned",
        conditions=_earned_in_period,
        plans={
            Api.REST: Plan(
                (
                    Stage(_rest_list, step="affiliates"),
                    Stage(_rest_commissions, after="affiliates", id_source=Path("id")),
                )
            ),
            Api.XMLRPC: Plan((_XMLRPC_LIST, Stage(_xmlrpc_commissions, after="affiliates", id_source=Path("Id")))),
        },
    ),
    Report(
        name="affiliate_summary",
        title="Affiliate Summary",
        description="What affiliates earned, lost to clawbacks and are owed, within a range of dates",
        parameters=(AFFILIATES, DATES),
        columns=lambda _: (
            Column("AffiliateId", INTEGER, Path("affiliateId"), Path("AffiliateId")),
            Column("AmountEarned", MONEY, Path("amountEarned"), Path("AmountEarned")),
            Column("Clawbacks", MONEY, Path("clawbacks"), Path("Clawbacks")),
            Column("Balance", MONEY, Path("balance"), Path("Balance")),
        ),
        key=("AffiliateId",),
        plans={
            Api.REST: Plan((Stage(_rest_summary),)),
            Api.XMLRPC: Plan((_XMLRPC_LIST, Stage(_xmlrpc_summary, after="affiliates", id_source=Path("Id")))),
        },
    ),
    Report(
        name="affiliate_running_totals",
        title="Affiliate - Running Totals",
        description="Current balances of affiliates: amount earned, clawbacks, running balance",
        parameters=(AFFILIATES,),
        # XML-RPC also has Payments; REST has no such member, and what is not in both would not survive the switch-off.
        columns=lambda _: (
            Column("AffiliateId", INTEGER, Path("affiliateId"), Path("AffiliateId")),
            Column("AmountEarned", MONEY, Path("amountEarned"), Path("AmountEarned")),
            Column("Clawbacks", MONEY, Path("clawbacks"), Path("Clawbacks")),
            Column("RunningBalance", MONEY, Path("balance"), Path("RunningBalance")),
        ),
        key=("AffiliateId",),
        plans={
            Api.REST: Plan((Stage(_rest_totals),)),
            Api.XMLRPC: Plan((_XMLRPC_LIST, Stage(_xmlrpc_totals, after="affiliates", id_source=Path("Id")))),
        },
    ),
)
