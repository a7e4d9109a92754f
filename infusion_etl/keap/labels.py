"""How calls are named: for people, without what may be people's data; and for the count of tries, apart from others."""

from __future__ import annotations

import hashlib

import msgspec

from infusion_etl.keap.redaction import redact
from infusion_etl.keap.walks import RestWalk, Walk


def call_label(walk: Walk) -> str:
    """Return how errors name a call: without its parameters, which may be people's data, but with whose id it was."""
    return f"{_called(walk)}{_whose(walk)}"


def call_key(walk: Walk) -> str:
    """Return what the tries of a call are counted under: its label, and what stands for its parameters."""
    return f"{call_label(walk)} {hashlib.blake2b(msgspec.json.encode(walk), digest_size=8).hexdigest()}"


def _called(walk: Walk) -> str:
    if isinstance(walk, RestWalk):
        return f"{walk.method} {'/'.join(map(redact, walk.path.split('/')))}"
    table = walk.params[0] if walk.method.startswith("DataService.") and walk.params else ""
    return f"{walk.method} {table}" if isinstance(table, str) and table.isidentifier() else walk.method


def _whose(walk: Walk) -> str:
    named = [f"{name} {value}" for name, value in walk.context if value.isdecimal()]
    return f" ({', '.join(named)})" if named else ""
