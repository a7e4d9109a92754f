"""ContactService: people by id and by e-mail address."""

from __future__ import annotations

from collections.abc import Sequence

from infusion_etl.simulator.xmlrpc.data_service import Row, check_fields, load, picked
from infusion_etl.simulator.xmlrpc.faults import Fault
from infusion_etl.simulator.xmlrpc.tables import Tables

ADDRESSES = ("Email", "EmailAddress2", "EmailAddress3")
BROKEN = (
    "Failed to invoke method findByEmail in class com.infusionsoft.api.xmlrpc.XmlRpcContactService: "
    "Unknown column 'Contact.AccountId' in 'field list'"
)


def load_contact(tables: Tables, contact: int, fields: Sequence[str]) -> Row:
    """Return one person by id, or raise fault 5."""
    return load(tables, "Contact", contact, fields)


def find_by_email(tables: Tables, email: str, fields: Sequence[str]) -> list[Row]:
    """Return everybody who has this address in one of three places; not paged. AccountId breaks it, as seen."""
    check_fields(tables, "Contact", fields, fields)
    if "AccountId" in fields:
        raise Fault(0, BROKEN)
    wanted = email.casefold()
    return [
        picked(row, fields)
        for row in tables.rows("Contact")
        if any(str(row.get(name, "")).casefold() == wanted for name in ADDRESSES)
    ]
