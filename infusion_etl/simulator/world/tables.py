"""The world as the tables of XML-RPC's DataService: rows by ascending Id, fields without a value left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from infusion_etl.simulator.world import marketing_rows as marketing
from infusion_etl.simulator.world import shop_rows as shop
from infusion_etl.simulator.world.custom_fields import FORM_IDS
from infusion_etl.simulator.world.order_rows import invoice_row, item_row, job_row, product_row
from infusion_etl.simulator.world.partner_rows import affiliate_row, resource_row
from infusion_etl.simulator.world.payment_rows import charge_row, entry_row, payment_row
from infusion_etl.simulator.world.person_rows import Row, company_row, person_row, present
from infusion_etl.simulator.world.pipeline_rows import (
    action_row,
    lead_row,
    move_row,
    stage_row,
    subscription_and_person_row,
    subscription_row,
)
from infusion_etl.simulator.world.plain_rows import PLAIN_TABLES, plain_rows
from infusion_etl.simulator.world.records import (
    CustomField,
    PlanPrice,
    Product,
    SavedSearch,
    StoredFile,
    Tag,
    TagCategory,
    User,
)
from infusion_etl.simulator.world.row_sequences import TableRows, rows_by_id, shelf_rows
from infusion_etl.simulator.world.table_fields import (
    CUSTOM_TABLES,
    TABLES,
    TableField,
    custom_type,
    table_fields,
)
from infusion_etl.simulator.world.world import World

__all__ = ["TABLES", "Row", "TableField", "TableRows", "fields_in", "table_fields", "table_rows"]


def table_rows(world: World, table: str) -> TableRows:
    """Return a table's rows as the world is now; KeyError for a table that is not in TABLES."""
    return _ROWS[table](world)


def fields_in(world: World, table: str) -> dict[str, TableField]:
    """Return all fields of a table in this account: the schema's, and custom fields as `_Name`."""
    fields = table_fields(table)
    for field in world.fields_of(CUSTOM_TABLES[table]) if table in CUSTOM_TABLES else ():
        fields[f"_{field.name}"] = TableField(f"_{field.name}", custom_type(field.type_code))
    return fields


def _people(world: World) -> TableRows:
    return TableRows(world.people.ids, lambda person_id: person_row(world, world.people[person_id]))


def _assignments(world: World) -> TableRows:
    keys = [(person_id, tag_id) for tag_id in world.tags.ids for person_id in world.members(tag_id)]
    return TableRows(keys, lambda key: _assignment(world, *key))


def _assignment(world: World, person_id: int, tag_id: int) -> Row:
    person = world.people[person_id]
    own: Row = {
        "GroupId": tag_id,
        "ContactGroup": world.tags[tag_id].name,
        "DateCreated": next(tag.applied for tag in person.tags if tag.tag_id == tag_id),
        "ContactId": person_id,
    }
    known = table_fields("ContactGroupAssign")
    joined = {f"Contact.{name}": cell for name, cell in person_row(world, person).items()}
    return own | {name: cell for name, cell in joined.items() if name in known}


def _tag(tag: Tag) -> Row:
    return present(
        {"Id": tag.id, "GroupName": tag.name, "GroupCategoryId": tag.category_id, "GroupDescription": tag.description}
    )


def _category(category: TagCategory) -> Row:
    return present({"Id": category.id, "CategoryName": category.name, "CategoryDescription": category.description})


def _items(world: World) -> TableRows:
    items = {item.id: (order.id, item) for order in world.orders for item in order.items}
    return TableRows(sorted(items), lambda item_id: item_row(*items[item_id]))


def _invoices(world: World) -> TableRows:
    orders = {order.invoice_id: order for order in world.orders}
    return TableRows(sorted(orders), lambda invoice_id: invoice_row(orders[invoice_id]))


def _user(user: User) -> Row:
    address, phone = user.address, user.phone
    return present(
        {
            "Id": user.id,
            "City": address.city if address else None,
            "Email": user.email,
            "FirstName": user.given_name,
            "HTMLSignature": user.signature,
            "LastName": user.family_name,
            "Phone1": phone.number if phone else None,
            "Phone1Type": phone.kind if phone else None,
            "PostalCode": address.postal_code if address else None,
            "State": address.region if address else None,
            "StreetAddress1": address.line1 if address else None,
            "StreetAddress2": address.line2 if address else None,
            "Title": user.title,
            "ZipFour1": address.zip_four if address else None,
            "Partner": user.partner,
            "GlobalUserId": user.global_id,
        }
    )


def _saved_filter(search: SavedSearch) -> Row:
    owners = ",".join(str(owner) for owner in search.owners) or None
    return present(
        {"Id": search.id, "FilterName": search.name, "ReportStoredName": search.stored_name, "UserId": owners}
    )


def _custom_field(field: CustomField) -> Row:
    return present(
        {
            "Id": field.id,
            "DataType": field.type_code,
            "FormId": FORM_IDS[field.record],
            "GroupId": field.group_id,
            "Name": field.name,
            "Label": field.label,
            "DefaultValue": field.default,
            "Values": "\n".join(option.label for option in field.options) or None,
            "ListRows": len(field.options) or None,
        }
    )


def _file(file: StoredFile) -> Row:
    """Show a file; that FileName is the whole name and Extension has no dot is assumed."""
    return present(
        {
            "Id": file.id,
            "FileName": file.name,
            "Extension": file.extension or None,
            "FileSize": len(file.content),
            "ContactId": file.contact_id,
            "Public": int(file.public),
        }
    )


def _charges(world: World) -> TableRows:
    return rows_by_id(((each.charge_id, each) for each in world.payments if each.charge_id is not None), charge_row)


def _invoice_items(world: World) -> TableRows:
    items = ((shop.invoice_item_id(item), (order, item)) for order in world.orders for item in order.items)
    return rows_by_id(items, lambda pair: shop.invoice_item_row(*pair))


def _category_assignments(world: World) -> TableRows:
    found = dict(shop.assignments(world))
    return TableRows(
        sorted(found), lambda key: {"Id": key, "ProductId": found[key][0], "ProductCategoryId": found[key][1]}
    )


def _options(world: World) -> list[shop.Option]:
    return [each for product in world.products for each in shop.options(product)]


def _choices(world: World) -> TableRows:
    found = (each for option in _options(world) for each in shop.choices(option))
    return rows_by_id(((each.id, each) for each in found), shop.choice_row)


def _plans(world: World, row: Callable[[Product, PlanPrice], Row]) -> TableRows:
    pairs = ((plan.id, (product, plan)) for product in world.products for plan in product.plans)
    return rows_by_id(pairs, lambda pair: row(*pair))


def _plain(table: str) -> Callable[[World], TableRows]:
    return lambda world: rows_by_id(plain_rows(world, table), lambda row: row)


_ROWS: Mapping[str, Callable[[World], TableRows]] = {
    "Contact": _people,
    "Company": lambda world: shelf_rows(world.companies, lambda company: company_row(world, company)),
    "ContactGroup": lambda world: shelf_rows(world.tags, _tag),
    "ContactGroupCategory": lambda world: shelf_rows(world.tag_categories, _category),
    "ContactGroupAssign": _assignments,
    "Job": lambda world: shelf_rows(world.orders, lambda order: job_row(world, order)),
    "OrderItem": _items,
    "Invoice": _invoices,
    "Product": lambda world: shelf_rows(world.products, product_row),
    "Affiliate": lambda world: shelf_rows(world.affiliates, lambda affiliate: affiliate_row(world, affiliate)),
    "User": lambda world: shelf_rows(world.users, _user),
    "SavedFilter": lambda world: shelf_rows(world.saved_searches, _saved_filter),
    "DataFormField": lambda world: shelf_rows(world.custom_fields, _custom_field),
    "AffResource": lambda world: shelf_rows(world.resources, resource_row),
    "FileBox": lambda world: shelf_rows(world.files, _file),
    "Payment": lambda world: shelf_rows(world.payments, payment_row),
    "InvoicePayment": lambda world: rows_by_id(((each.entry_id, each) for each in world.payments), entry_row),
    "CCharge": _charges,
    "ContactAction": lambda world: shelf_rows(world.activities, lambda each: action_row(world, each)),
    "Lead": lambda world: shelf_rows(world.opportunities, lambda each: lead_row(world, each)),
    "Stage": lambda world: shelf_rows(world.stages, stage_row),
    "StageMove": lambda world: shelf_rows(world.stage_moves, move_row),
    "InvoiceItem": _invoice_items,
    "ProductCategory": lambda world: shelf_rows(world.product_categories, shop.category_row),
    "ProductCategoryAssign": _category_assignments,
    "ProductOption": lambda world: rows_by_id(((each.id, each) for each in _options(world)), shop.option_row),
    "ProductOptValue": _choices,
    "RecurringOrder": lambda world: shelf_rows(world.subscriptions, lambda each: subscription_row(world, each)),
    "RecurringOrderWithContact": lambda world: shelf_rows(
        world.subscriptions, lambda each: subscription_and_person_row(world, each)
    ),
    "CProgram": lambda world: _plans(world, shop.program_row),
    "SubscriptionPlan": lambda world: _plans(world, shop.plan_row),
    "Referral": lambda world: shelf_rows(world.referrals, marketing.referral_row),
    "LeadSource": lambda world: shelf_rows(world.lead_sources, marketing.source_row),
    "LeadSourceCategory": lambda world: shelf_rows(world.lead_source_categories, marketing.source_category_row),
    "LeadSourceExpense": lambda world: shelf_rows(world.expenses, marketing.expense_row),
    "LeadSourceRecurringExpense": lambda world: shelf_rows(world.recurring_expenses, marketing.recurring_expense_row),
    "Campaign": lambda world: shelf_rows(world.campaigns, marketing.campaign_row),
    "EmailAddStatus": lambda world: rows_by_id(marketing.mail_addresses(world), marketing.address_row),
    "UserGroup": lambda world: shelf_rows(world.user_groups, marketing.user_group_row),
    "LinkedContactType": lambda world: shelf_rows(world.link_types, marketing.link_type_row),
    "DataFormGroup": lambda world: shelf_rows(world.custom_groups, marketing.group_row),
    "DataFormTab": lambda world: shelf_rows(world.custom_tabs, marketing.tab_row),
    "CreditCard": lambda world: rows_by_id(marketing.card_rows(world), lambda row: row),
    "Campaignee": lambda world: rows_by_id(marketing.campaignee_rows(world), lambda row: row),
    "ProductInterestBundle": lambda world: shelf_rows(world.bundles, marketing.bundle_row),
    "ProductInterest": lambda world: rows_by_id(marketing.interest_rows(world), lambda row: row),
    **{table: _plain(table) for table in PLAIN_TABLES},
}
