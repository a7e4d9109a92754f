"""Mistakes of a dataset that only the account can show, named by the lines of its file."""

from __future__ import annotations

from dataclasses import replace

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import ConfigMistake, InfusionError, KeyMistake, Problem


def locate(error: InfusionError, dataset: Dataset) -> None:
    """Fill the lines of the dataset's file into an error that came up while it was read or landed.

    A problem whose place is the name of a parameter, or that has none, stands where the file says it; a mistake of the
    key where the file names the key, or else the update method. Other errors stay as they are.
    """
    if dataset.lines is None:
        return
    if isinstance(error, ConfigMistake):
        error.problems = tuple(_located(problem, dataset) for problem in error.problems)
        error.message = "\n".join(map(str, error.problems))
    elif isinstance(error, KeyMistake):
        named = "key" if ("key",) in dataset.lines.lines else "update"
        error.message = f"{dataset.lines.place(named)}: {named}: {error.message}"


def _located(problem: Problem, dataset: Dataset) -> Problem:
    assert dataset.lines is not None
    if not problem.place:
        return replace(problem, place=dataset.lines.place("parameters"))
    if problem.place not in {parameter.name for parameter in dataset.report.parameters}:
        return problem
    place = dataset.lines.place("parameters", problem.place)
    return replace(problem, place=place, message=f"{problem.place}: {problem.message}")
