"""The reports on shipping options, and the one of invoices that lists the same.

XML-RPC answers every value as text, "None" for no value. REST v2 has one list for all kinds; what stands in the
`settings` of a kind is not documented: its names are assumed after XML-RPC's. UPS options hold the carrier's
credentials: getUpsShippingOption, which hands them out, is never called, and what looks like one is taken out of an
answer before it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcShape, XmlRpcWalk
from infusion_etl.reports.choices import Choices, Listing
from infusion_etl.reports.columns import (
    INTEGER,
    MONEY,
    TEXT,
    YES_NO,
    Column,
    Context,
    FirstOf,
    Mapped,
    Outer,
    Path,
    Source,
)
from infusion_etl.reports.query import Condition, Op
from infusion_etl.reports.report import Ask, Kind, Parameter, Plan, Report, Stage

REST_LIST = RestWalk("/v2/shipping", "shipping_methods", paging=RestPaging.NONE, private=True)
XMLRPC_LIST = XmlRpcWalk("ShippingService.getAllShippingOptions", (), private=True)

_NONE = (("None", ""),)


def _named(name: str, kind: Any, rest: Source, description: str = "") -> Column:
    return Column(name, kind, rest, Mapped(Path(name), _NONE), description)


def _setting(name: str, kind: Any, member: str, description: str = "") -> Column:
    return _named(name, kind, Path("settings", member), description)


_STATUS = (("ACTIVE", "true"), ("INACTIVE", "false"), ("Active", "true"), ("Inactive", "false"))
ID = _named("id", INTEGER, Path("id"), "the option's id")
NAME = _named("name", TEXT, Path("name"))
DESCRIPTION = Column("description", TEXT, FirstOf((Path("description"),)), FirstOf((Path("description"),)))
TYPE = _named("type", TEXT, Path("type"), "which kind of option it is")
ACTIVE = _named("active", YES_NO, Mapped(Path("status"), _STATUS))
INTERNATIONAL = _named("international", YES_NO, Path("international"))
ORDER_BASED = _setting("orderBased", YES_NO, "order_based", "whether the whole order counts, not each product")
ALL_KINDS = (ID, NAME, DESCRIPTION, TYPE, ACTIVE, INTERNATIONAL)


def _is(word: str) -> Callable[[Mapping[str, Any]], bool]:
    """Tell an option's kind by a word in its type: how the types are spelled is not documented."""
    return lambda option: word in str(option.get("type", "")).lower()


def options(word: str) -> Parameter:
    """Return the parameter that chooses options of one kind."""
    listings = {
        Api.REST: Listing(REST_LIST, keep=_is(word)),
        Api.XMLRPC: Listing(XMLRPC_LIST, keep=_is(word)),
    }
    choices = Choices("shipping option of this kind", listings, spelled_out=True)
    return Parameter("options", Kind.IDS, "an option's id or name, a list of them, or all", "Option ID", True, choices)


def _chosen(column: str) -> Callable[[Ask], tuple[Condition, ...]]:
    """Keep the chosen options of a list that holds all: no list of shipping options can be filtered."""
    return lambda ask: (Condition(column, Op.IN, tuple(map(str, ask.parameters["options"])) or ("0",)),)


def _listed(walk: Walk) -> Stage:
    return Stage(lambda ask, _: [walk] if ask.parameters.get("options", True) else [])


def _one_each(method: str, shape: XmlRpcShape) -> Stage:
    def walks(ask: Ask, _: Sequence[str]) -> list[Walk]:
        return [
            XmlRpcWalk(
                f"ShippingService.{method}",
                (one,),
                shape=shape,
                context=(("option", str(one)),),
                none_when_missing=True,
                private=True,
            )
            for one in ask.parameters["options"]
        ]

    return Stage(walks)


def _every(name: str, title: str, method: str) -> Report:
    xmlrpc = XmlRpcWalk(method, (), private=True)
    return Report(
        name=name,
        title=title,
        description="All shipping options of the account, of every kind",
        parameters=(),
        columns=lambda _: ALL_KINDS,
        key=("id",),
        plans={Api.REST: Plan((_listed(REST_LIST),)), Api.XMLRPC: Plan((_listed(xmlrpc),))},
    )


def _kind(name: str, title: str, description: str, *, word: str, columns: tuple[Column, ...], xmlrpc: Stage) -> Report:
    """One kind of option: the word that its type holds, its columns, and how XML-RPC is asked."""
    return Report(
        name=name,
        title=title,
        description=description,
        parameters=(options(word),),
        columns=lambda _: columns,
        key=("id",),
        conditions=_chosen("id"),
        plans={Api.REST: Plan((_listed(REST_LIST),)), Api.XMLRPC: Plan((xmlrpc,))},
    )


ALL_SHIPPING = _every(
    "shipping_options", "Shipping - Available Shipping Options", "ShippingService.getAllShippingOptions"
)
# The official sample of InvoiceService.getAllShippingOptions answers the value 1 (facts B), which is no rows. Both
# methods are said to bring all shipping options: the one whose answer is known to be a list is asked (assumed).
INVOICE_SHIPPING = _every(
    "invoice_shipping_options", "Invoice - Available Shipping Options", "ShippingService.getAllShippingOptions"
)

SHIPPING_REPORTS = (
    INVOICE_SHIPPING,
    ALL_SHIPPING,
    _kind(
        "shipping_flat_rate",
        "Shipping - Flate Rate Shipping Options",
        "Shipping options of one price",
        word="flat",
        columns=(*ALL_KINDS, _setting("price", MONEY, "price"), ORDER_BASED),
        xmlrpc=_one_each("getFlatRateShippingOption", XmlRpcShape.ROW),
    ),
    _kind(
        "shipping_order_quantity",
        "Shipping - Order Quantity Shipping Options",
        "Shipping options whose price depends on the number of items",
        word="quantity",
        columns=(
            *ALL_KINDS,
            _setting("baseShippingPrice", MONEY, "base_shipping_price"),
            _setting("pricePerItem", MONEY, "price_per_item"),
            _setting("minimumShippingPrice", MONEY, "minimum_shipping_price"),
            ORDER_BASED,
        ),
        xmlrpc=_one_each("getOrderQuantityShippingOption", XmlRpcShape.ROW),
    ),
    _kind(
        "shipping_order_total",
        "Shipping - Order Shipping Options",
        "Shipping options whose price depends on the order's total",
        word="total",
        columns=(*ALL_KINDS, ORDER_BASED),
        # The official sample is an empty array: an array of options, or one option, are both read.
        xmlrpc=_one_each("getOrderTotalShippingOption", XmlRpcShape.ROWS),
    ),
    Report(
        name="shipping_order_ranges",
        title="Shipping - Order Shipping Ranges",
        description="The ranges of order totals and their prices, of options whose price depends on the order's total",
        parameters=(options("total"),),
        # The official sample is an empty array, and REST's settings are not documented: the members are assumed.
        columns=lambda _: (
            Column("optionId", INTEGER, Outer(Path("id")), Context("option"), "the option's id"),
            _named("id", INTEGER, Path("id"), "the range's id"),
            _named("min", MONEY, Path("min"), "the least total"),
            _named("max", MONEY, Path("max"), "the most; none for the last range"),
            _named("price", MONEY, Path("price")),
        ),
        key=("optionId", "id"),
        conditions=_chosen("optionId"),
        plans={
            Api.REST: Plan((_listed(replace(REST_LIST, records="shipping_methods[].settings.ranges")),)),
            Api.XMLRPC: Plan((_one_each("getOrderTotalShippingRanges", XmlRpcShape.ROWS),)),
        },
    ),
    _kind(
        "shipping_product",
        "Shipping - Product Shipping Options",
        "Shipping options whose price each product sets",
        word="product",
        columns=(ID, NAME, DESCRIPTION),
        xmlrpc=_one_each("getProductBasedShippingOption", XmlRpcShape.ROW),
    ),
    _kind(
        "shipping_ups",
        "Shipping - UPS Shipping Options",
        "UPS options, without the carrier's credentials: read from the list of all options, for the method that Domo "
        "uses hands out the UPS password",
        word="ups",
        columns=ALL_KINDS,
        xmlrpc=_listed(XMLRPC_LIST),
    ),
    _kind(
        "shipping_weight",
        "Shipping - Weight-Based Shipping Options",
        "Shipping options whose price depends on the weight",
        word="weight",
        columns=(*ALL_KINDS, ORDER_BASED),
        xmlrpc=_one_each("getWeightBasedShippingOption", XmlRpcShape.ROW),
    ),
)
