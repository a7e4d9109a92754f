"""The values of a dataset as the text of its file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

ORDER = (
    *("description", "account", "report", "parameters", "update", "key", "deletes", "fresh_for", "checks"),
    *("schedule", "retry", "tags", "owners"),
)
_NUMBER_IN_1_2 = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+")
_WIDE = 100_000  # a query stays on one line


def to_yaml(values: Mapping[str, Any]) -> str:
    """Return a dataset file's text for its values, in the usual order; what is None or empty is left out.

    Texts are quoted wherever YAML 1.1 or 1.2 would read them as something else, so that every reader reads the same.
    """
    known = {key: values[key] for key in ORDER if key in values}
    ordered = {key: _plain(value) for key, value in {**known, **values}.items() if value not in (None, "", (), [], {})}
    return "".join(_entry(key, value) for key, value in ordered.items())


def _entry(key: str, value: Any) -> str:
    if key == "parameters":
        return f"{key}:\n" + "".join(f"  {_line(name, each)}" for name, each in value.items())
    return _line(key, value)


def _line(key: str, value: Any) -> str:
    """Return one key and its value: lists and blocks inside it on the same line."""
    return f"{_on_a_line(key)}: {_on_a_line(value)}\n"


def _on_a_line(value: Any) -> str:
    flow = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, allow_unicode=True, sort_keys=False, width=_WIDE)
    return flow.removesuffix("...\n").rstrip("\n")


class _Dumper(yaml.SafeDumper):
    """Puts texts with quotes or line ends of their own, and numbers that only YAML 1.2 knows, in double quotes."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    double = any(sign in text for sign in "'\n\r\x85\u2028\u2029") or _NUMBER_IN_1_2.fullmatch(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if double else None)


_Dumper.add_representer(str, _text)


def _plain(value: Any) -> Any:
    """Return the value in YAML's plain types: dates as text, tuples as lists."""
    match value:
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return value
