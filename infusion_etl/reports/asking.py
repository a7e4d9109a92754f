"""From a dataset's parameters to one question: names become ids, and the columns that only the account knows join."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from infusion_etl.errors import ConfigMistake
from infusion_etl.keap.client import Keap
from infusion_etl.reports.choices import Choices, looked_up
from infusion_etl.reports.report import Ask, Kind, Looked, Parameter, Parameters, Report

_SEVERAL = (Kind.IDS, Kind.TAGS)  # saved searches are looked up by their reports: they need more than ids


def ask(
    report: Report, parameters: Parameters, keap: Keap, *, since: datetime | None, now: datetime, zone: ZoneInfo
) -> Ask:
    """Look at the account, through as few calls as it takes, and return the question.

    `since` and `now` are aware, `zone` is the account's. Raises ConfigMistake for names that the account does not have
    or has twice, and what reading raises.
    """
    known = with_ids(report, parameters, keap)
    looked = report.look(known, keap) if report.look else Looked()
    columns = (*report.columns(known), *looked.columns)
    return Ask(parameters=known, columns=columns, since=since, now=now, zone=zone, facts=looked.facts)


def with_ids(report: Report, parameters: Parameters, keap: Keap) -> Parameters:
    """Return the parameters with ids in place of names; one call for each parameter that holds a name."""
    found = {
        parameter.name: _ids(parameter, parameter.choices, parameters[parameter.name], keap)
        for parameter in report.parameters
        if parameter.choices is not None and parameter.kind in _SEVERAL and parameter.name in parameters
    }
    return {**parameters, **found}


def _ids(parameter: Parameter, choices: Choices, wanted: Any, keap: Keap) -> tuple[int, ...] | str:
    try:
        return looked_up(choices, wanted, keap)
    except ConfigMistake as mistake:
        raise ConfigMistake([replace(problem, place=parameter.name) for problem in mistake.problems]) from None
