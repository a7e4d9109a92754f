"""Categories and options of products."""

from infusion_etl.keap.walks import RestPaging
from infusion_etl.reports.columns import INTEGER, MONEY, TEXT, Constant, FirstOf, Mapped, Outer, Path
from infusion_etl.reports.pushdown import by_id, by_prefix
from infusion_etl.reports.tables.table import FLAG, Parents, RestTable, Table, entry, flag

PRODUCT_CATEGORY = Table(
    name="ProductCategory",
    description="Categories of products, nested by ParentId",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("CategoryDisplayName", TEXT, "name"),
        entry("CategoryOrder", INTEGER, "display_order_index"),
        entry("ParentId", INTEGER, FirstOf((Path("parent_category_id"), Constant("0"))), "0: none (assumed)"),
    ),
    rest=(
        RestTable(
            path="/v2/productCategories",
            records="product_categories",
            order="id asc",
            filters={"Id": by_id("product_category_id"), "CategoryDisplayName": by_prefix("name")},
        ),
    ),
)
"""All but CategoryImage, a blob that is left out on purpose."""

PRODUCT_CATEGORY_ASSIGN = Table(
    name="ProductCategoryAssign",
    description="Which product is in which category",
    fields=(
        entry("Id", INTEGER, None, "REST has the pairs alone"),
        entry("ProductId", INTEGER, Path()),
        entry("ProductCategoryId", INTEGER, Outer(Path("product_category_id"))),
    ),
    rest=(
        RestTable(
            path="/v2/productCategories/assignedProducts",
            records="assigned_product_categories[].product_ids",
            order="product_category_id asc",
            filters={"ProductCategoryId": by_id(None, many="product_category_ids")},
            single=False,
        ),
    ),
    key=("ProductId", "ProductCategoryId"),
)

_PRODUCTS = RestTable(
    path="/v2/products", records="products", filters={"ProductId": by_id("product_id", many="product_ids")}
)

_WORDS = "what XML-RPC says is not documented, so it is not taken from REST"

PRODUCT_OPTION = Table(
    name="ProductOption",
    description="Options of products, such as size or colour; through REST one call for each product",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("ProductId", INTEGER, "product_id"),
        entry("Label", TEXT, "option_label"),
        flag("IsRequired", "required"),
        entry("Order", INTEGER, "display_order"),
        entry("Name", TEXT, "option_label", "the label (assumed)"),
        entry("MaxChars", INTEGER, Path("text_rules", "maximum_characters")),
        entry("CanEndWith", INTEGER, None, _WORDS),
        entry("MinChars", INTEGER, Path("text_rules", "minimum_characters")),
        entry("AllowSpaces", INTEGER, Mapped(Path("text_rules", "allow_spaces"), FLAG)),
        entry("TextMessage", INTEGER, None, _WORDS),
        entry("OptionType", TEXT, Mapped(Path("option_type"), (("LIST", "List"), ("TEXT", "Text"))), "words: assumed"),
        entry("CanContain", TEXT, None, _WORDS),
        entry("CanStartWith", TEXT, None, _WORDS),
    ),
    rest=(
        RestTable(
            path="/v2/products/{}/options",
            records="product_options",
            single=False,
            paging=RestPaging.NONE,
            parents=Parents(_PRODUCTS),
        ),
    ),
)

PRODUCT_OPT_VALUE = Table(
    name="ProductOptValue",
    description="Values of the options of products; through REST one call for each product",
    fields=(
        entry("Id", INTEGER, "item_id"),
        entry("ProductOptionId", INTEGER, Outer(Path("id"))),
        entry("Label", TEXT, "item_label"),
        entry("Sku", TEXT, "item_code"),
        entry("IsDefault", INTEGER),
        entry("Name", TEXT, "item_label", "the label (assumed)"),
        entry("OptionIndex", INTEGER, "item_display_order"),
        entry("PriceAdjustment", MONEY, "price_adjustment"),
    ),
    rest=(
        RestTable(
            path="/v2/products/{}/options",
            records="product_options[].list_items",
            single=False,
            paging=RestPaging.NONE,
            parents=Parents(RestTable(path="/v2/products", records="products")),
        ),
    ),
)
