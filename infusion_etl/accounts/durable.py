"""A file that is replaced whole or not at all, and for which the disk has room before it is needed.

A refresh token is used once: when Keap has answered, the new one must reach the disk. So room is taken before Keap
is asked, the content is flushed beside the old file, and only a rename is left to do. When the process dies before
the rename, the content lies there complete and the next holder of the account's lock finds it (`leftover`).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from infusion_etl.errors import StorageError

ROOM = 16 * 1024


class Replacement:
    """The next content of one file: `reserve`, then `fill`, then `put_in_place`; `discard` before it is filled.

    One at a time for a file: the account's lock is held. Files are made for their owner only (0600).
    Raises StorageError when the disk is full or in the way.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = beside(path)

    def reserve(self) -> None:
        """Take room on the disk: a full one is noticed now, while nothing is lost."""
        self._write(b" " * ROOM, os.O_CREAT | os.O_TRUNC)

    def fill(self, content: bytes) -> None:
        """Flush the content to the disk, within the room taken."""
        self._write(content, 0)

    def put_in_place(self) -> None:
        """Rename it over the file, and flush the folder so that a power cut keeps the new name."""
        try:
            self._beside.replace(self._path)
            flush_folder(self._path.parent)
        except OSError as error:
            raise _in_the_way(self._path, error) from error

    def discard(self) -> None:
        """Give the room back."""
        with suppress(OSError):  # what stays is blank and is taken for the next replacement
            self._beside.unlink(missing_ok=True)

    def _write(self, content: bytes, flags: int) -> None:
        try:
            descriptor = os.open(self._beside, os.O_WRONLY | os.O_NOFOLLOW | flags, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _in_the_way(self._path, error) from error


def beside(path: Path) -> Path:
    """Return where the next content of a file waits for its rename."""
    return path.with_name(f".{path.name}.new")


def leftover(path: Path) -> bytes | None:
    """Return what a process that died left beside a file, or None. It may be blank or cut."""
    try:
        return beside(path).read_bytes()
    except FileNotFoundError:
        return None


def flush_folder(folder: Path) -> None:
    """Flush a folder's names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _in_the_way(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be written ({error.strerror})", remedy="Nothing was changed; make room or mend the permissions"
    )
