"""Table Product."""

from infusion_etl.reports.columns import INTEGER, MOMENT, MONEY, NUMBER, TEXT, Mapped, Minor, Path
from infusion_etl.reports.pushdown import by_id, by_prefix
from infusion_etl.reports.tables.table import RestTable, Table, entry


def _flag(member: str) -> Mapped:
    return Mapped(Path(member), (("true", "1"), ("false", "0")))


PRODUCT = Table(
    name="Product",
    description="Products",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("ProductName", TEXT, "name"),
        entry("ProductPrice", MONEY, Minor(Path("price"))),
        entry("Sku", TEXT, "sku"),
        entry("ShortDescription", TEXT, "short_description"),
        entry("Taxable", INTEGER, _flag("taxable")),
        entry("CountryTaxable", INTEGER, _flag("country_taxable")),
        entry("StateTaxable", INTEGER, _flag("state_taxable")),
        entry("CityTaxable", INTEGER, _flag("city_taxable")),
        entry("Weight", NUMBER, "weight"),
        entry("IsPackage", INTEGER, _flag("is_package")),
        entry("NeedsDigitalDelivery", INTEGER, _flag("needs_digital_delivery")),
        entry("Description", TEXT, "description"),
        entry("HideInStore", INTEGER, _flag("storefront_hidden")),
        entry("Status", INTEGER, _flag("active")),
        entry("TopHTML", TEXT, "top_html"),
        entry("BottomHTML", TEXT, "bottom_html"),
        entry("ShippingTime", TEXT),
        entry("InventoryNotifiee", TEXT, Path("inventory", "email_for_inventory_notifications")),
        entry("InventoryLimit", INTEGER, Path("inventory", "inventory_limit")),
        entry("Shippable", INTEGER, _flag("shippable")),
        entry("DateCreated", MOMENT, "create_time"),
        entry("LastUpdated", MOMENT, "update_time"),
    ),
    rest=(
        RestTable(
            path="/v2/products",
            records="products",
            filters={
                "Id": by_id("product_id", many="product_ids"),
                "ProductName": by_prefix("name"),
                "Sku": by_prefix("sku"),
            },
        ),
    ),
    cursor="LastUpdated",
)
"""All but LargeImage, a blob that is left out on purpose."""
