"""What an account signs in with. Values are SecretStr: they show as stars in logs, errors and tracebacks."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr

# Keap's staff: 45 days from the moment it was issued (integration.keap.com/t/86529).
REFRESH_TOKEN_LIFE = timedelta(days=45)


class _Secrets(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class KeySecrets(_Secrets):
    """A personal access token or service account key; it has no published end."""

    sign: Literal["key"] = "key"
    key: SecretStr

    @property
    def client(self) -> str:
        """Whose quota the calls count against: a hash, no secret."""
        return client_mark(self.key.get_secret_value())


class OAuthSecrets(_Secrets):
    """A client and the pair of tokens it holds; moments are aware, in UTC.

    `expires` is the end of the access token; the refresh token lives from `issued` for `REFRESH_TOKEN_LIFE`.
    """

    sign: Literal["oauth"] = "oauth"
    client_id: str
    client_secret: SecretStr
    access_token: SecretStr
    refresh_token: SecretStr
    issued: AwareDatetime
    expires: AwareDatetime

    @property
    def client(self) -> str:
        """Whose quota the calls count against: a hash, no secret."""
        return client_mark(self.client_id)

    @property
    def refresh_ends(self) -> datetime:
        """When the refresh token dies if nobody uses it before."""
        return self.issued + REFRESH_TOKEN_LIFE

    def days_left(self, now: datetime) -> int:
        """Return the whole days the refresh token has left at `now`, 0 when it has none."""
        return max((self.refresh_ends - now).days, 0)


Secrets = KeySecrets | OAuthSecrets


def client_mark(secret: str) -> str:
    """Return a short name for a client id or key from which it cannot be found again."""
    return hashlib.sha256(b"infusion-etl client\0" + secret.encode()).hexdigest()[:16]


def disclosed(secrets: Secrets) -> dict[str, object]:
    """Return the values in the clear, for the account's own file and for nothing else."""
    values = secrets.model_dump()
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in values.items()}
