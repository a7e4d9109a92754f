"""The page where a person lets an application in, and where the browser is sent afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode, urlsplit, urlunsplit

PARAMETERS = ("client_id", "redirect_uri", "response_type", "scope", "state")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

STYLE = """
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#eef2f0;color:#1d2b26;
font:16px/1.5 system-ui,sans-serif}
main{background:#fff;border-radius:12px;box-shadow:0 6px 30px #0002;padding:2.5rem;max-width:26rem;margin:1rem}
h1{font-size:1.3rem;margin:0 0 1rem}code{background:#eef2f0;border-radius:4px;padding:.1rem .3rem}
.note{color:#5b6b65;font-size:.875rem}form{display:flex;gap:.75rem;margin-top:1.5rem}
button{flex:1;font:inherit;padding:.65rem 1rem;border-radius:8px;border:1px solid #9db3a9;background:#fff}
button{cursor:pointer}
button[value=allow]{background:#1f7a4d;border-color:#1f7a4d;color:#fff;font-weight:600}
"""


def page(title: str, body: str) -> str:
    """Return a whole HTML page; `body` is HTML already."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )


def consent_page(asked: Mapping[str, str], app_name: str) -> str:
    """Return the page with Allow and Deny for an authorization request that is in order."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(asked[name])}">' for name in PARAMETERS if name in asked
    )
    return page(
        "Sign in - simulated Keap",
        "<h1>Allow access?</h1>"
        f"<p>The application <code>{escape(asked['client_id'])}</code> asks to read and change everything in the "
        f"account <code>{escape(app_name)}</code>.</p>"
        '<p class="note">This is a simulated account on this computer. No real data is behind it.</p>'
        f'<form method="post">{hidden}<button name="decision" value="deny">Deny</button>'
        '<button name="decision" value="allow">Allow</button></form>',
    )


def mistake_page(mistake: str) -> str:
    """Return the page for an authorization request that cannot be sent back to anybody."""
    return page("Sign in - simulated Keap", f"<h1>This request cannot be used</h1><p>{escape(mistake)}</p>")


def mistake_in(asked: Mapping[str, str], *, client_known: bool) -> str | None:
    """Return what is wrong with an authorization request, or None."""
    checks = {
        "Unknown client_id.": client_known,
        "response_type must be code.": asked.get("response_type") == "code",
        "scope must be full.": asked.get("scope", "full") == "full",
        "redirect_uri must be an https address.": redirect_is_allowed(asked.get("redirect_uri", "")),
    }
    return next((text for text, fine in checks.items() if not fine), None)


def redirect_is_allowed(address: str) -> bool:
    """Tell whether the browser may be sent there: https, or http on loopback (seen to work in 2019)."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def redirected(address: str, extra: Mapping[str, str]) -> str:
    """Return the redirect address with parameters added to its own."""
    parts = urlsplit(address)
    query = "&".join(filter(None, [parts.query, urlencode(extra)]))
    return urlunsplit(parts._replace(query=query))
