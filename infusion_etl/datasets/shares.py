"""Shares as people write them: `20%`."""

from __future__ import annotations

import re
from typing import Any

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*%", re.ASCII)
_WHOLE = 100


def share(value: Any) -> float | None:
    """Return a share from 0 to 1 for `0%` to `100%`; None for anything else."""
    found = _SHARE.fullmatch(str(value).strip())
    percent = float(found[1]) if found else None
    return None if percent is None or percent > _WHOLE else percent / _WHOLE
