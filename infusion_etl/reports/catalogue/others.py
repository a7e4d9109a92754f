"""The reports that stand alone: a product's stock, a file, the web forms."""

from __future__ import annotations

from collections.abc import Sequence

from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcShape, XmlRpcWalk
from infusion_etl.reports.choices import Choices, rest_list, table_list
from infusion_etl.reports.columns import INTEGER, TEXT, YES_NO, Column, Context, FirstOf, Path
from infusion_etl.reports.each import each, one_call
from infusion_etl.reports.kept_names import kept_name
from infusion_etl.reports.report import Ask, Kind, Looked, Parameter, Parameters, Plan, Report, Stage

PRODUCTS = Parameter(
    "products",
    Kind.IDS,
    "a product's id or name, a list of them, or all",
    "Product ID",
    choices=Choices(
        "product",
        {Api.REST: rest_list("/v2/products", "products"), Api.XMLRPC: table_list("Product", "ProductName")},
    ),
)
FILES = Parameter(
    "files",
    Kind.IDS,
    "a file's id or name, a list of them, or all",
    "File ID",
    choices=Choices(
        "file",
        {Api.REST: rest_list("/v2/files", "files", name="file_name"), Api.XMLRPC: table_list("FileBox", "FileName")},
        spelled_out=True,
    ),
)
CONTENT = "content"


def _rest_product(_: Ask, one: str) -> Walk:
    # The list of products leaves the stock out (its description): a call for each.
    context = (("product", one),)
    return RestWalk(f"/v2/products/{one}", None, paging=RestPaging.NONE, context=context, none_when_missing=True)


def _look(parameters: Parameters, keap: Keap) -> Looked:
    """Find what each file is to be kept as. Raises ConfigMistake for ids that the account does not have."""
    names = {str(one): name for one in parameters["files"] if (name := _name(one, keap)) is not None}
    missing = [str(one) for one in parameters["files"] if str(one) not in names]
    if missing:
        raise ConfigMistake([Problem("files", f"the account has no file {one}") for one in missing])
    return Looked(facts={number: kept_name(number, name) for number, name in names.items()})


def _name(number: int, keap: Keap) -> str | None:
    found = keap.records(_about(keap.api, str(number), ""))
    return str(found[0].get("file_name" if keap.api is Api.REST else "FileName") or "") if found else None


def _about(api: Api, number: str, stored: str) -> Walk:
    """Return the walk that reads what a file is, without its content."""
    context = (("stored", stored),)
    if api is Api.REST:
        return RestWalk(f"/v2/files/{number}", None, paging=RestPaging.NONE, context=context, none_when_missing=True)
    fields = ["Id", "FileName", "FileSize", "ContactId", "Public"]
    params = ("FileBox", int(number), fields)
    return XmlRpcWalk("DataService.load", params, shape=XmlRpcShape.ROW, context=context, none_when_missing=True)


def _content(api: Api, number: str, stored: str) -> Walk:
    context = (("stored", stored),)
    if api is Api.REST:
        return RestWalk(f"/v2/files/{number}:data", None, paging=RestPaging.NONE, step=CONTENT, context=context)
    return XmlRpcWalk("FileService.getFile", (int(number),), shape=XmlRpcShape.VALUE, step=CONTENT, context=context)


def _file_plan(api: Api) -> Plan:
    def described(ask: Ask, _: Sequence[str]) -> list[Walk]:
        return [_about(api, *known) for known in ask.facts.items()]

    def fetched(ask: Ask, _: Sequence[str]) -> list[Walk]:
        return [_content(api, *known) for known in ask.facts.items()]

    return Plan((Stage(described), Stage(fetched, step=CONTENT)), files=CONTENT)


def _webforms(_: Ask, __: Sequence[str]) -> list[Walk]:
    return [RestWalk("/v2/webforms", "webforms")]


def _webform_map(_: Ask, __: Sequence[str]) -> list[Walk]:
    return [XmlRpcWalk("WebFormService.getMap", (), shape=XmlRpcShape.PAIRS)]


OTHER_REPORTS = (
    Report(
        name="get_file",
        title="Get File",
        description="Files of the account: each is kept under data/files/<account>/, and its description lands",
        parameters=(FILES,),
        columns=lambda _: (
            Column("Id", INTEGER, Path("id"), Path("Id"), "the file's id"),
            Column("FileName", TEXT, Path("file_name"), Path("FileName"), "its own name"),
            Column("FileSize", INTEGER, Path("file_size"), Path("FileSize"), "bytes"),
            Column("ContactId", INTEGER, Path("contact_id"), FirstOf((Path("ContactId"),)), "whose file it is"),
            Column("Public", YES_NO, Path("is_public"), Path("Public"), "whether anybody may see it"),
            Column("StoredAs", TEXT, Context("stored"), Context("stored"), "its name under data/files/<account>/"),
        ),
        key=("Id",),
        look=_look,
        plans={api: _file_plan(api) for api in Api},
    ),
    Report(
        name="product_inventory",
        title="Product - Inventory",
        description="How many of a product are in stock",
        parameters=(PRODUCTS,),
        columns=lambda _: (
            Column("ProductId", INTEGER, Context("product"), Context("product"), "the product"),
            Column("Inventory", INTEGER, Path("inventory", "inventory_count"), Path("value"), "how many are in stock"),
        ),
        key=("ProductId",),
        plans={
            Api.REST: Plan(each(PRODUCTS, Api.REST, _rest_product)),
            Api.XMLRPC: Plan(
                each(
                    PRODUCTS,
                    Api.XMLRPC,
                    one_call("ProductService.getInventory", "product", XmlRpcShape.VALUE, none_when_missing=True),
                )
            ),
        },
    ),
    Report(
        name="webforms",
        title="Webform IDs",
        description="The web forms of the account: id and name",
        parameters=(),
        columns=lambda _: (
            Column("Id", INTEGER, Path("id"), Path("key"), "the form's id"),
            Column("Name", TEXT, Path("name"), Path("label")),
        ),
        key=("Id",),
        plans={Api.REST: Plan((Stage(_webforms),)), Api.XMLRPC: Plan((Stage(_webform_map),))},
    ),
)
