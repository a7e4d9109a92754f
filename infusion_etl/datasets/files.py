"""The dataset files of a project: all read and checked together, good ones kept apart from mistakes.

Nothing is asked of any account, nothing is sent, nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infusion_etl.accounts.account import Account
from infusion_etl.datasets import yaml_text
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.datasets.entry import Entry, Surroundings
from infusion_etl.datasets.yaml_text import Marked
from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.reports.names import nearest
from infusion_etl.reports.parameters import TableShape
from infusion_etl.reports.report import Report
from infusion_etl.reports.tables import TABLES
from infusion_etl.settings import Project

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Broken:
    """A file that is no dataset as it stands, what is wrong with it, and the account it names, if it says one."""

    file: Path
    account: str | None
    problems: tuple[Problem, ...]

    @property
    def name(self) -> str:
        """The name its dataset would have."""
        return self.file.stem

    @property
    def full_name(self) -> str:
        """`account/name`, or the name alone."""
        return f"{self.account}/{self.name}" if self.account else self.name

    def called(self, name: str) -> bool:
        """Whether `name` or `account/name` may mean it; while its account is unknown, any account may be meant."""
        account, _, own = name.rpartition("/")
        return own == self.name and (not account or self.account in (account, None))


@dataclass(frozen=True)
class Loaded:
    """The datasets that are right, by account and name, and the files that are not."""

    datasets: tuple[Dataset, ...]
    broken: tuple[Broken, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, file by file and line by line."""
        return tuple(problem for file in self.broken for problem in file.problems)


def load(
    project: Project,
    accounts: Mapping[str, Account],
    catalogue: Mapping[str, Report],
    tables: Mapping[str, TableShape] = TABLES,
    *,
    unreadable: Mapping[str, Problem] | None = None,
) -> Loaded:
    """Return all datasets of a project that are right, and all problems; never raises for what stands in a file.

    A file whose text is all comments is a dataset switched off, and left out. `unreadable` are the accounts that are
    there and cannot be read, with the reason.
    """
    around = Surroundings(accounts, catalogue, tables, unreadable or {})
    entries = [entry for path in dataset_files(project) if (entry := _entry(path, project, around)) is not None]
    found = [(entry, entry.dataset()) for entry in entries]
    doubled = {**_covered(found), **_doubled(entries)}
    datasets = [dataset for entry, dataset in found if dataset is not None and entry.shown not in doubled]
    broken = [_broken(entry, doubled.get(entry.shown)) for entry in sorted(entries, key=lambda entry: entry.shown)]
    return Loaded(
        tuple(sorted(datasets, key=lambda dataset: (dataset.account, dataset.name))),
        tuple(file for file in broken if file.problems),
    )


def load_or_fail(
    project: Project,
    accounts: Mapping[str, Account],
    catalogue: Mapping[str, Report],
    tables: Mapping[str, TableShape] = TABLES,
) -> tuple[Dataset, ...]:
    """Return all datasets of a project; raises ConfigMistake with every problem when there is one."""
    loaded = load(project, accounts, catalogue, tables)
    if loaded.problems:
        raise ConfigMistake(loaded.problems)
    return loaded.datasets


def check_text(
    name: str,
    text: str,
    accounts: Mapping[str, Account],
    catalogue: Mapping[str, Report],
    tables: Mapping[str, TableShape] = TABLES,
) -> tuple[Problem, ...]:
    """Return what would be wrong with a file `name` (without its ending) of this text; nothing is written.

    Places are `name.yaml:line`. Whether the dataset is there already is not looked at.
    """
    file = Path(f"{name}.yaml")
    entry = Entry(file, file.as_posix(), yaml_text.read(text), Surroundings(accounts, catalogue, tables))
    entry.dataset()
    return tuple(entry.problems)


def dataset_files(project: Project) -> list[Path]:
    """Return the dataset files of a project, also those in folders of `datasets/`, but no hidden ones."""
    if not project.datasets.is_dir():
        return []
    files = (path for path in project.datasets.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    return sorted(path for path in files if not _hidden(path.relative_to(project.datasets)))


def select(datasets: Sequence[Dataset], names: Iterable[str], broken: Sequence[Broken] = ()) -> tuple[Dataset, ...]:
    """Return the datasets called `name` or `account/name`, each once, in the order given; all when no name is given.

    A name that several accounts have means all of them. Raises ConfigMistake with every unknown name and all that is
    wrong with the files of these names; what is wrong with others does not matter.
    """
    wanted = list(names)
    if not wanted:
        return tuple(datasets)
    named = {name: called(name, datasets, broken) for name in wanted}
    files = dict.fromkeys(file for _, wrong in named.values() for file in wrong)
    unknown = [_unknown(name, [*datasets, *broken]) for name in wanted if not any(named[name])]
    problems = [*unknown, *(problem for file in files for problem in file.problems)]
    if problems:
        raise ConfigMistake(problems)
    return tuple({each.full_name: each for right, _ in named.values() for each in right}.values())


def called(
    name: str, datasets: Sequence[Dataset], broken: Sequence[Broken]
) -> tuple[Sequence[Dataset], Sequence[Broken]]:
    """Return the datasets that `name`, `account/name` or `account.name` means, and the wrong files that it may mean."""
    # `account.name` is how SQL calls the table.
    right = [each for each in datasets if name in (each.name, each.full_name, f"{each.account}.{each.name}")]
    wrong = [] if right and "/" in name else [each for each in broken if each.called(name)]
    return right, wrong


def _unknown(name: str, known: Sequence[Dataset | Broken]) -> Problem:
    spellings = [each.full_name for each in known] if "/" in name else [each.name for each in known]
    return Problem("", f"there is no dataset {name!r}", nearest(name, spellings))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _entry(path: Path, project: Project, around: Surroundings) -> Entry | None:
    shown = path.relative_to(project.folder).as_posix()
    text, problem = _text(path)
    if problem is not None:
        return Entry(path, shown, Marked(problems=[problem]), around)
    if not text.strip():
        return Entry(path, shown, Marked(problems=[Problem("1", "the file is empty")]), around)
    only_comments = all(line.lstrip().startswith("#") for line in text.splitlines() if line.strip())
    return None if only_comments else Entry(path, shown, yaml_text.read(text), around)


def _text(path: Path) -> tuple[str, Problem | None]:
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return "", Problem(str(raw.count(b"\n", 0, error.start) + 1), "the file is not UTF-8 text")
    except OSError as error:
        return "", Problem("1", f"the file cannot be read: {error.strerror}")


def _broken(entry: Entry, doubled: Problem | None) -> Broken:
    problems = [*entry.problems, *([doubled] if doubled else [])]
    return Broken(entry.file, _account(entry), tuple(sorted(problems, key=_line)))


def _account(entry: Entry) -> str | None:
    value = entry.marked.value
    account = value.get("account") if isinstance(value, Mapping) else None
    return account if isinstance(account, str) else None


def _doubled(entries: Sequence[Entry]) -> dict[str, Problem]:
    """Return a problem for each file whose dataset another file defines too, by the file as it is shown."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        account = _account(entry)
        if account is not None:
            groups.setdefault((account.casefold(), entry.file.stem.casefold()), []).append(entry)
    return {
        entry.shown: _twice(entry, account, [other.shown for other in group if other is not entry])
        for (account, _), group in groups.items()
        if len(group) > 1
        for entry in group
    }


def _covered(found: Iterable[tuple[Entry, Dataset | None]]) -> dict[str, Problem]:
    """Return a problem for each file whose table is a child table of another dataset, by the file as it is shown."""
    pairs = [(entry, dataset) for entry, dataset in found if dataset is not None]
    parents = {
        (dataset.account, child.table_of(dataset.name)): dataset
        for _, dataset in pairs
        for child in dataset.report.children
    }
    return {
        entry.shown: Problem(
            f"{entry.shown}:1",
            f"the dataset {parent.full_name} has a child table of this name already: call this file otherwise",
        )
        for entry, dataset in pairs
        if (parent := parents.get((dataset.account, dataset.name))) is not None
    }


def _twice(entry: Entry, account: str, others: Sequence[str]) -> Problem:
    return Problem(
        f"{entry.shown}:1", f"the dataset {account}/{entry.file.stem} is also defined in {', '.join(others)}"
    )


def _line(problem: Problem) -> int:
    return int(problem.place.rpartition(":")[2])
