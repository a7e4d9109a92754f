"""Signing in with a browser: the address to open, and what the address it comes back to is worth.

Keap's documentation asks for an https redirect URL; plain http to this computer was seen to work in 2019. So there
are two ways: a page on this computer that the browser comes back to (signin_page.py), and, where Keap or the network
will not have that, an https address that need not answer at all, which the person copies from the address bar
(Keap's staff recommend that: integration.keap.com/t/api-authentication/91017).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.oauth import Client, PostForm, authorize_address, code_from, exchange
from infusion_etl.accounts.secret import OAuthSecrets
from infusion_etl.accounts.state import check_state, new_state
from infusion_etl.errors import Mistake

PASTE_REDIRECT = "https://localhost/"  # assumed to be accepted: redirect URLs need no registration; nothing answers


@dataclass(frozen=True)
class SignIn:
    """One sign-in for an account: who asks, and where the browser is sent afterwards."""

    account: Account
    client: Client
    redirect_url: str

    def address(self, now: datetime, nonce: str) -> str:
        """Return the address of Keap's page; `nonce` is random text without dots."""
        state = new_state(self.client.secret.get_secret_value(), self.account.name, now, nonce)
        return authorize_address(self.account, self.client.id, self.redirect_url, state)

    def belongs(self, redirected: str, now: datetime) -> bool:
        """Tell whether an address is where this sign-in's page leads to, with a code or a refusal."""
        state = parse_qs(urlsplit(redirected).query).get("state", [""])[0]
        try:
            check_state(state, self.client.secret.get_secret_value(), self.account.name, now)
        except Mistake:
            return False
        return True

    def code(self, redirected: str, now: datetime) -> str:
        """Return the code in the address the browser came back to.

        Raises Mistake when the owner said no, when it is no such address, and when it is another sign-in's.
        """
        code, state = code_from(redirected, self.client.id)
        check_state(state, self.client.secret.get_secret_value(), self.account.name, now)
        return code

    def complete(self, redirected: str, *, post_form: PostForm, now: datetime) -> tuple[Account, OAuthSecrets]:
        """Return the account, now with its app's name, and its first tokens; they are not kept yet.

        Raises Mistake as `code`, CredentialError when Keap refuses the code or the client, and CallError.
        """
        code = self.code(redirected, now)
        return exchange(self.account, self.client, code, redirect_url=self.redirect_url, post_form=post_form, now=now)
