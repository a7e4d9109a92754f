"""The house rules that no linter knows: who may import whom, and which library is used where."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import infusion_etl

PACKAGE = Path(infusion_etl.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

ORDER = (
    "errors",
    "clock",
    "settings",
    "locks",
    "accounts",
    "keap",
    "reports",
    "datasets",
    "warehouse",
    "workspace",
    "remarks",
    "sweeping",
    "beginning",
    "reading",
    "refresh",
    "documentation",
    "migration",
    "mirror",
    "hooks",
    "cascade",
    "orchestration",
    "definitions",
    "cli",
    "simulator",
)
"""A room may import only what stands above it."""

ALSO_FORBIDDEN = {("cli", "orchestration"), ("cli", "definitions")}
ALSO_ALLOWED = {("cli", "simulator")}

ONLY_IN = {
    "requests": ("keap/http.py",),
    "tenacity": ("keap/retry.py",),
    "duckdb": ("warehouse/",),
    "dagster": ("orchestration/", "definitions.py"),
    "questionary": ("cli/conversation_terminal.py",),
    "prompt_toolkit": ("cli/conversation_terminal.py",),
}
"""Which room, or module, alone may use an outside library."""

TOO_HEAVY_FOR_HELP = ("dagster", "pandas", "duckdb", "requests", "lxml", "starlette", "uvicorn", "yaml", "questionary")


def test_every_import_goes_up_the_list_of_rooms() -> None:
    """A module imports only its own room and those above it; the simulator is an island."""
    wrong = [
        f"{_place(file)} imports {target}"
        for file in FILES
        for target in _own_imports(file)
        if not _may_import(_room(_place(file)), target)
    ]
    assert wrong == []


def test_outside_libraries_stay_in_their_rooms() -> None:
    """Only keap/http sends, only keap/retry retries, only warehouse speaks DuckDB, only orchestration Dagster."""
    wrong = [
        f"{_place(file)} imports {library}"
        for file in FILES
        for library in _outside_imports(file)
        if library in ONLY_IN and not _place(file).startswith(ONLY_IN[library])
        if not _place(file).startswith("simulator/")
    ]
    assert wrong == []


def test_the_simulator_imports_nothing_of_the_rest_nor_its_libraries() -> None:
    """The simulator is a second opinion: it shares no code, and no HTTP client, with what it checks."""
    island = [file for file in FILES if _place(file).startswith("simulator/")]
    wrong = [
        f"{_place(file)} imports {name}"
        for file in island
        for name in (*_own_imports(file), *_outside_imports(file))
        if name in ORDER[:-1] or name in ("requests", "duckdb", "dagster", "tenacity")
    ]
    assert wrong == []
    assert island


def test_every_room_is_on_the_list() -> None:
    """A new folder or module at the top finds its place in the order before it is used."""
    rooms = {_room(_place(file)) for file in FILES} - {"__init__", "__main__"}
    assert rooms <= set(ORDER)


@pytest.mark.parametrize("words", [("--help",), ("refresh", "--help"), ("account", "--help")])
def test_help_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    """`--help` answers at once, in a process of its own: no engine, no data library, no HTTP client is loaded."""
    probe = (
        "import sys\n"
        "from infusion_etl.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('heavy:', *(name for name in {TOO_HEAVY_FOR_HELP!r} if name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", probe, *words], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert "heavy:\n" in done.stdout


def _place(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


def _room(place: str) -> str:
    return place.split("/", maxsplit=1)[0].removesuffix(".py")


def _may_import(room: str, target: str) -> bool:
    if room in ("__init__", target):
        return True
    if (room, target) in ALSO_FORBIDDEN or target not in ORDER:
        return False
    return (room, target) in ALSO_ALLOWED or (ORDER.index(target) < ORDER.index(room) and room != "simulator")


def _own_imports(file: Path) -> Iterator[str]:
    """Yield the rooms of infusion_etl that a file imports, at the top or inside a function."""
    for name in _imports(file):
        parts = name.split(".")
        if parts[0] == "infusion_etl" and len(parts) > 1:
            yield parts[1]


def _outside_imports(file: Path) -> Iterator[str]:
    yield from {name.split(".")[0] for name in _imports(file)} - {"infusion_etl"}


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: relative imports hide where things come from"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
