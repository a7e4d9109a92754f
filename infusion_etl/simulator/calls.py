"""A call as the gateway sees it, and an answer as it leaves: the two values every part of the simulator speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

JSON = "application/json"
HTML = "text/html;charset=UTF-8"
XML = "text/xml;charset=UTF-8"


class Face(StrEnum):
    """Which of Keap's surfaces a call is for."""

    REST = "rest"
    XMLRPC = "xmlrpc"
    TOKEN = "token"  # noqa: S105 - the name of a face, not a secret


@dataclass(frozen=True)
class Call:
    """One request: `path` whole and decoded, `query` raw; `rpc_method` and `table` only for XML-RPC.

    `hook_secret` is what its header of that name says.
    """

    face: Face
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    rpc_method: str = ""
    table: str = ""
    hook_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answer:
    """One response; `missing` bytes are promised by its length and never sent, `hang_up` sends nothing at all."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    missing: int = 0
    hang_up: bool = False
