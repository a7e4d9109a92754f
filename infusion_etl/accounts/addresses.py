"""Which addresses may be called with a credential: https, or plain http on this computer."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


def is_loopback(host: str | None) -> bool:
    """Tell whether a host name or address is this computer."""
    if host is None:
        return False
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def address_problem(address: str, *, query_allowed: bool = False) -> str | None:
    """Return what is wrong with an address that a credential is sent to, or None."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return f"{address!r} is not an address"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return f"{address!r} is not an address that begins with https://"
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return f"{address!r} is not encrypted; plain http is for this computer (127.0.0.1, localhost) only"
    return _extra(parts, query_allowed=query_allowed)


def api_url_problem(address: str) -> str | None:
    """Return what is wrong with `--api-url`, or None: it is what comes before `/crm`."""
    if problem := address_problem(address):
        return problem
    if "/crm" in urlsplit(address).path:
        return f"{address!r} goes too far: leave out /crm and what follows"
    return None


def _extra(parts: SplitResult, *, query_allowed: bool) -> str | None:
    if parts.username or parts.password:
        return "an address must not carry a user name or password"
    if parts.fragment or (parts.query and not query_allowed):
        return "an address must not carry ? or # parts"
    return None
