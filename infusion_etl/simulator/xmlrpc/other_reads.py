"""Reading methods that tell of one thing each: settings, templates, forms, links, cards, quick searches.

What their answers hold beyond the documented kind is made up (rule other-reads).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.cards import cards
from infusion_etl.simulator.world.marketing_rows import mail_addresses
from infusion_etl.simulator.world.pages import form_html
from infusion_etl.simulator.world.records import Person
from infusion_etl.simulator.xmlrpc.eastern import wall_clock
from infusion_etl.simulator.xmlrpc.faults import Fault, invalid_parameter, record_not_found

LAST_FOUR = "4242"
SETTINGS: Mapping[tuple[str, str], str] = {
    ("Contact", "optiontypes"): "Prospect,Customer,Partner,Vendor",
    ("Contact", "optiontitles"): "Dr.,Mr.,Ms.",
    ("ContactAction", "optionstype"): "Appointment,Call,Email,Fax,Letter,Other",
    ("Templates", "defuserid"): "1",
}
QUICK_SEARCHES: Mapping[str, str] = {
    "FindPerson": "Contacts",
    "FindCompany": "Companies",
    "FindTask": "Tasks",
    "FindOrder": "Orders",
    "FindSubscription": "Subscriptions",
    "FindOpportunity": "Opportunities",
    "FindAffiliate": "Referral partners",
}
"""The documented kinds of quick search; their labels are made up."""

CONTEXTS = ("Contact", "Opportunity", "Invoice", "CreditCard", "ServiceCall")
STATUSES = {"SINGLE_OPT_IN": 1, "DOUBLE_OPT_IN": 2, "CONFIRMED": 2}
"""What getOptStatus answers for an address; 0 for every other status (documented)."""


def app_setting(_: World, module: str, setting: str) -> str:
    """Return a setting, its choices joined by commas; an unknown one is empty (assumed)."""
    return SETTINGS.get((module, setting), "")


def authenticate(_: World, username: str, __: str) -> int:
    """Refuse everybody, in the words seen: the simulator keeps no passwords."""
    raise Fault(13, f"[FailedLoginAttempt]username not found: {username}")


def appointment(world: World, record: int) -> str:
    """Return an appointment as an iCalendar entry."""
    found = next((each for each in world.activities if each.id == record and each.kind == "Appointment"), None)
    if found is None or found.due is None:
        raise record_not_found("ContactAction", record)
    begins = f"DTSTART;TZID=America/New_York:{wall_clock(found.due):%Y%m%dT%H%M%S}"
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{record}", begins)
    return "\n".join((*lines, f"SUMMARY:{found.title}", "END:VEVENT", "END:VCALENDAR"))


def linked_contacts(world: World, contact: int) -> list[Mapping[str, Any]]:
    """Return who hangs together with somebody, and how; a link is told at both ends."""
    if contact not in world.people:
        raise record_not_found("Contact", contact)
    found = (link for link in world.contact_links if contact in {link.first_id, link.second_id})
    return [
        {"ContactId": link.second_id if link.first_id == contact else link.first_id, "LinkTypeId": link.type_id}
        for link in found
    ]


def next_step(world: World, contact: int, campaign: int) -> int:
    """Return 0, for nobody waits for a step of an old sequence; an unknown one is fault 6, as seen."""
    if campaign not in world.campaigns:
        raise Fault(6, "[Loading]Error loading follow-up sequence")
    if contact not in world.people:
        raise record_not_found("Contact", contact)
    return 0


def merge_fields(world: World, context: str) -> list[str]:
    """Return the merge fields of a context, custom ones included."""
    if context not in CONTEXTS:
        raise invalid_parameter(f"mergeContext must be one of {', '.join(CONTEXTS)}: {context}")
    custom = [f"~Contact._{field.name}~" for field in world.fields_of("contact")]
    return ["~Contact.FirstName~", "~Contact.LastName~", "~Contact.Email~", *custom]


def email_template(world: World, template: int) -> Mapping[str, str]:
    """Return a template of e-mails; a copy address that it has not is an empty text (assumed)."""
    found = world.email_templates.get(template)
    if found is None:
        raise record_not_found("Template", template)
    return {
        "pieceTitle": found.title,
        "categories": ",".join(found.categories),
        "fromAddress": "~Owner.Email~",
        "toAddress": "~Contact.Email~",
        "ccAddress": found.copy_to or "",
        "bccAddress": "",
        "subject": found.subject,
        "textBody": f"Dear ~Contact.FirstName~, {found.title}",
        "htmlBody": f"<p>Dear ~Contact.FirstName~, {found.title}</p>",
        "contentType": found.kind,
        "mergeContext": "Contact",
    }


def opt_status(world: World, email: str) -> int:
    """Return whether an address may be written to: 0, 1 or 2; an unknown one may not (assumed)."""
    wanted = email.casefold()
    statuses = (each.status for _, each in mail_addresses(world) if each.email.casefold() == wanted)
    return STATUSES.get(next(statuses, ""), 0)


def download_url(world: World, file: int) -> str:
    """Return where a file can be fetched (an address that nobody answers)."""
    if file not in world.files:
        raise record_not_found("FileBox", file)
    return f"https://example.com/download/{file}"


def existing_card(world: World, contact: int, last_four: str) -> int:
    """Return the id of somebody's card that ends so, or 0."""
    card = cards(world).get(contact)
    return card.id if card is not None and last_four == LAST_FOUR else 0


def invoice_of(world: World, order: int) -> int:
    """Return the invoice of an order."""
    found = world.orders.get(order)
    if found is None:
        raise record_not_found("Job", order)
    return found.invoice_id


def order_of(world: World, invoice: int) -> int:
    """Return the order of an invoice."""
    found = next((order.id for order in world.orders if order.invoice_id == invoice), None)
    if found is None:
        raise record_not_found("Invoice", invoice)
    return found


def quick_searches(world: World, user: int) -> Mapping[str, str]:
    """Return the quick searches of a user."""
    _known(world, user)
    return QUICK_SEARCHES


def default_quick_search(world: World, user: int) -> str:
    """Return the text null, as the documented sample does."""
    _known(world, user)
    return "null"


def quick_search(  # noqa: PLR0917 - the parameters come by place, as they do over the wire
    world: World, kind: str, user: int, text: str, page: int, limit: int
) -> list[Mapping[str, Any]]:
    """Return one page of what has the text in its name (or, of people, in an address), by id."""
    _known(world, user)
    if kind not in QUICK_SEARCHES or not 0 < limit <= 1000 or page < 0:
        raise invalid_parameter(f"quickSearchType, page or returnLimit: {kind}, {page}, {limit}")
    found = _NAMED[kind](world) if kind in _NAMED else ()
    rows = [{"Id": number, "Name": name} for number, name in found if text.casefold() in name.casefold()]
    return list(rows[page * limit : (page + 1) * limit])


def _person_text(person: Person) -> str:
    return " ".join(part for part in (person.given_name, person.family_name, *person.emails) if part)


_NAMED: Mapping[str, Callable[[World], Any]] = {
    "FindPerson": lambda world: ((each.id, _person_text(each)) for each in world.people),
    "FindCompany": lambda world: ((each.id, each.name) for each in world.companies),
    "FindTask": lambda world: ((each.id, each.title) for each in world.activities if each.kind == "Task"),
    "FindOrder": lambda world: ((each.id, each.title) for each in world.orders),
    "FindOpportunity": lambda world: ((each.id, each.title) for each in world.opportunities),
    "FindAffiliate": lambda world: ((each.id, each.name) for each in world.affiliates),
}


def webform_html(world: World, form: int) -> str:
    """Return a web form as HTML."""
    found = world.webforms.get(form)
    if found is None:
        raise record_not_found("WebForm", form)
    return form_html(found)


def tracking_url(world: World) -> str:
    """Return where the tracking script lies."""
    return f"https://{world.tenant_id}/app/webTracking/getTrackingCode"


def tracking_tag(world: World) -> str:
    """Return the tag that brings the tracking script into a page."""
    return f'<script type="text/javascript" src="{tracking_url(world)}"></script>'


def _known(world: World, user: int) -> None:
    if user not in world.users:
        raise record_not_found("User", user)
