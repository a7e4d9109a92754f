"""The fields of the tables that the XML-RPC face shows: our own list of the names of the public table schema.

A word is a field's name; `:i` Integer, `:d` Double, `:D` Date, `:T` DateTime, `:b` Boolean, `:B` Blob, `:L` Long,
`:E` Enum, nothing String. A `-` before it: nobody may read it.
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

_RECURRING = """
    ContactId:i ProgramId:i SubscriptionPlanId:i ProductId:i StartDate:D EndDate:D LastBillDate:D NextBillDate:D
    PaidThruDate:D BillingCycle Frequency:i BillingAmt:d Status ReasonStopped AutoCharge:i CC1:i CC2:i
    NumDaysBetweenRetry:i MaxRetry:i MerchantAccountId:i AffiliateId:i PromoCode LeadAffiliateId:i Qty:i
    ShippingOptionId:i
"""
_RECURRING_PERSON = """
    City Email EmailAddress2 EmailAddress3 FirstName LastName MiddleName Nickname Phone1 Phone1Ext Phone1Type Phone2
    Phone2Ext Phone2Type PostalCode SpouseName State Country StreetAddress1 StreetAddress2 Suffix Title ZipFour1
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
    "ContactAction": """Id:i ContactId:i OpportunityId:i ActionType ActionDescription CreationDate:T CreationNotes
        CompletionDate:T ActionDate:T EndDate:T PopupDate:T UserID:i Accepted:i CreatedBy:i LastUpdated:T
        LastUpdatedBy:i Priority:i IsAppointment:i ObjectType:E""",
    "Lead": """Id:i OpportunityTitle ContactID:i AffiliateId:i UserID:i StageID:i StatusID:i Leadsource Objection
        ProjectedRevenueLow:d ProjectedRevenueHigh:d OpportunityNotes DateCreated:T LastUpdated:T LastUpdatedBy:i
        CreatedBy:i EstimatedCloseDate:T NextActionDate:T NextActionNotes DateInStage:T IncludeInForecast:i
        MonthlyRevenue:d OrderRevenue:d""",
    "Stage": "Id:i StageName StageOrder:i TargetNumDays:i",
    "StageMove": """Id:i OpportunityId:i MoveDate:T MoveToStage:i MoveFromStage:i PrevStageMoveDate:T CreatedBy:i
        DateCreated:T UserId:i""",
    "InvoiceItem": """Id:i InvoiceId:i OrderItemId:i InvoiceAmt:d Discount:d DateCreated:T Description
        CommissionStatus:i LastUpdated:T""",
    "ProductCategory": "Id:i CategoryDisplayName CategoryImage:B CategoryOrder:i ParentId:i",
    "ProductCategoryAssign": "Id:i ProductId:i ProductCategoryId:i",
    "ProductOption": """Id:i ProductId:i Label IsRequired:i Order:i Name MaxChars:i CanEndWith:i MinChars:i
        AllowSpaces:i TextMessage:i OptionType:E CanContain CanStartWith""",
    "ProductOptValue": "Id:i ProductOptionId:i Label Sku IsDefault:i Name OptionIndex:i PriceAdjustment:d",
    "RecurringOrder": f"Id:i OriginatingOrderId:i PaymentGatewayId:i {_RECURRING}",
    "RecurringOrderWithContact": f"""Id:i RecurringOrderId:i OriginatingOrderId:i PaymentGatewayId:i {_RECURRING}
        {_RECURRING_PERSON}""",
    "CProgram": """Id:i ProgramName DefaultPrice:d DefaultCycle DefaultFrequency:i Sku ShortDescription BillingType
        Description HideInStore:i Status:i Active:b LargeImage:B Taxable:i Family ProductId:i""",
    "SubscriptionPlan": """Id:i ProductId:i Cycle Frequency:i PreAuthorizeAmount:d Prorate:b Active:b PlanPrice:d
        NumberOfCycles:i""",
    "Referral": "Id:i ContactId:i AffiliateId:i DateSet:D DateExpires:D IPAddress Source Info Type:i",
    "LeadSource": """Id:i Name Description StartDate:D EndDate:D CostPerLead Vendor Medium Message
        LeadSourceCategoryId:i Status""",
    "LeadSourceCategory": "Id:i Name Description",
    "LeadSourceExpense": """Id:i LeadSourceRecurringExpenseId:i LeadSourceId:i Title Notes Amount:d DateIncurred:T""",
    "LeadSourceRecurringExpense": """Id:i LeadSourceId:i Title Notes Amount:d StartDate:T EndDate:T
        NextExpenseDate:T""",
    "Campaign": "Id:i Name Status",
    "EmailAddStatus": "Id:i DateCreated:T Email LastClickDate:T LastOpenDate:T LastSentDate:T Type",
    "UserGroup": "Id:i Name OwnerId:i",
    "LinkedContactType": "Id:i TypeName MaxLinked:i",
    "DataFormGroup": "Id:i TabId:i Name",
    "DataFormTab": "Id:i FormId:i TabName",
    "CreditCard": """Id:i ContactId:i BillName FirstName LastName PhoneNumber Email BillAddress1 BillAddress2 BillCity
        BillState BillZip BillCountry ShipFirstName ShipMiddleName ShipLastName ShipCompanyName ShipPhoneNumber
        ShipAddress1 ShipAddress2 ShipCity ShipState ShipZip ShipCountry ShipName NameOnCard -CardNumber Last4
        ExpirationMonth ExpirationYear -CVV2 Status:i CardType StartDateMonth StartDateYear MaestroIssueNumber""",
    "ActionSequence": "Id:i TemplateName VisibleToTheseUsers",
    "CampaignStep": "Id:i CampaignId:i TemplateId:i StepStatus StepTitle",
    "Campaignee": "Id:i CampaignId:i Status:E Campaign ContactId:i",
    "Expense": "Id:i ContactId:i ExpenseType:E TypeId:i ExpenseAmt:d DateIncurred:T",
    "GroupAssign": "Id:i UserId:i GroupId:i Admin:i",
    "JobRecurringInstance": """Id:i RecurringId:i InvoiceItemId:i Status:i AutoCharge:i StartDate:D EndDate:D
        DateCreated:T Description""",
    "MtgLead": """Id:i DateAppraisalOrdered:T DateAppraisalDone:T DateAppraisalReceived:T DateTitleOrdered:T
        DateTitleReceived:T DateRateLocked:T DateRateLockExpires:T CreditReportDate:T ApplicationDate:T
        ActualCloseDate:T FundingDate:T""",
    "PayPlan": "Id:i InvoiceId:i DateDue:D AmtDue:d Type:i InitDate:D StartDate:D FirstPayAmt:d",
    "PayPlanItem": "Id:i PayPlanId:i DateDue:D AmtDue:d Status:i AmtPaid:d",
    "ProductInterest": """Id:i ObjectId:i ObjType ProductId:i ProductType Qty:i DiscountPercent:i
        SubscriptionPlanId:i""",
    "ProductInterestBundle": "Id:i BundleName Description",
    "SocialAccount": "Id:i AccountName AccountType ContactId:i DateCreated:T LastUpdated:T",
    "Status": "Id:i StatusName StatusOrder TargetNumDays",
    "Template": "Id:i PieceType PieceTitle Categories",
    "Ticket": """Id:i IssueId:i ContactId:i UserId:i DevId:i TicketTitle TicketApplication TicketCategory:i
        TicketTypeId:i Summary Stage:i Priority:i Ordering:d DateCreated:T CreatedBy:i LastUpdated:T LastUpdatedBy:i
        CloseDate:D FolowUpDate:D TargetCompletionDate:D DateInStage:D TimeSpent:d HasCustomerCalled:i""",
    "TicketStage": "Id:i StageName",
    "TicketType": "Id:i CategoryId:i Label",
    "CCharge": "Id:i CCId:i PaymentId:i MerchantId:i OrderNum RefNum ApprCode Amt:d PaymentGatewayId:i",
}

TABLES = tuple(_WORDS)
"""The tables that a world fills."""

CUSTOM_TABLES: Mapping[str, str] = {
    "Contact": "contact",
    "Company": "company",
    "Job": "order",
    "Affiliate": "affiliate",
    "Lead": "opportunity",
    "ContactAction": "activity",
    "RecurringOrder": "subscription",
}
"""Tables that carry custom fields, and whose."""

_CUSTOM_TYPES = {3: "Double", 4: "Double", 6: "Integer", 7: "Integer", 8: "Integer", 9: "Integer", 11:
"Double", 12: "Integer", 13: "Date",
                 14: "DateTime", 22: "Integer"}  # fmt: skip


def table_fields(table: str) -> dict[str, TableField]:
    """Return the fields of a table by name, custom fields left out; KeyError for a table that is not in TABLES."""
    fields = (_field(word) for word in _WORDS[table].split())
    return {field.name: field for field in fields}


def _field(word: str) -> TableField:
    name, _, kind = word.removeprefix("-").partition(":")
    return TableField(name, _TYPES[kind], readable=not word.startswith("-"))


def custom_type(type_code: int) -> str:
    """Return the schema type of a custom field of this DataFormField.DataType (assumed for yes/no, which is 0 or 1)."""
    return _CUSTOM_TYPES.get(type_code, "String")
