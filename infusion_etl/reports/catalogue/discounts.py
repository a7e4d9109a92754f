"""The discount reports, one entry for each kind.

XML-RPC answers every value as text and has no list of ids; REST has lists too. Columns carry XML-RPC's names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcShape, XmlRpcWalk
from infusion_etl.reports.choices import ALL, Choices, Listing
from infusion_etl.reports.columns import (
    INTEGER,
    MONEY,
    TEXT,
    YES_NO,
    Column,
    Context,
    FirstOf,
    Mapped,
    Path,
)
from infusion_etl.reports.report import Ask, Kind, Parameter, Parameters, Plan, Report, Stage

ID = Column("id", INTEGER, Path("id"), Context("discount"), "the discount's id")
OWNER = Column("id", INTEGER, Context("discount"), Context("discount"), "the discount's id")
NAME = Column("name", TEXT, Path("name"), Path("name"))
# XML-RPC answers every value as text, so no description is an empty text there: no value, through both APIs.
_DESCRIPTION = FirstOf((Path("description"),))
DESCRIPTION = Column("description", TEXT, _DESCRIPTION, _DESCRIPTION)
APPLIES = Column(
    "applyDiscountToCommission",
    YES_NO,
    Path("apply_to_commissions"),
    Path("applyDiscountToCommission"),
    "whether commissions are computed on the reduced price",
)
AMOUNT = Column("amount", MONEY, Path("discount_value"), Path("amount"), "how much, in money or per cent")
# How XML-RPC spells the kind of a discount is not documented; "Percent" and "Amount" are assumed, any case.
KIND = Column(
    "pctOrAmt",
    TEXT,
    Mapped(Path("discount_type"), (("PERCENT", "Percent"), ("AMOUNT", "Amount"))),
    Mapped(Path("pctOrAmt"), (("0", "Amount"), ("1", "Percent"))),
    "Percent or Amount",
)
PAY_TYPE = Column(
    "payType",
    TEXT,
    Mapped(Path("discount_strategy"), (("GROSS", "Gross"), ("NET", "Net"))),
    Path("payType"),
    "Gross or Net",
)


def _refuses(parameters: Parameters, api: Api) -> str:
    chosen = parameters.get("discounts", ())
    if api is Api.XMLRPC and chosen == ALL:
        return "discounts: all needs api: rest, as XML-RPC has no list of discounts; name the ids"
    if api is Api.XMLRPC and any(isinstance(one, str) for one in chosen):
        return "discounts: names need api: rest, as XML-RPC has no list of discounts; give the ids"
    return ""


def _rest_all(path: str) -> Callable[[Ask, Sequence[str]], list[Walk]]:
    """Read the kind's list where all are wanted: it holds whole discounts, so that is one call."""

    def walks(ask: Ask, _: Sequence[str]) -> list[Walk]:
        chosen = ask.parameters["discounts"]
        return [_listed(path)] if chosen == ALL else [_one(path, str(one)) for one in chosen]

    return walks


def _rest_inside(path: str, records: str) -> tuple[Stage, Stage]:
    """Read a list inside each discount; where all are wanted, their ids come from the kind's list."""

    def listed(ask: Ask, _: Sequence[str]) -> list[Walk]:
        return [_listed(path, step="all")] if ask.parameters["discounts"] == ALL else []

    def inside(ask: Ask, found: Sequence[str]) -> list[Walk]:
        chosen = ask.parameters["discounts"]
        return [_one(path, one, records) for one in (found if chosen == ALL else map(str, chosen))]

    return Stage(listed, step="all"), Stage(inside, after="all", id_source=Path("id"))


def _listed(path: str, step: str = "rows") -> RestWalk:
    return RestWalk(path, "discounts", query=(("order_by", "id asc"),), step=step)


def _one(path: str, number: str, records: str | None = None) -> RestWalk:
    return RestWalk(
        f"{path}/{number}",
        records,
        paging=RestPaging.NONE,
        context=(("discount", number),),
        none_when_missing=True,
    )


def _xmlrpc(method: str, shape: XmlRpcShape) -> Callable[[Ask, Sequence[str]], list[Walk]]:
    def walks(ask: Ask, _: Sequence[str]) -> list[Walk]:
        return [
            XmlRpcWalk(method, (one,), shape=shape, context=(("discount", str(one)),), none_when_missing=True)
            for one in ask.parameters["discounts"]
        ]

    return walks


def _discounts(path: str, title: str) -> Parameter:
    choices = Choices("discount of this kind", {Api.REST: Listing(_listed(path))})
    what = "a discount's id, a list of ids, or (REST) names or all"
    return Parameter("discounts", Kind.IDS, what, title, choices=choices)


def _report(
    name: str,
    title: str,
    description: str,
    parameter: str,
    columns: tuple[Column, ...],
    *,
    path: str,
    method: str,
    records: str | None = None,
    shape: XmlRpcShape = XmlRpcShape.ROW,
    key: tuple[str, ...] = ("id",),
) -> Report:
    """One discount report: where REST keeps the kind, which XML-RPC method reads one."""
    stages = _rest_inside(path, records) if records else (Stage(_rest_all(path)),)
    return Report(
        name=name,
        title=title,
        description=description,
        parameters=(_discounts(path, parameter),),
        columns=lambda _: columns,
        key=key,
        plans={
            Api.REST: Plan(stages),
            Api.XMLRPC: Plan((Stage(_xmlrpc(f"DiscountService.{method}", shape)),)),
        },
        refuses=_refuses,
    )


DISCOUNT_REPORTS = (
    _report(
        "discount_category",
        "Discount - Category",
        "A category discount",
        "Category Discount ID",
        (ID, NAME, DESCRIPTION, APPLIES),
        path="/v2/discounts/productCategories",
        method="getCategoryDiscount",
    ),
    _report(
        "discount_category_assignments",
        "Discount - Category Assignments",
        "The product categories a category discount is for",
        "Category Discount ID",
        (
            OWNER,
            Column("productCategoryId", INTEGER, Path(), Path("productCategoryId"), "the category's id"),
        ),
        path="/v2/discounts/productCategories",
        method="getCategoryAssignmentsForCategoryDiscount",
        records="product_categories",
        shape=XmlRpcShape.ROWS,
        key=("id", "productCategoryId"),
    ),
    _report(
        "discount_order_total",
        "Discount - Order's Discount",
        "A discount on the total of an order",
        "Discount ID",
        (ID, NAME, DESCRIPTION, AMOUNT, KIND, PAY_TYPE, APPLIES),
        path="/v2/discounts/orderTotals",
        method="getOrderTotalDiscount",
    ),
    _report(
        "discount_product",
        "Discount - Product Total",
        "A discount on a product",
        "Product Discount ID",
        (ID, NAME, DESCRIPTION, Column("productId", INTEGER, Path("product_id"), Path("productId")), APPLIES),
        path="/v2/discounts/products",
        method="getProductTotalDiscount",
    ),
    _report(
        "discount_shipping",
        "Discount - Shipping",
        "A discount on shipping",
        "Shipping Discount ID",
        (ID, NAME, DESCRIPTION, AMOUNT, KIND),
        path="/v2/discounts/shipping",
        method="getShippingTotalDiscount",
    ),
    _report(
        "discount_free_trial",
        "Discount - Subscription's Free Trial",
        "The free trial of a subscription plan",
        "Trial ID",
        (
            ID,
            NAME,
            DESCRIPTION,
            Column("freeTrialDays", INTEGER, Path("free_trial_days"), Path("freeTrialDays")),
            Column("hidePrice", YES_NO, Path("hide_price"), Path("hidePrice")),
            Column("subscriptionPlanId", INTEGER, Path("subscription_plan_id"), Path("subscriptionPlanId")),
        ),
        path="/v2/discounts/freeTrials",
        method="getFreeTrial",
    ),
)
