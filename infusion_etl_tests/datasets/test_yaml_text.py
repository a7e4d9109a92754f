"""YAML with lines: what plain words mean, and every mistake by its line."""

import pytest

from infusion_etl.datasets.yaml_text import plain, read


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("06:00", "06:00"),
        ("19:30", "19:30"),
        ("007", "007"),
        ("0x1f", "0x1f"),
        ("1e3", "1e3"),
        ("1.5", "1.5"),
        ("1_000", "1_000"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01 06:00:00", "2026-01-01 06:00:00"),
        ("2026-13-45", "2026-13-45"),
        ("=", "="),
        ("12", 12),
        ("-5", -5),
        ("0", 0),
        ('"12"', "12"),
        ("!!str 12", "12"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("9" * 30, "9" * 30),
    ],
)
def test_words_mean_what_they_look_like(word: str, value: object) -> None:
    """YAML 1.1 would make 1170 of 19:30, 7 of 007 and False of no; here they stay what was written."""
    marked = read(f"key: {word}\n")
    assert marked.problems == []
    assert marked.value == {"key": value}
    assert type(marked.value["key"]) is type(value)


def test_keys_are_texts() -> None:
    """Also `on`, which YAML 1.1 takes for a yes."""
    assert read("{on: 1, 5: 2}").value == {"on": 1, "5": 2}


def test_every_value_knows_its_line() -> None:
    """Keys and items of lists, in blocks and on one line; what is not there has the line of what is around it."""
    marked = read("a: 1\nb:\n  c: [x,\n    y]\n  d:\n    - z\n    - {e: 1}\n")
    lines = [marked.line(*path) for path in [(), ("a",), ("b", "c"), ("b", "c", 1), ("b", "d", 1, "e"), ("b", "zz")]]
    assert lines == [1, 1, 3, 4, 7, 2]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\na: 2\n", 2, "the key 'a' stands here again, after line 1"),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", 4, "the key 'b' stands here again, after line 2"),
        ("a: 1\n\tb: 2\n", 2, "a tab"),
        ("a: 1\nb: [\n\t1\n\t:\n", 3, "a tab"),
        ("a: [1, 2\n", 1, "is not closed"),
        ("a: 'x\n\n", 1, "is not closed"),
        ("a: x: y\n", 1, "must stand in quotes"),
        ("a: 1\n b: 2\n", 2, "indented too deep"),
        ("a: *nobody\n", 1, "must stand in quotes"),
        ("a: !x!y z\n", 1, "not YAML"),
        ("a: 1\nb: \x07\n", 2, "a character that YAML does not allow"),
        ("a: 1\n---\nb: 2\n", 3, "a second document begins here"),
        ("? [1, 2]\n: 3\n", 1, "a key must be a word"),
        ("a: &x\n  b: *x\n", 1, "contains itself"),
        ("a: !!python/object:os.system x\n", 1, "is not allowed here"),
        ("a: !secret x\n", 1, "is not allowed here"),
    ],
)
def test_mistakes_name_their_line(text: str, line: int, said: str) -> None:
    """What a person must look for is on the line that is named."""
    (problem,) = read(text).problems
    assert said in problem.message
    assert int(problem.place) == line


def test_an_alias_is_its_anchor() -> None:
    """Two datasets' worth of the same list can be written once."""
    assert read("a: &x [1, 2]\nb: *x\n").value == {"a": [1, 2], "b": [1, 2]}


def test_an_option_of_a_command_is_read_the_same_way() -> None:
    """`--param dates='{on: yesterday}'` means what a file would; what is no YAML is a text."""
    assert plain("{on: yesterday}") == {"on": "yesterday"}
    assert plain("[12, 30]") == [12, 30]
    assert plain("'City':'Ogden'") == "'City':'Ogden'"
    assert plain("all") == "all"
