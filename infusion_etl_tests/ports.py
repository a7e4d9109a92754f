"""Ports for processes that must be told theirs."""

from __future__ import annotations

import random
import socket

OURS = range(12_000, 32_000)
"""Below the ports that systems give to whoever asks for any: who finds one free here does not lose it to those."""


def free_port() -> int:
    """Return a port of this computer that nobody has; it is thrown, so that suites beside each other differ."""
    for port in random.sample(OURS, len(OURS)):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("no port is free")
