"""The lists that only REST v1 has.

v1's list of payments to affiliates has nothing that v2's lacks, so that it is not here. v1 tells ids as numbers, pages
by offset, and has neither `fields` nor filters by the time of change here (facts B.4).
"""

from __future__ import annotations

from infusion_etl.keap.walks import BARE, RestPaging
from infusion_etl.reports.catalogue.resources.entry import Entry
from infusion_etl.reports.catalogue.resources.members import amounts, moments, numbers, of, parent, texts
from infusion_etl.reports.catalogue.resources.new import Whole
from infusion_etl.reports.catalogue.resources.partners import AFFILIATES
from infusion_etl.reports.catalogue.resources.people import CONTACTS
from infusion_etl.reports.columns import INTEGER, TEXT, Column, Path

VERSION_ONE = (
    Entry(
        name="clawbacks_of_affiliates",
        path="/v1/affiliates/{affiliateId}/clawbacks",
        records="clawbacks",
        description="What was taken back of each affiliate's commissions, a call for each affiliate. A clawback has no "
        "id; v2 tells no more than their sum",
        columns=(
            parent("affiliate_id", "affiliateId"),
            *numbers("invoice_id", "contact_id"),
            *texts("given_name", "family_name", "product_name", "subscription_plan_name", "description"),
            *amounts("amount"),
            *numbers("sale_affiliate_id"),
            *texts("sold_by_given_name", "sold_by_family_name"),
            *moments("date_earned"),
        ),
        key=(),
        new=Whole("it costs a call for each affiliate, new or not"),
        paging=RestPaging.OFFSET,
        query=(("order", "DATE_EARNED"), ("order_direction", "ASCENDING")),
        parents=AFFILIATES,
    ),
    Entry(
        name="appointments",
        path="/v1/appointments",
        records="appointments",
        description="Appointments as v1 has them, without an id, of the user whose key it is; task_appointments has "
        "everyone's",
        columns=(
            *texts("title", "description", "location"),
            *numbers("contact_id"),
            of("user_id", INTEGER, "user"),
            *numbers("remind_time"),
            *moments("start_date", "end_date"),
        ),
        key=(),
        new=Whole("an appointment has neither an id nor a time of change"),
        paging=RestPaging.OFFSET,
    ),
    Entry(
        name="credit_cards",
        path="/v1/contacts/{contactId}/creditCards",
        records=BARE,
        description="The cards that each contact has stored, without their numbers, a call for each contact. "
        "payment_methods costs far less",
        columns=(
            parent("contact_id", "contactId"),
            of("id", INTEGER),
            *texts("card_type", "payment_method_id", "validation_status"),
        ),
        key=("contact_id", "id"),
        new=Whole("it costs a call for each contact, new or not"),
        paging=RestPaging.NONE,
        parents=CONTACTS,
        private=True,
        table="CreditCard",
    ),
    Entry(
        name="hooks",
        path="/v1/hooks",
        records=BARE,
        description="The REST hooks of the account, without the addresses that they are sent to: who knows one can "
        "send to it",
        columns=(of("key", TEXT), of("event_key", TEXT, "eventKey"), *texts("status")),
        key=("key",),
        new=Whole("one call brings all"),
        paging=RestPaging.NONE,
        private=True,
    ),
    Entry(
        name="hook_event_keys",
        path="/v1/hooks/event_keys",
        records=BARE,
        description="The events that a REST hook can be set on",
        columns=(Column("event_key", TEXT, Path()),),
        key=("event_key",),
        new=Whole("one call brings all"),
        paging=RestPaging.NONE,
    ),
)
