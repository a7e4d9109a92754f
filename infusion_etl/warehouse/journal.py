"""A file of JSON lines that is only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infusion_etl.warehouse import files


class Journal:
    """Lines of JSON; a last line that a crash cut off is taken as never written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def append(self, line: dict[str, Any]) -> None:
        """Add a line; it is the system's when this returns. Raises StorageError."""
        try:
            if self._handle is None:
                self._handle = self._open()
            _write_whole(self._handle, json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        except OSError as error:
            raise files.unwritable(self._path, error) from error

    def _open(self) -> int:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, files.PRIVATE)
        whole = self._path.read_bytes().rfind(b"\n") + 1
        os.ftruncate(handle, whole)
        os.lseek(handle, whole, os.SEEK_SET)
        return handle

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the lines written so far."""
        if not self._path.is_file():
            return
        for line in self._path.read_bytes().split(b"\n")[:-1]:
            yield json.loads(line)

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _write_whole(handle: int, content: bytes) -> None:
    start = os.lseek(handle, 0, os.SEEK_CUR)
    written = os.write(handle, content)
    while written < len(content):
        try:
            written += os.write(handle, content[written:])
        except OSError:
            os.ftruncate(handle, start)
            os.lseek(handle, start, os.SEEK_SET)
            raise
