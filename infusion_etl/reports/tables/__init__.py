"""The tables of Infusionsoft's schema that `data_query` and `record_by_id` read; adding one is one entry here.

Fields, types and names: the public table schema (XML-RPC); their REST counterparts: the OpenAPI document of REST v2.
Passwords, card numbers and images are not even known by name.
"""

from collections.abc import Mapping

from infusion_etl.reports.tables.affiliate import AFFILIATE
from infusion_etl.reports.tables.campaigns import ACTION_SEQUENCE, CAMPAIGN, CAMPAIGN_STEP, CAMPAIGNEE, TEMPLATE
from infusion_etl.reports.tables.company import COMPANY
from infusion_etl.reports.tables.contact import CONTACT
from infusion_etl.reports.tables.contact_records import (
    CONTACT_ACTION,
    CREDIT_CARD,
    EMAIL_ADD_STATUS,
    EXPENSE,
    FILE_BOX,
    LINKED_CONTACT_TYPE,
    SOCIAL_ACCOUNT,
)
from infusion_etl.reports.tables.custom_field_tables import DATA_FORM_FIELD, DATA_FORM_GROUP, DATA_FORM_TAB
from infusion_etl.reports.tables.invoices import INVOICE, INVOICE_ITEM, INVOICE_PAYMENT, PAY_PLAN, PAY_PLAN_ITEM
from infusion_etl.reports.tables.job import JOB
from infusion_etl.reports.tables.lead_sources import (
    LEAD_SOURCE,
    LEAD_SOURCE_CATEGORY,
    LEAD_SOURCE_EXPENSE,
    LEAD_SOURCE_RECURRING_EXPENSE,
)
from infusion_etl.reports.tables.opportunities import (
    LEAD,
    MTG_LEAD,
    PRODUCT_INTEREST,
    PRODUCT_INTEREST_BUNDLE,
    STAGE,
    STAGE_MOVE,
    STATUS,
)
from infusion_etl.reports.tables.order_items import ORDER_ITEM
from infusion_etl.reports.tables.payments import C_CHARGE, PAYMENT
from infusion_etl.reports.tables.product import PRODUCT
from infusion_etl.reports.tables.product_records import (
    PRODUCT_CATEGORY,
    PRODUCT_CATEGORY_ASSIGN,
    PRODUCT_OPT_VALUE,
    PRODUCT_OPTION,
)
from infusion_etl.reports.tables.referrals import AFF_RESOURCE, REFERRAL
from infusion_etl.reports.tables.subscriptions import (
    C_PROGRAM,
    JOB_RECURRING_INSTANCE,
    RECURRING_ORDER,
    RECURRING_ORDER_WITH_CONTACT,
    SUBSCRIPTION_PLAN,
)
from infusion_etl.reports.tables.table import Table
from infusion_etl.reports.tables.tags import CONTACT_GROUP, CONTACT_GROUP_ASSIGN, CONTACT_GROUP_CATEGORY
from infusion_etl.reports.tables.tickets import TICKET, TICKET_STAGE, TICKET_TYPE
from infusion_etl.reports.tables.users import GROUP_ASSIGN, SAVED_FILTER, USER, USER_GROUP

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        *(CONTACT, COMPANY, CONTACT_GROUP, CONTACT_GROUP_CATEGORY, CONTACT_GROUP_ASSIGN, CONTACT_ACTION),
        *(EMAIL_ADD_STATUS, SOCIAL_ACCOUNT, LINKED_CONTACT_TYPE, FILE_BOX, CREDIT_CARD, EXPENSE),
        *(LEAD, STAGE, STAGE_MOVE, STATUS, PRODUCT_INTEREST, PRODUCT_INTEREST_BUNDLE, MTG_LEAD),
        *(JOB, ORDER_ITEM, INVOICE, INVOICE_ITEM, INVOICE_PAYMENT, PAYMENT, C_CHARGE, PAY_PLAN, PAY_PLAN_ITEM),
        *(PRODUCT, PRODUCT_CATEGORY, PRODUCT_CATEGORY_ASSIGN, PRODUCT_OPTION, PRODUCT_OPT_VALUE),
        *(RECURRING_ORDER, RECURRING_ORDER_WITH_CONTACT, JOB_RECURRING_INSTANCE, SUBSCRIPTION_PLAN, C_PROGRAM),
        *(AFFILIATE, REFERRAL, AFF_RESOURCE),
        *(LEAD_SOURCE, LEAD_SOURCE_CATEGORY, LEAD_SOURCE_EXPENSE, LEAD_SOURCE_RECURRING_EXPENSE),
        *(CAMPAIGN, CAMPAIGN_STEP, CAMPAIGNEE, TEMPLATE, ACTION_SEQUENCE),
        *(USER, USER_GROUP, GROUP_ASSIGN, SAVED_FILTER),
        *(DATA_FORM_FIELD, DATA_FORM_GROUP, DATA_FORM_TAB),
        *(TICKET, TICKET_STAGE, TICKET_TYPE),
    )
}

__all__ = ["TABLES", "Table"]
