"""What must never be told: e-mail addresses, tokens and keys are taken out of any text before it becomes a message."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec

from infusion_etl.errors import CallRefused

LONGEST = 200
"""Characters of the server's own words that an error may carry."""

# Order matters: a named secret goes with its name before the patterns for bare ones look at what is left.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+%'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "<e-mail>"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 <secret>"),
    (
        re.compile(
            r"(?i)((?:access_token|refresh_token|id_token|client_secret|client_id|api[_-]?key|password|token|code)"
            r"[\"']?\s*[=:]\s*[\"']?)(?=[^\s&\"',;}]*\d)[^\s&\"',;}]{8,}"
        ),
        r"\1<secret>",
    ),
    (re.compile(r"\bKeapAK-[\w-]+"), "<secret>"),
    (re.compile(r"\beyJ[\w-]+(?:\.[\w-]+)*"), "<secret>"),
    (re.compile(r"\b[0-9a-fA-F]{20,}\b"), "<secret>"),
    (re.compile(r"\b(?=[A-Za-z]*\d)[A-Za-z0-9]{24,}\b"), "<secret>"),
    (re.compile(r"(?<![\w+/-])(?=[\w+/-]*\d)[\w+/-]{32,}={0,2}"), "<secret>"),
    (re.compile(r"(?<![\w+/-])[\w+/-]{48,}={0,2}"), "<secret>"),
)


def redact(text: str, longest: int = LONGEST) -> str:
    """Return `text` on one line, without e-mail addresses and anything that looks like a key or token, cut short."""
    clean = " ".join(text.split())
    for pattern, instead in _PATTERNS:
        clean = pattern.sub(instead, clean)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


_CREDENTIAL = re.compile(
    r"password|passwd|secret|token|credential|licen[cs]e|accesskey|apikey|username|userid|login|accountn|shippern"
    r"|cardnumber|cvv|hookurl"  # whoever knows where a hook is sent can send one
)


_DECODER = msgspec.json.Decoder(float_hook=Decimal)  # a number stays as it was written
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def page_without_credentials(body: bytes) -> bytes:
    """Return a page of JSON `without_credentials`; raises CallRefused where that cannot be looked through."""
    try:
        return _ENCODER.encode(without_credentials(_DECODER.decode(body)))
    except RecursionError:
        raise CallRefused("Keap's answer is nested too deeply to be a page") from None
    except msgspec.DecodeError:
        raise CallRefused("Keap's answer holds a number that is none") from None


def without_credentials(value: Any) -> Any:
    """Return a JSON value without the members, at any depth, whose names are those of credentials.

    Names are compared without case and signs: `access_key`, `accessKey` and `AccessKey` alike.
    """
    if isinstance(value, list):
        return [without_credentials(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: without_credentials(inside) for name, inside in value.items() if not _is_credential(name)}


def _is_credential(name: str) -> bool:
    return _CREDENTIAL.search("".join(c for c in name.casefold() if c.isalnum())) is not None
