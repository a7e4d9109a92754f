"""The fields of the tables that the XML-RPC face shows: our own list of the names of the public table schema.

A word is a field's name; `:i` Integer, `:d` Double, `:D` Date, `:T` DateTime, `:b` Boolean, `:B` Blob, `:L` Long,
`:E` Enum, nothing String.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class TableField(msgspec.Struct, frozen=True):
    """A field: its schema type, whether it may be asked for, and whether it holds ids (then arrays mean IN)."""

    name: str
    type: str
    readable: bool = True

    @property
    def is_id(self) -> bool:
        """Tell whether the field holds an id."""
        return self.type == "Integer" and self.name.rsplit(".", 1)[-1].lower().endswith("id")


_TYPES = {
    "": "String", "i": "Integer", "L": "Long", "d": "Double", "D": "Date", "T": "DateTime", "b": "Boolean", "B": "Blob",
    "E": "Enum",
}  # fmt: skip

_PERSON = """
    Address1Type Address2Street1 Address2Street2 Address2Type Address3Street1 Address3Street2 Address3Type
    Anniversary:D AssistantName
    AssistantPhone BillingInformation Birthday:D City City2 City3 Company CompanyID:i ContactNotes ContactType
    Country Country2 Country3
    CreatedBy:i DateCreated:T Email EmailAddress2 EmailAddress3 Fax1 Fax1Type Fax2 Fax2Type FirstName Groups
    JobTitle LastName LastUpdated:T
    LastUpdatedBy:i MiddleName Nickname OwnerID:i Phone1 Phone1Ext Phone1Type Phone2 Phone2Ext Phone2Type Phone3
    Phone3Ext Phone3Type Phone4
    Phone4Ext Phone4Type Phone5 Phone5Ext Phone5Type PostalCode PostalCode2 PostalCode3 ReferralCode SpouseName
    State State2 State3
    StreetAddress1 StreetAddress2 Suffix Title Website ZipFour1 ZipFour2 ZipFour3
"""

_WORDS: Mapping[str, str] = {
    "Contact": f"Id:i AccountId:i Leadsource LeadSourceId:i Password Username Validated TimeZone Language {_PERSON}",
    "Company": f"Id:i AccountId:i Password Username Validated {_PERSON}",
    "ContactGroup": "Id:i GroupName GroupCategoryId:i GroupDescription",
    "ContactGroupCategory": "Id:i CategoryName CategoryDescription",
    "ContactGroupAssign": "GroupId:i ContactGroup DateCreated:T ContactId:i Contact.Id:i Contact.Leadsource "
    + " ".join(f"Contact.{word}" for word in _PERSON.split()),
    "Job": """Id:i JobTitle ContactId:i StartDate:D DueDate:D JobNotes ProductId:i JobStatus DateCreated:T
    JobRecurringId:i OrderType
        OrderStatus:i ShipFirstName ShipMiddleName ShipLastName ShipCompany ShipPhone ShipStreet1 ShipStreet2
        ShipCity ShipState ShipZip
        ShipCountry LastUpdated:T""",
    "OrderItem": """Id:i OrderId:i ProductId:i SubscriptionPlanId:i ItemName Qty:i CPU:d PPU:d ItemDescription
        ItemType:i Notes""",
    "Invoice": """Id:i ContactId:i JobId:i DateCreated:T InvoiceTotal:d TotalPaid:d TotalDue:d PayStatus:i
    CreditStatus:i RefundStatus:i
        PayPlanStatus:i AffiliateId:i LeadAffiliateId:i PromoCode InvoiceType Description ProductSold Synced:i
        LastUpdated:T""",
    "Product": """Id:i ProductName ProductPrice:d Sku ShortDescription Taxable:i CountryTaxable:i
    StateTaxable:i CityTaxable:i Weight:d
        IsPackage:i NeedsDigitalDelivery:i Description HideInStore:i Status:i TopHTML BottomHTML ShippingTime
        LargeImage:B
        InventoryNotifiee InventoryLimit:i Shippable:i DateCreated:T LastUpdated:T""",
    "Affiliate": """Id:i ContactId:i ParentId:i LeadAmt:d LeadPercent:d SaleAmt:d SalePercent:d PayoutType:i
    DefCommissionType:i Status:i
        AffName Password AffCode NotifyLead:i NotifySale:i LeadCookieFor:i""",
    "User": """Id:i City Email EmailAddress2 EmailAddress3 FirstName HTMLSignature LastName MiddleName Nickname
    Phone1 Phone1Ext Phone1Type
        Phone2 Phone2Ext Phone2Type PostalCode Signature SpouseName State StreetAddress1 StreetAddress2 Suffix
        Title ZipFour1 Partner:b
        GlobalUserId:i""",
    "SavedFilter": "Id:i FilterName ReportStoredName UserId",
    "DataFormField": "Id:i DataType:i FormId:i GroupId:i Name Label DefaultValue Values ListRows:i",
    "AffResource": "Id:i Title ResourceType ResourceOrder ResourceHTML ResourceHREF Notes ProgramIds",
    "FileBox": "Id:i FileName Extension FileSize:L ContactId:i Public:i",
    "Payment": """Id:i PayDate:D UserId:i PayAmt:d PayType ContactId:i PayNote InvoiceId:i RefundId:i ChargeId:i
        Commission:i Synced:i""",
    "InvoicePayment": "Id:i InvoiceId:i Amt:d PayDate:D PayStatus PaymentId:i SkipCommission:i LastUpdated:T",
    "CCharge": "Id:i CCId:i PaymentId:i MerchantId:i OrderNum RefNum ApprCode Amt:d PaymentGatewayId:i",
}

TABLES = tuple(_WORDS)
"""The tables that a world fills."""

CUSTOM_TABLES: Mapping[str, str] = {
    "Contact": "contact",
    "Company": "company",
    "Job": "order",
    "Affiliate": "affiliate",
}
"""Tables that carry custom fields, and whose."""

_CUSTOM_TYPES = {3: "Double", 4: "Double", 6: "Integer", 7: "Integer", 8: "Integer", 9: "Integer", 11:
"Double", 12: "Integer", 13: "Date",
                 14: "DateTime", 22: "Integer"}  # fmt: skip


def table_fields(table: str) -> dict[str, TableField]:
    """Return the fields of a table by name, custom fields left out; KeyError for a table that is not in TABLES."""
    fields = (word.partition(":") for word in _WORDS[table].split())
    return {name: TableField(name, _TYPES[kind]) for name, _, kind in fields}


def custom_type(type_code: int) -> str:
    """Return the schema type of a custom field of this DataFormField.DataType (assumed for yes/no, which is 0 or 1)."""
    return _CUSTOM_TYPES.get(type_code, "String")
