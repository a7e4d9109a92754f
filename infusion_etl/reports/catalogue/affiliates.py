"""The reports on what affiliates earn: commissions, clawbacks, payments, links, summary, running totals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcWalk
from infusion_etl.reports.catalogue.affiliate_names import AFFILIATES, DATES
from infusion_etl.reports.choices import ALL
from infusion_etl.reports.columns import INTEGER, MOMENT, MONEY, TEXT, Column, Context, FirstOf, Mapped, Path
from infusion_etl.reports.each import each, one_call, together
from infusion_etl.reports.pushdown import rest_moment
from infusion_etl.reports.query import Condition, Op
from infusion_etl.reports.report import Ask, Plan, Report, Stage

_EASTERN = ZoneInfo("America/New_York")
_IDS_A_CALL = 100  # assumed safe: no limit is documented for this filter


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


def _in_period(column: str) -> Callable[[Ask], tuple[Condition, ...]]:
    """Cut a column to the period: whether the ends of Keap's own filters are inclusive is not documented."""

    def conditions(ask: Ask) -> tuple[Condition, ...]:
        start, end = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in _xmlrpc_dates(ask))
        return (Condition(column, Op.AT_LEAST, start), Condition(column, Op.LESS, end))

    return conditions


def _v2_list(path: str, records: str, order: str) -> Callable[[Ask, str], Walk]:
    """Read what v2 lists of one affiliate in the period; `path` names it by `{}`."""

    def walk(ask: Ask, one: str) -> Walk:
        query = (("filter", _rest_since(ask)), ("order_by", order))
        return RestWalk(path.format(one), records, query=query, context=(("affiliate", one),))

    return walk


def _v1_clawbacks(ask: Ask, one: str) -> Walk:
    """Read row by row, what only v1 has: v2 tells no more than their sum."""
    start, end = map(rest_moment, _ends(ask))
    query = (("since", start), ("until", end), ("order", "DATE_EARNED"), ("order_direction", "ASCENDING"))
    path = f"/v1/affiliates/{one}/clawbacks"
    return RestWalk(path, "clawbacks", query=query, paging=RestPaging.OFFSET, context=(("affiliate", one),))


def _in_xmlrpc(method: str) -> Callable[[Ask, str], Walk]:
    def walk(ask: Ask, one: str) -> Walk:
        params = (int(one), *_xmlrpc_dates(ask))
        return XmlRpcWalk(f"APIAffiliateService.{method}", params, context=(("affiliate", one),))

    return walk


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


def _xmlrpc_summary(ask: Ask, ids: Sequence[str]) -> list[Walk]:
    numbers = [int(one) for one in ids]
    return [XmlRpcWalk("APIAffiliateService.affSummary", (numbers, *_xmlrpc_dates(ask)))] if numbers else []


def _xmlrpc_totals(_: Ask, ids: Sequence[str]) -> list[Walk]:
    numbers = [int(one) for one in ids]
    return [XmlRpcWalk("APIAffiliateService.affRunningTotals", (numbers,))] if numbers else []


def _rest_links(ask: Ask, _: Sequence[str]) -> list[Walk]:
    """Read the links of each chosen affiliate; of all, in one list."""
    chosen = ask.parameters["affiliates"]
    filters = [()] if chosen == ALL else [(("filter", f"affiliate_id=={one}"),) for one in chosen]
    return [RestWalk("/v2/affiliates/redirects", "affiliate_links", query=query) for query in filters]


_WHOSE = Column("AffiliateId", INTEGER, Context("affiliate"), Context("affiliate"), "the affiliate")
_PAY_WORDS = tuple(
    (word, word.replace("_", " ").title())
    for word in ("CASH", "CHECK", "CREDIT_CARD", "CREDIT_CARD_MANUAL", "MONEY_ORDER", "ADJUSTMENT", "CREDIT", "REFUND")
)
_NOTE = (FirstOf((Path("pay_notes"),)), FirstOf((Path("PayNote"),)))

AFFILIATE_REPORTS = (
    Report(
        name="affiliate_clawbacks",
        title="Affiliate - Clawbacks",
        description="Commissions taken back from affiliates within a range of dates, mostly after refunds",
        parameters=(AFFILIATES, DATES),
        columns=lambda _: (
            _WHOSE,
            Column("ContactId", INTEGER, Path("contact_id"), Path("ContactId"), "the buyer"),
            Column("FirstName", TEXT, Path("given_name"), Path("FirstName"), "the buyer's first name"),
            Column("SoldByFirstName", TEXT, Path("sold_by_given_name"), Path("SoldByFirstName")),
            Column("SaleAffId", INTEGER, Path("sale_affiliate_id"), Path("SaleAffId"), "who made the sale"),
            Column("Description", TEXT, Path("description"), Path("Description")),
            Column("Amount", MONEY, Path("amount"), Path("Amount"), "what was taken back"),
            Column("InvoiceId", INTEGER, Path("invoice_id"), Path("InvoiceId")),
            Column("ProductName", TEXT, Path("product_name"), Path("ProductName")),
            Column("DateEarned", MOMENT, Path("date_earned"), Path("DateEarned")),
        ),
        cursor="DateEarned",
        conditions=_in_period("DateEarned"),
        plans={
            Api.REST: Plan(each(AFFILIATES, Api.REST, _v1_clawbacks)),
            Api.XMLRPC: Plan(each(AFFILIATES, Api.XMLRPC, _in_xmlrpc("affClawbacks"))),
        },
    ),
    Report(
        name="affiliate_payments",
        title="Affiliate - Payments",
        description="Payments to affiliates within a range of dates",
        parameters=(AFFILIATES, DATES),
        # The members of affPayouts are not documented: those of the Payment table are assumed.
        columns=lambda _: (
            _WHOSE,
            Column("Id", INTEGER, Path("id"), Path("Id"), "the payment's id"),
            Column("PayDate", MOMENT, Path("pay_date"), Path("PayDate")),
            Column("PayAmt", MONEY, Path("pay_amount"), Path("PayAmt")),
            Column(
                "PayType",
                TEXT,
                Mapped(Path("pay_type"), _PAY_WORDS),
                Mapped(Path("PayType"), _PAY_WORDS),
                "how it was paid, for example Check",
            ),
            Column("PayNote", TEXT, *_NOTE),
        ),
        key=("Id",),
        cursor="PayDate",
        conditions=_in_period("PayDate"),
        plans={
            Api.REST: Plan(
                each(AFFILIATES, Api.REST, _v2_list("/v2/affiliates/{}/payments", "affiliate_payments", "pay_date asc"))
            ),
            Api.XMLRPC: Plan(each(AFFILIATES, Api.XMLRPC, _in_xmlrpc("affPayouts"))),
        },
    ),
    Report(
        name="affiliate_redirect_links",
        title="Affiliate - Redirect Links",
        description="The tracking links of affiliates",
        parameters=(AFFILIATES,),
        # What XML-RPC calls the members is not documented: assumed after REST's.
        columns=lambda _: (
            Column("Id", INTEGER, Path("id"), Path("Id"), "the link's id"),
            Column("Name", TEXT, Path("name"), Path("Name")),
            Column("LocalUrlCode", TEXT, Path("local_url_code"), Path("LocalUrlCode")),
            Column("RedirectUrl", TEXT, Path("redirect_url"), Path("RedirectUrl"), "where it leads"),
            # What a link's struct holds is not documented (facts B): whose it is, is known from the call.
            Column("AffiliateId", INTEGER, Path("affiliate_id"), Context("affiliate")),
        ),
        key=("Id",),
        plans={
            Api.REST: Plan((Stage(_rest_links),)),
            Api.XMLRPC: Plan(
                each(AFFILIATES, Api.XMLRPC, one_call("AffiliateService.getRedirectLinksForAffiliate", "affiliate"))
            ),
        },
    ),
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
        conditions=_in_period("DateEarned"),
        plans={
            Api.REST: Plan(
                each(
                    AFFILIATES,
                    Api.REST,
                    _v2_list("/v2/affiliates/{}:commissions", "affiliate_commissions", "time_earned asc"),
                )
            ),
            Api.XMLRPC: Plan(each(AFFILIATES, Api.XMLRPC, _in_xmlrpc("affCommissions"))),
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
            Api.XMLRPC: Plan(together(AFFILIATES, Api.XMLRPC, _xmlrpc_summary)),
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
            Api.XMLRPC: Plan(together(AFFILIATES, Api.XMLRPC, _xmlrpc_totals)),
        },
    ),
)
