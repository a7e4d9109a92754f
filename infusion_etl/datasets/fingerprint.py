"""A hash of all that decides which rows and columns a dataset brings."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from infusion_etl.accounts.account import Api
from infusion_etl.reports.dates import Dates
from infusion_etl.reports.query import Query
from infusion_etl.reports.report import Parameters


def fingerprint(account: str, api: Api, report: str, parameters: Parameters) -> str:
    """Return the hash (64 hexadecimal digits); it does not change with spelling, order or blanks in the file."""
    meant = {
        "account": account,
        "api": api.value,
        "report": report,
        "parameters": {name: _canonical(value) for name, value in parameters.items()},
    }
    text = json.dumps(meant, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    match value:
        case Query():
            return value.formatted()
        case Dates():
            return str(value)
        case tuple():
            return [_canonical(each) for each in value]
        case _:
            return value
