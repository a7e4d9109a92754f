"""Fields that an account does not have: one such name fails a whole XML-RPC call (facts C and G 4).

Which fields there are depends on the account's age and edition, and nothing tells them beforehand. A field that a
dataset did not name itself is left out of the call, and the run says so; one that it names is its own mistake.
"""

from __future__ import annotations

import re
from typing import Any

from infusion_etl.errors import CallError
from infusion_etl.keap.walks import XmlRpcWalk

_MISSING = frozenset({"8", "10"})  # NoFieldAccess, NoFieldFound


class Spare:
    """What was found out about an account's fields. Shared by the walks of a connection, and by its threads."""

    def __init__(self) -> None:
        self._gone: dict[str, set[str]] = {}

    @property
    def left_out(self) -> tuple[str, ...]:
        """The fields that were left out, as `Contact.Nickname`."""
        return tuple(sorted(f"{table}.{name}" for table, names in self._gone.items() for name in names))

    def without(self, walk: XmlRpcWalk, params: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the parameters of a call of the walk, without the fields that are known to be missing."""
        gone = self._gone.get(_table(walk)) if walk.spare else None
        if not gone:
            return params
        return tuple([name for name in one if name not in gone] if isinstance(one, list) else one for one in params)

    def learn(self, walk: XmlRpcWalk, sent: tuple[Any, ...], error: CallError) -> bool:
        """Take note of the field that a fault names; False where it names none that may be left out of what was sent.

        Another thread may know it already: then the call is made again without it all the same. Of `Contact.City` and
        `City` the longer one is meant: joined fields have a dot in their names.
        """
        if not walk.spare or error.code not in _MISSING:
            return False
        asked = {name for one in sent if isinstance(one, list) for name in one}
        named = [name for name in walk.spare if name in asked and _names(error.message, name)]
        self._gone.setdefault(_table(walk), set()).update(sorted(named, key=len)[-1:])
        return bool(named)


def _names(message: str, field: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(field)}(?!\w)", message, re.IGNORECASE) is not None


def _table(walk: XmlRpcWalk) -> str:
    service = walk.method.partition(".")[0]
    return str(walk.params[0]) if service == "DataService" else service.removesuffix("Service")
