"""Which dataset files name an account, and how they are changed when it gets another name."""

from __future__ import annotations

import re
from pathlib import Path

from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.settings import Project

_LINE = r"^account[ \t]*:[ \t]*(?P<quote>[\"']?){name}(?P=quote)(?=[ \t]*(?:#.*)?\r?$)"
_MENTION = r"^[ \t{{]*[\"']?account[\"']?[ \t]*:.*\b{name}\b"


def files_naming(project: Project, account: str) -> list[Path]:
    """Return the dataset files with an `account:` line for this account, however it is written."""
    found = (path for suffix in ("yaml", "yml") for path in project.datasets.rglob(f"*.{suffix}"))
    return sorted(path for path in found if _matches(_MENTION, account, _text(path)))


def renamed_texts(files: list[Path], old: str, new: str) -> dict[Path, str]:
    """Return the files' texts with their `account:` line changed and nothing else.

    Raises ConfigMistake for every file where that line is not a plain one: it must be changed by hand.
    """
    texts = {path: _text(path) for path in files}
    odd = [path for path, text in texts.items() if len(_matches(_LINE, old, text)) != 1]
    if odd:
        message = f"names the account {old} in a way that cannot be changed safely: change it to {new} by hand"
        raise ConfigMistake([Problem(str(path), message) for path in odd])
    return {path: _pattern(_LINE, old).sub(rf"account: \g<quote>{new}\g<quote>", text) for path, text in texts.items()}


def write_texts(texts: dict[Path, str]) -> None:
    """Write the files, each in one step."""
    for path, text in texts.items():
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(text.encode())
        beside.chmod(path.stat().st_mode)
        beside.replace(path)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _matches(pattern: str, name: str, text: str) -> list[str]:
    return [found.group() for found in _pattern(pattern, name).finditer(text)]


def _pattern(pattern: str, name: str) -> re.Pattern[str]:
    return re.compile(pattern.format(name=re.escape(name)), re.MULTILINE)
