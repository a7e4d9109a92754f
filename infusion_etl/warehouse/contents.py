"""The files that a report fetches: kept in `data/files/<account>/`, whole, under names that lead nowhere else."""

from __future__ import annotations

import base64
import binascii
import gzip
from pathlib import Path

import msgspec

from infusion_etl.errors import CallRefused, StorageError
from infusion_etl.reports.report import Plan
from infusion_etl.settings import Project
from infusion_etl.warehouse import files
from infusion_etl.warehouse.batches import Batch, StoredPage


def keep_files(project: Project, account: str, batch: Batch, plan: Plan) -> None:
    """Write the files that a batch brought; one that is there already is replaced whole.

    Raises CallRefused for an answer that is no file, and StorageError.
    """
    if plan.files is None:
        return
    folder = project.files / account
    _make(folder)
    for _, walk in batch.walks_of(plan.files):
        for page in walk.pages:
            files.write(folder / _inside(walk.context["stored"]), _content(page))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise files.unwritable(folder, error) from error


def _inside(name: str) -> str:
    if Path(name).name != name or name in ("", ".", ".."):
        raise StorageError(f"a file cannot be kept under the name {name!r}")
    return name


def _content(page: StoredPage) -> bytes:
    """Return a file's bytes: REST v2 answers a JSON text, XML-RPC a value; both are base64 (facts: getFile, :data)."""
    answer = msgspec.json.decode(gzip.decompress(page.file.read_bytes()))
    if isinstance(answer, dict):
        answer = answer["rows"][0]["value"]
    try:
        return base64.b64decode("".join(str(answer).split()), validate=True)
    except (binascii.Error, ValueError):
        raise CallRefused("Keap answered with something that is no file in base64") from None
