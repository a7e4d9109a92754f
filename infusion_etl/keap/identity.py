"""Who a credential is to Keap: the cheapest read that tells, and what its answer means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.keap.rest import USER_INFO
from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcShape, XmlRpcWalk


@dataclass(frozen=True)
class Who:
    """The app's name and the user's, as far as Keap says."""

    app: str
    user: str


def identity_walk(account: Account) -> Walk:
    """Return the cheapest read that tells who we are; getUserInfo is for OAuth only (facts B), keys read one User."""
    if account.api is Api.REST:
        return RestWalk(USER_INFO, None, paging=RestPaging.NONE, step="check")
    if account.sign is Sign.OAUTH:
        return XmlRpcWalk("DataService.getUserInfo", (), shape=XmlRpcShape.ROW, step="check")
    return XmlRpcWalk("DataService.query", ("User", 1, 0, {}, ["Id"]), step="check")


def who(facts: dict[str, Any], api: Api) -> Who:
    """Return what the answer of that read says."""

    def first(*names: str) -> str:
        return next((str(facts[name]) for name in names if facts.get(name)), "")

    if api is Api.XMLRPC:
        return Who(first("appUrl", "appAlias"), first("displayName", "casUsername"))
    name = " ".join(part for part in (first("given_name"), first("family_name")) if part)
    return Who(first("tenant_id"), name or first("email", "keap_id", "id"))
