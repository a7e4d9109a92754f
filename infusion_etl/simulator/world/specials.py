"""The first people of every world: one for each kind of value that has broken a connector before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from infusion_etl.simulator.world.custom_fields import LONG_TEXT
from infusion_etl.simulator.world.records import Address, Phone

SPECIAL_PEOPLE: tuple[Mapping[str, Any], ...] = (
    {"given_name": "O'Brien \"Bob\" `tick`", "family_name": 'D\'"`,;|\\'},
    {"given_name": "line one\nline two", "notes": "first\n\nthird\n"},
    {"given_name": "🎉 Party 🏳️\u200d🌈", "family_name": "👩\u200d👩\u200d👧 家族"},
    {"given_name": "Ñandú Ångström", "family_name": "e\u0301 decomposed"},
    {"given_name": "مرحبا", "family_name": "\u202eright to left\u202c"},
    {"given_name": "", "family_name": "", "middle_name": "", "nickname": "", "notes": ""},
    {"given_name": None, "family_name": None, "middle_name": None, "emails": (None, None, None), "phones": (None,) * 5},
    {"given_name": "007", "family_name": "0042", "billing": Address(line1="0", city="000", postal_code="00001")},
    {"given_name": "Long", "notes": LONG_TEXT},
    {"given_name": "'; DROP TABLE contacts; --", "family_name": "SELECT * FROM x"},
    {"given_name": "null", "family_name": "NULL", "nickname": "None"},
    {"given_name": "true", "family_name": "1e308", "nickname": "2026-01-01"},
    {"given_name": "  padded  ", "family_name": "\ttab\t"},
    {"given_name": "a\x01b\x08c\x0bd\x1fe", "family_name": "bell\x07"},
    {"given_name": "<b>&amp;</b>", "family_name": "]]>", "notes": "<![CDATA[x]]> & < > %41"},
    {"given_name": "Percent%", "family_name": "under_score", "nickname": "star*"},
    {"given_name": "semi;colon==", "family_name": "{curly} $1"},
    {"given_name": "Ancient", "birthday": date(1900, 1, 1), "anniversary": date(1899, 12, 31)},
    {"given_name": "Distant", "birthday": date(2999, 12, 31), "anniversary": date(9999, 12, 31)},
    {"given_name": "Leap", "birthday": date(2000, 2, 29)},
    # US Eastern clocks: 2025-11-02 01:30 came twice; this is the first of the two. The second cannot be told from it
    # in XML-RPC.
    {"given_name": "Ambiguous", "created": datetime(2025, 11, 2, 5, 30, tzinfo=UTC)},
    {"given_name": "Before the gap", "created": datetime(2025, 3, 9, 6, 59, 59, tzinfo=UTC)},
    {"given_name": "After the gap", "created": datetime(2025, 3, 9, 7, 0, tzinfo=UTC)},
    {"given_name": "After the fold", "created": datetime(2025, 11, 2, 7, 0, tzinfo=UTC)},
    {"given_name": "Phones", "phones": tuple(Phone(number=f"00{n}5550", extension=f"0{n}") for n in range(5))},
    {"given_name": "Faxes", "faxes": (Phone(number="0018015550000", kind="Home"), Phone(number="5550001"))},
)  # fmt: skip
"""What is different about each: replaces the drawn values of the person at the same place in the world."""
