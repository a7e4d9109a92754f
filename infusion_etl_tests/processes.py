"""Processes that tests start: none outlives its test, however that ends, and none leaves a pipe open."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

S = TypeVar("S", str, bytes)

PATIENCE = 300.0
"""Seconds until a test gives up on what it waits for: nothing takes as long that works, on the slowest computer."""

_GRACE = 60.0
"""Seconds that a process has for ending by itself."""


@contextmanager
def ended(*processes: subprocess.Popen[S]) -> Iterator[tuple[subprocess.Popen[S], ...]]:
    """Give the processes; at the end of the block those that still run are ended, and all are waited for."""
    with ExitStack() as stack:
        for process in processes:
            stack.enter_context(process)
            stack.callback(_end, process)
        yield processes


def _end(process: subprocess.Popen[S]) -> None:
    """Ask a process to end, so that it can end its own; kill one that does not hear."""
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process with a pipe writes; "" at its end."""
    assert process.stdout is not None
    return process.stdout.readline()


def answer(process: subprocess.Popen[str], text: str) -> None:
    """Write to the standard input of a process with a pipe."""
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.flush()
