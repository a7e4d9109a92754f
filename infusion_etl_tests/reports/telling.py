"""An account that answers every look with the same records, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infusion_etl.keap.walks import Api, Page, Walk


@dataclass
class Telling:
    """Gives `told` to whoever asks for what holds the word `about`, and nothing to others."""

    told: list[dict[str, Any]]
    api: Api = Api.REST
    about: str = ""
    calls: int = 0
    waited: float = 0.0

    def pages(self, walk: Walk, cursor: dict[str, Any] | None = None) -> Iterator[Page]:
        """Refuse: it has no pages."""
        raise NotImplementedError

    def records(self, walk: Walk) -> list[dict[str, Any]]:
        """Give what is told."""
        self.calls += 1
        return self.told if self.about in str(walk) else []
