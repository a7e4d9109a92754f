"""Sent e-mails, templates of e-mails and notes, opt-ins of a web site."""

from __future__ import annotations

import base64
from dataclasses import replace

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.listing import Members, Route
from infusion_etl.simulator.rest.shelves import OnShelf

_EMAILS = OnShelf(
    name="emails",
    members={
        "id": lambda _, each: str(each.id),
        "subject": lambda _, each: each.subject,
        "headers": lambda _, each: f"X-Simulated: {each.id}",
        "contact_id": lambda _, each: values.text_id(each.contact_id),
        "sent_to_address": lambda _, each: each.to,
        "sent_to_cc_address_list": lambda _, each: list(each.copies),
        "sent_to_bcc_address_list": lambda _, __: [],
        "sent_from_address": lambda _, each: each.sender,
        "sent_from_reply_address": lambda _, each: each.sender,
        "sent_time": lambda _, each: values.moment(each.sent),
        "received_time": lambda _, each: values.moment(each.received),
        "opened_time": lambda _, each: values.moment(each.opened),
        "clicked_time": lambda _, each: values.moment(each.clicked),
        "original_provider_id": lambda _, each: f"message-{each.id}",
        "original_provider": lambda _, each: each.provider,
        "provider_source_id": lambda _, __: None,
    },
    filters={
        "contact_id": filters.one_id(lambda each: each.contact_id),
        "email": filters.text(lambda each: each.to),
        "start_created_time": filters.since(lambda each: each.sent),
        "end_created_time": filters.until(lambda each: each.sent),
    },
    orders={"created_time": lambda _, each: each.sent},
)

_EMAIL_TEMPLATES = OnShelf(
    name="email_templates",
    members={
        "id": lambda _, each: each.id,
        "piece_title": lambda _, each: each.title,
        "categories": lambda _, each: list(each.categories),
        "from_address": lambda _, __: "~Owner.Email~",
        "to_address": lambda _, __: "~Contact.Email~",
        "cc_address": lambda _, each: each.copy_to,
        "bcc_address": lambda _, __: None,
        "subject": lambda _, each: each.subject,
        "content_type": lambda _, each: each.kind,
        "merge_context": lambda _, __: "Contact",
    },
    orders={"id": lambda _, each: each.id},
)
"""Their ids are numbers (documented), and no filter field is documented."""

_NOTE_TEMPLATES = OnShelf(
    name="note_templates",
    members={
        "id": lambda _, each: str(each.id),
        "title": lambda _, each: each.title,
        "description": lambda _, each: each.description,
        "action_type": lambda _, each: each.action,
        "assignment_user_id": lambda _, each: each.user_id,
        "notify_users": lambda _, each: [str(user_id) for user_id in each.notified],
    },
)
"""Neither filter fields nor orders are documented."""

_OPT_INS = OnShelf(name="opt_ins", members={"key": lambda _, each: each.key, "name": lambda _, each: each.name})

_WHOLE_EMAIL: Members = {
    **_EMAILS.members,
    "plain_content": lambda _, each: _written(str(each.id)),
    "html_content": lambda _, each: _written(f"<p>{each.id}</p>"),
}
_WHOLE_TEMPLATE: Members = {
    **_EMAIL_TEMPLATES.members,
    "text_body": lambda _, each: f"Dear ~Contact.FirstName~, {each.title}",
    "html_body": lambda _, each: f"<p>Dear ~Contact.FirstName~, {each.title}</p>",
}


def _written(text: str) -> str:
    """Write what is in an e-mail as base64 (as v1 does; for v2 assumed)."""
    return base64.b64encode(text.encode()).decode("ascii")


ROUTES: tuple[Route, ...] = (
    _EMAILS.listing("emails", "emails"),
    _EMAIL_TEMPLATES.listing("emails/templates", "email_templates"),
    replace(_EMAIL_TEMPLATES, members=_WHOLE_TEMPLATE).single("emails/templates/{email_template_id}"),
    replace(_EMAILS, members=_WHOLE_EMAIL).single("emails/{id}"),
    _NOTE_TEMPLATES.listing("notes/templates", "note_templates"),
    _OPT_INS.whole("integrations/wordpress/options", "wordpress_opt_in_options"),
)
