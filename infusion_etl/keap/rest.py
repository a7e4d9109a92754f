"""REST calls: a walk and its place in the list become one HTTP call."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from infusion_etl.keap.http import HttpCall
from infusion_etl.keap.walks import RestWalk

USER_INFO = "/v2/oauth/connect/userinfo"


def rest_call(api_url: str, walk: RestWalk, page: tuple[tuple[str, str], ...], token: str) -> HttpCall:
    """Return the call for one page. `page` are the pager's parameters; a caller's own of that name win.

    Every value is percent-encoded (`==` as %3D%3D, `;` as %3B, a blank as %20), as v2's filters ask; only commas stay,
    which join lists. A GET carries no body: Google's front end refuses one (facts E).
    """
    own = {name for name, _ in walk.query}
    query = [*walk.query, *((name, value) for name, value in page if name not in own)]
    if walk.method == "POST":
        query = [*query, ("runReportRequest", _as_one(query))]
    address = f"{api_url.rstrip('/')}/crm/rest{quote(walk.path, safe='/:-@')}"
    text = "&".join(f"{quote(name, safe='')}={quote(value, safe=',')}" for name, value in query)
    headers = {**signed(token), "Accept": "application/json"}
    return HttpCall(walk.method, f"{address}?{text}" if text else address, headers)


def signed(token: str) -> dict[str, str]:
    """Return the header that signs a REST call.

    OAuth tokens and keys alike: Keap's page on keys names `Authorization: Bearer`; `X-Keap-API-Key`, which its staff
    name for keys, works too (facts D).
    """
    return {"Authorization": f"Bearer {token}"}


def _as_one(query: list[tuple[str, str]]) -> str:
    """Return the parameters of a report's run as one JSON object.

    The specification has an object `runReportRequest` in the query of a POST; the official SDK sends it as JSON, the
    specification's own rules spread its members over the query. Both are sent (assumed to be harmless: v2 ignores
    parameters it does not know, facts B.2).
    """
    return msgspec.json.encode({name: int(value) if name == "page_size" else value for name, value in query}).decode()
