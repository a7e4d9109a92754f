"""YAML as dataset files use it: values with the line each stands on, and every mistake named by its line.

Plain words mean what they look like, as in YAML 1.2: only `true`, `false`, `null` and whole numbers are not text. So
`on`, `no`, `06:00`, `007` and `2026-01-01` stay text, which YAML 1.1 would turn to true, false, a number or a date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from infusion_etl.datasets.yaml_mistakes import explained
from infusion_etl.errors import Problem

Path = tuple[str | int, ...]
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_TEXT = "tag:yaml.org,2002:str"
_OWN_TAG = re.compile(r"tag:yaml\.org,2002:(null|bool|int|float|timestamp|merge|value)")


@dataclass
class Marked:
    """A YAML document: its value, and the line (from 1) of everything in it.

    `lines` maps the path of a value (keys and list positions) to the line of its key, or of itself in a list.
    `problems` have the line as their place.
    """

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, *path: str | int) -> int:
        """Return the line of the value at `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> Marked:
    """Return the one document of a text; an empty one has the value None."""
    marked = Marked()
    try:
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        marked.problems.append(explained(error, text))
        return marked
    found = [node for node in documents if node is not None]
    if len(found) > 1:
        marked.problems.append(_problem(found[1], "a second document begins here; one file is one dataset"))
    elif found:
        _Reader(marked).read(found[0])
    return marked


def plain(text: str) -> Any:
    """Return the value of a short text (an option of a command), text itself where it is no YAML."""
    marked = read(text)
    return text if marked.problems else marked.value


def _problem(node: yaml.Node, message: str) -> Problem:
    return Problem(str(node.start_mark.line + 1), message)


class _Reader:
    """Turns nodes into values, and remembers lines and mistakes."""

    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.open: list[yaml.Node] = []

    def read(self, node: yaml.Node) -> None:
        self.marked.lines[()] = node.start_mark.line + 1
        self.marked.value = self._value(node, ())

    def _value(self, node: yaml.Node, path: Path) -> Any:
        if any(node is outer for outer in self.open):
            return self._wrong(node, "this block contains itself")
        self.open.append(node)
        try:
            match node:
                case yaml.MappingNode():
                    return self._mapping(node, path)
                case yaml.SequenceNode():
                    return self._sequence(node, path)
                case _:
                    return self._scalar(node)
        finally:
            self.open.pop()

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._wrong(key_node, "a key must be a word")
                continue
            key = key_node.value
            if key in values:
                first = self.marked.lines[(*path, key)]
                self._wrong(key_node, f"the key {key!r} stands here again, after line {first}")
                continue
            self.marked.lines[(*path, key)] = key_node.start_mark.line + 1
            values[key] = self._value(value_node, (*path, key))
        return values

    def _sequence(self, node: yaml.SequenceNode, path: Path) -> list[Any]:
        for position, item in enumerate(node.value):
            self.marked.lines[(*path, position)] = item.start_mark.line + 1
        return [self._value(item, (*path, position)) for position, item in enumerate(node.value)]

    def _scalar(self, node: yaml.Node) -> Any:
        if node.tag != _TEXT and not _OWN_TAG.fullmatch(node.tag):
            return self._wrong(node, f"the tag {node.tag!r} is not allowed here")
        text = str(node.value)
        if node.tag == _TEXT:  # quoted, or plain and nothing else in YAML 1.1 either
            return text
        return _WORDS[text] if text in _WORDS else int(text) if _WHOLE.fullmatch(text) else text

    def _wrong(self, node: yaml.Node, message: str) -> None:
        self.marked.problems.append(_problem(node, message))
