"""Ways of shipping, web forms and files."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.listing import Page, PathValues, Plain, Route, found_or_404
from infusion_etl.simulator.rest.shelves import OnShelf
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.pages import form_html
from infusion_etl.simulator.world.records import ShippingOption

FORM_KINDS = ("LEGACY", "STANDALONE", "FUNNEL", "LANDING_PAGE", "SURVEY", "INTERNAL", "TWITTER", "UNKNOWN")
FILE_CATEGORIES = (
    "ATTACHMENTS", "CART", "DOCUMENTS", "HIDDEN", "INVOICE", "LOGO", "TICKETS", "WEB_FORM", "FUNNEL",
)  # fmt: skip
FILE_BOXES = (
    "APPLICATION", "IMAGE", "FAX", "ATTACHMENT", "TICKET", "CONTACT", "DIGITAL_PRODUCT", "IMPORT", "HIDDEN", "WEB_FORM",
    "STYLED_CART", "RESAMPLED_IMAGE", "TEMPLATE_THUMBNAIL", "FUNNEL", "LOGO_THUMBNAIL", "UNLAYER",
    "BRANDING_CENTER_LOGO",
)  # fmt: skip

NOT_REAL = "not-a-real-credential"

_SETTINGS: Mapping[str, Callable[[ShippingOption], Mapping[str, Any]]] = {
    "FLAT_RATE": lambda option: {"price": option.price / 100},
    "ORDER_QUANTITY": lambda option: {
        "base_shipping_price": option.base_price / 100,
        "price_per_item": option.item_price / 100,
        "minimum_shipping_price": option.least_price / 100,
    },
    "ORDER_TOTAL": lambda option: {
        "ranges": [
            {
                "id": str(each.id),
                "min": each.least / 100,
                "max": None if each.most is None else each.most / 100,
                "price": each.price / 100,
            }
            for each in option.ranges
        ]
    },
    "UPS": lambda _: dict.fromkeys(("user_name", "password", "access_key", "account_number"), NOT_REAL),
    "PRODUCT_BASED": lambda option: {
        "prices": [{"product_id": str(each.product_id), "price": each.price / 100} for each in option.prices]
    },
}


def _settings(option: ShippingOption) -> dict[str, Any]:
    """Show what an option costs; the description leaves `settings` open, so every name in it is assumed.

    That of UPS holds credentials, as in XML-RPC: nobody says that it does not, and a reader must be ready.
    """
    own = _SETTINGS[option.kind](option) if option.kind in _SETTINGS else {}
    return {"order_based": option.order_based, **own}


_SHIPPING = OnShelf(
    name="shipping_options",
    members={
        "id": lambda _, option: str(option.id),
        "name": lambda _, option: option.name,
        "description": lambda _, option: option.description,
        "type": lambda _, option: option.kind,
        "status": lambda _, option: "ACTIVE" if option.active else "INACTIVE",
        "international": lambda _, option: option.international,
        "settings": lambda _, option: _settings(option),
    },
)

_WEBFORMS = OnShelf(
    name="webforms",
    members={
        "id": lambda _, form: str(form.id),
        "xid": lambda _, form: form.xid,
        "name": lambda _, form: form.name,
        "funnel_id": lambda _, form: values.text_id(form.funnel_id),
        "custom_slug": lambda _, form: form.slug,
        "webform_url": lambda _, form: f"https://example.com/app/form/{form.xid}",
        "pretty_webform_url": lambda _, form: f"https://example.com/app/form/{form.slug}" if form.slug else None,
        "thank_you_page_url": lambda _, __: None,
        "duplicate_check_option": lambda _, __: "EMAIL",
        "exit_option": lambda _, __: "HOSTED",
        "webform_type": lambda _, form: form.kind,
        "create_time": lambda _, form: values.moment(form.created),
        "update_time": lambda _, form: values.moment(form.updated),
    },
    filters={
        "name": filters.text(lambda form: form.name),
        "webform_type": filters.choice(lambda form: form.kind, *FORM_KINDS),
        "since_create_time": filters.since(lambda form: form.created),
        "until_create_time": filters.until(lambda form: form.created),
        "since_update_time": filters.since(lambda form: form.updated),
        "until_update_time": filters.until(lambda form: form.updated),
    },
    orders={
        "name": lambda _, form: form.name,
        "webform_type": lambda _, form: form.kind,
        "create_time": lambda _, form: form.created,
        "update_time": lambda _, form: form.updated,
    },
)

_FILES = OnShelf(
    name="files",
    members={
        "id": lambda _, file: str(file.id),
        "category": lambda _, file: file.category,
        "file_name": lambda _, file: file.name,
        "is_public": lambda _, file: file.public,
        "contact_id": lambda _, file: values.text_id(file.contact_id),
        "created_by_id": lambda _, file: values.text_id(file.user_id),
        "remote_file_key": lambda _, file: f"files/{file.id}",
        "file_box_type": lambda _, file: file.box,
        "file_size": lambda _, file: len(file.content),
        "created_time": lambda _, file: values.moment(file.created),
        "updated_time": lambda _, file: values.moment(file.updated),
    },
    filters={
        "is_public": filters.flag(lambda file: file.public),
        "contact_id": filters.one_id(lambda file: file.contact_id),
        "user_id": filters.one_id(lambda file: file.user_id),
        "category": filters.choice(lambda file: file.category, *FILE_CATEGORIES),
        "file_box_type": filters.choice(lambda file: file.box, *FILE_BOXES),
        "file_name": filters.text(lambda file: file.name),
        "created_time": filters.at(lambda file: file.created),
        "updated_time": filters.at(lambda file: file.updated),
    },
    orders={"file_name": lambda _, file: file.name, "updated_time": lambda _, file: file.updated},
)


def _content(world: World, _: Any, path: PathValues) -> str:
    """Give a file's content: base64 as a JSON text (`string`, `byte` in the description)."""
    content: bytes = found_or_404(lambda world, path: world.files[int(path["file_id"])].content, world, path)
    return base64.b64encode(content).decode("ascii")


def _form(world: World, path: PathValues) -> str:
    """Give a form as a page (what is in it is made up)."""
    found = world.webforms[int(path["webform_id"])]
    return form_html(found)


ROUTES: tuple[Route, ...] = (
    _SHIPPING.whole("shipping", "shipping_methods"),
    _WEBFORMS.listing("webforms", "webforms"),
    Page(path="webforms/{webform_id}:data", html=_form),
    _FILES.listing("files", "files"),
    Plain(path="files/{file_id}:data", value=_content),
    _FILES.single("files/{file_id}"),
)
