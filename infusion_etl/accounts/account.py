"""An account: one Infusionsoft/Keap app, and where and how we reach it. Its secrets lie in the store, not here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DEFAULT_API_URL = "https://api.infusionsoft.com"
DEFAULT_TOKEN_URL = "https://api.infusionsoft.com/token"  # noqa: S105 - an address, not a secret
DEFAULT_AUTHORIZE_URL = "https://accounts.infusionsoft.com/app/oauth/authorize"


class Api(StrEnum):
    """The two ways to ask Keap; an account uses one of them."""

    REST = "rest"
    XMLRPC = "xmlrpc"


class Sign(StrEnum):
    """How it signs in."""

    KEY = "key"  # personal access token or service account key
    OAUTH = "oauth"


@dataclass(frozen=True)
class Account:
    """`api_url` is what comes before `/crm`; `timezone` (IANA) is what relative dates mean.

    `client` names whose quota the calls count against: a hash of the client id or key, so that accounts of one client
    share it and no secret shows. `app` is the tenant's name when known (`xy123.infusionsoft.com`).
    """

    name: str
    api: Api = Api.REST
    timezone: str = "America/New_York"
    sign: Sign = Sign.KEY
    api_url: str = DEFAULT_API_URL
    token_url: str = DEFAULT_TOKEN_URL
    authorize_url: str = DEFAULT_AUTHORIZE_URL
    client: str = ""
    app: str = ""
