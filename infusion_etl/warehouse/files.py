"""Writing files so that a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from infusion_etl.errors import StorageError

PRIVATE = 0o600


def write(path: Path, content: bytes) -> None:
    """Write a file whole, readable by its owner only; raises StorageError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb", opener=_private) as file:
            file.write(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole; raises StorageError."""
    write(path, json.dumps(value, ensure_ascii=False, indent=1).encode())


def read_json(path: Path) -> Any:
    """Return what a JSON file holds, None when there is none; raises StorageError for what is no JSON."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise StorageError(f"{path} is damaged", remedy="Move it away and try again") from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or type(error).__name__}"
        raise StorageError(message, remedy="Mend its permissions, or move away what is in its place") from error


def unwritable(path: Path, error: OSError) -> StorageError:
    """Return the error for a file that could not be written."""
    reason = error.strerror or type(error).__name__
    return StorageError(f"{path} cannot be written: {reason}", remedy="Make room on the disk or allow writing there")
