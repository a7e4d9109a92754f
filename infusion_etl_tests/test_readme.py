"""The README and docs say only what works: its commands exist with these options, its dataset file is right."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from infusion_etl.cli.demo_datasets import DEMO
from infusion_etl_tests.cli.commands import invoke, make_project

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text("utf-8")
TEXTS = {
    "README.md": README,
    "CONTRIBUTING.md": (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8"),
    **{f"docs/{name}.md": (REPOSITORY / f"docs/{name}.md").read_text("utf-8") for name in ("reliability", "security")},
    "a new project's README.md": (REPOSITORY / "infusion_etl/cli/templates/README.md").read_text("utf-8"),
}
RUN_TASKS = {"test", "lint", "format", "docs", "soak", "bench", "setup"}


def phrases(text: str) -> list[str]:
    """Return what is said to be typed: `infusion-etl ...` and `./run ...` in code, each without its explanation."""
    typed = r"(?:infusion-etl|\./run)(?: [^`\n]*)?"
    found = re.findall(rf"`({typed})`", text) + re.findall(rf"^    ({typed})$", text, re.MULTILINE)
    return [re.split(r" {3,}", phrase)[0].replace("\n", " ").strip() for phrase in found]


def commands() -> list[tuple[str, ...]]:
    """Return the words of every command of the texts, those of `./run` that are its own left out."""
    found = {tuple(shlex.split(phrase)[1:]) for text in TEXTS.values() for phrase in phrases(text)}
    return sorted(words for words in found if words and words[0] not in RUN_TASKS and not words[0].startswith("-"))


def test_there_is_something_to_check() -> None:
    """The commands are found at all."""
    assert len(commands()) > 12


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_exists_with_its_options(words: tuple[str, ...]) -> None:
    """Its help is there, and knows each option that stands in the text."""
    options = [word for word in words if word.startswith("--")]
    groups = {"account", "dataset", "hooks"}
    of_history = words[:2] in {("history", "preview"), ("history", "delete")}
    name = words[:2] if (words[0] in groups and len(words) > 1) or of_history else words[:1]
    shown = invoke(None, *name, "--help")
    assert shown.returncode == 0, shown.stderr
    assert all(f"{option} " in shown.stdout for option in options)


def test_every_task_of_run_exists() -> None:
    """`./run TASK` of the texts is a branch of the script."""
    script = (REPOSITORY / "run").read_text("utf-8")
    named = {shlex.split(p)[1] for text in TEXTS.values() for p in phrases(text) if p.startswith("./run ")}
    own = named & RUN_TASKS
    assert own
    assert all(re.search(rf"^{task}\)", script, re.MULTILINE) for task in own)


def test_the_dataset_of_the_readme_is_right(tmp_path: Path) -> None:
    """The YAML of the first hour passes the check, as it stands."""
    example = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert example is not None
    done = invoke(make_project(tmp_path / "project", {"ogden_contacts": example[1]}), "dataset", "check")
    assert (done.returncode, done.stdout) == (0, "1 dataset, no mistakes\n"), done.stderr


def test_the_readme_counts_the_datasets_of_the_demo() -> None:
    """The number in the text is the number of entries."""
    assert f"{sum(len(datasets) for datasets in DEMO.values())} datasets" in README
