"""Calls that change something in an account. They are sent once: what was created twice cannot be told apart later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from infusion_etl.keap.http import HttpCall
from infusion_etl.keap.redaction import redact
from infusion_etl.keap.rest import signed


@dataclass(frozen=True)
class RestWrite:
    """One call: `path` comes after `/crm/rest`; `body` is what JSON is made of, None: there is none."""

    method: str
    path: str
    body: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def label(self) -> str:
        """How errors name the call."""
        return f"{self.method} {'/'.join(map(redact, self.path.split('/')))}"


def write_call(api_url: str, write: RestWrite, token: str) -> HttpCall:
    """Return the call for a write."""
    address = f"{api_url.rstrip('/')}/crm/rest{quote(write.path, safe='/:-@')}"
    headers = {**signed(token), "Accept": "application/json", **write.headers}
    if write.body is None:
        return HttpCall(write.method, address, headers)
    return HttpCall(write.method, address, headers, msgspec.json.encode(write.body), "application/json")
