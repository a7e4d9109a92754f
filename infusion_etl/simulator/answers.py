"""The answers of Keap's gateway, which are neither REST's nor XML-RPC's own."""

from __future__ import annotations

import msgspec

from infusion_etl.simulator.calls import HTML, Answer

THROTTLED = msgspec.json.encode(
    {"code": "429", "message": "Quota Exceeded", "status": "Request Throttled", "details": None}
)


def json_answer(status: int, value: object) -> Answer:
    """Return a JSON answer."""
    return Answer(status, msgspec.json.encode(value))


def gateway_fault(status: int, text: str, code: str) -> Answer:
    """Return an answer in the gateway's (Apigee's) envelope."""
    return json_answer(status, {"fault": {"faultstring": text, "detail": {"errorcode": code}}})


def no_credential() -> Answer:
    """Answer a call without a usable Authorization header, whatever its path (rule auth-missing)."""
    return gateway_fault(401, "Invalid access token", "oauth.v2.InvalidAccessToken")


def unknown_credential() -> Answer:
    """Answer a token or key that was never issued (rule auth-garbage)."""
    return gateway_fault(401, "Invalid Access Token", "keymanagement.service.invalid_access_token")


def expired_credential() -> Answer:
    """Answer an access token past its life (rule auth-expired)."""
    return gateway_fault(401, "Access Token expired", "keymanagement.service.access_token_expired")


def throttled(retry_after: float = 0) -> Answer:
    """Answer a call beyond a limit; the same body for the second, the minute and the day (rule limit-429)."""
    return Answer(429, THROTTLED, headers=retry_header(retry_after))


def retry_header(seconds: float) -> dict[str, str]:
    """Return a Retry-After header, or none for 0: Keap does not promise one."""
    return {"Retry-After": str(round(seconds))} if seconds else {}


def rest_error(status: int, name: str, message: str) -> Answer:
    """Return an error in REST v2's envelope."""
    return json_answer(status, {"code": status, "message": message, "status": name, "details": []})


def html_page(status: int, title: str, text: str) -> Answer:
    """Return a small web page, as gateways send when something behind them fails."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    return Answer(status, page.encode(), HTML)


def forbidden(path: str) -> Answer:
    """Answer a caller that may not do this, in the envelope of the address's version (text assumed)."""
    text = "You do not have permission to do this."
    return json_answer(403, {"message": text}) if "/rest/v1/" in path else rest_error(403, "PERMISSION_DENIED", text)
