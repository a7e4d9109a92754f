"""The one object that talks to Keap for an account: it reads walks, counts calls, waits as the policy says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from infusion_etl.keap.walks import Api, Page, Walk


class Keap(Protocol):
    """What the rest of the program sees of an account's API."""

    @property
    def api(self) -> Api:
        """The API this account uses."""
        ...

    @property
    def calls(self) -> int:
        """How many calls went out so far."""
        ...

    @property
    def waited(self) -> float:
        """Seconds spent waiting so far."""
        ...

    def pages(self, walk: Walk, cursor: dict[str, Any] | None = None) -> Iterator[Page]:
        """Read a walk from `cursor` (None: from the start) to its end, page by page.

        Raises the errors of infusion_etl.errors.CallError, CredentialError, and WaitNeeded for a wait of more than
        five minutes.
        """
        ...

    def records(self, walk: Walk) -> list[dict[str, Any]]:
        """Read a small walk whole, as Python values: models, names, pickers. Not for data."""
        ...
