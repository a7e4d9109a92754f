"""Parameters, checked and brought to one form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from infusion_etl.reports import columns as types
from infusion_etl.reports.columns import Column
from infusion_etl.reports.dates import Dates, Day
from infusion_etl.reports.parameters import check
from infusion_etl.reports.query import Condition, Op, Query
from infusion_etl.reports.report import Kind, Looked, Parameter, Parameters, Report


@dataclass(frozen=True)
class ToyTable:
    """A table of the tests' own."""

    fields: tuple[Column, ...]
    custom: bool


TABLES = {
    "Contact": ToyTable((Column("Id", types.INTEGER), Column("City", types.TEXT), Column("Born", types.DATE)), True),
    "Product": ToyTable((Column("Id", types.INTEGER), Column("Name", types.TEXT)), False),
}
COLUMNS = (Column("Id", types.INTEGER), Column("Email", types.TEXT))
RARE = Column("Rare", types.TEXT)


def columns(parameters: Parameters) -> tuple[Column, ...]:
    """Give a field more when it is named, as reports on contacts do."""
    return (*COLUMNS, *([RARE] if "Rare" in parameters.get("fields", ()) else []))


def report(*parameters: Parameter, look: bool = False, known: Any = columns) -> Report:
    """Return a report with these parameters."""
    looked = (lambda _parameters, _keap: Looked()) if look else None
    return Report("toy", "Toy", "A toy", parameters, known, plans={}, look=looked)


def checked(which: Report, raw: Mapping[str, Any]) -> tuple[Parameters, list[str]]:
    """Return the values and the problems as a person reads them; places are the parameter's name."""
    values, problems = check(which, raw, lambda name, *_: name or "parameters", TABLES)
    return values, [str(problem) for problem in problems]


def one(kind: Kind, value: Any, name: str = "it") -> Any:
    """Return the one right value of a parameter."""
    values, problems = checked(report(Parameter(name, kind, "what it is")), {name: value})
    assert problems == []
    return values[name]


def wrong(kind: Kind, value: Any, name: str = "it") -> str:
    """Return the one problem of a value."""
    _, (problem,) = checked(report(Parameter(name, kind, "what it is")), {name: value})
    return problem


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.TEXT, " some text ", "some text"),
        (Kind.ID, 7, 7),
        (Kind.ID, " 7 ", 7),
        (Kind.IDS, "All", "all"),
        (Kind.IDS, 7, (7,)),
        (Kind.IDS, [7, "9", 7], (7, 9)),
        (Kind.IDS, "7, 9", (7, 9)),
        (Kind.TAGS, [3, 4], (3, 4)),
        (Kind.TAGS, "all", "all"),
        (Kind.FIELDS, ["Id", "Email", "Id"], ("Id", "Email")),
        (Kind.FIELDS, "Id, Email", ("Id", "Email")),
        (Kind.TABLE, "Contact", "Contact"),
        (Kind.QUERY, "'Id':'5'", Query((Condition("Id", Op.EQUALS, "5"),), "'Id':'5'")),
        (Kind.DATES, {"on": "today"}, Dates(Day(days_back=0), Day(days_back=0))),
        (Kind.SEARCH, 12, 12),
        (Kind.SEARCH, "12", "12"),
        (Kind.SEARCH, "Late payers", "Late payers"),
    ],
)
def test_each_kind_is_brought_to_its_form(kind: Kind, value: Any, expected: Any) -> None:
    """What YAML or an option gives becomes the one form that plans read."""
    assert one(kind, value) == expected


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (Kind.TEXT, 7, "it: it: 7 is not a text; put it in quotes"),
        (Kind.TEXT, None, "has no value"),
        (Kind.TEXT, "", "has no value"),
        (Kind.ID, 0, "0 is not an id"),
        (Kind.ID, True, "True is not an id"),
        (Kind.ID, "x", "'x' is not an id"),
        (Kind.ID, 2**63, "is not an id"),
        (Kind.ID, [7], "[7] is not an id"),
        (Kind.IDS, "any", "'any' is not an id: a whole number from 1 (did you mean all, [12, 30]?)"),
        (Kind.IDS, [], "has no value"),
        (Kind.TAGS, "VIP", "'VIP' is not an id"),
        (Kind.FIELDS, 7, "is not a list of field names"),
        (Kind.FIELDS, ["Id", 7], "is not a list of field names"),
        (Kind.FIELDS, ["Id", "email"], "there is no field 'email' (did you mean Email?)"),
        (Kind.TABLE, "contact", "there is no table 'contact' (did you mean Contact?)"),
        (Kind.TABLE, "Zzz", "did you mean Contact, Product?"),
        (Kind.QUERY, 7, "is not a query"),
        (Kind.QUERY, "'Id':'x'", "Id is integer"),
        (Kind.QUERY, "'Id':'~=>~5'", "did you mean ~>=~?"),
        (Kind.DATES, "today", "must be a block"),
        (Kind.SEARCH, 0, "0 is not an id"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(kind: Kind, value: Any, said: str) -> None:
    """Every kind refuses what it cannot use, and says where, what, and what was probably meant."""
    problem = wrong(kind, value)
    assert problem.startswith("it: ")
    assert said in problem


def test_an_email_must_look_like_one() -> None:
    """A name without @, or two addresses, are told before anything is sent."""
    assert one(Kind.TEXT, "ann@example.com", "email") == "ann@example.com"
    for value in ("ann", "ann@example", "a@b.c, d@e.f", "a b@c.de"):
        assert "is not an e-mail address" in wrong(Kind.TEXT, value, "email")


def test_domos_titles_are_names_too() -> None:
    """`Affiliate ID(s)` from Domo's screen is the parameter `affiliates`, and both at once are one too many."""
    which = report(Parameter("affiliates", Kind.IDS, "", "Affiliate ID(s)"))
    assert checked(which, {"Affiliate ID(s)": 5}) == ({"affiliates": (5,)}, [])
    assert "given twice" in checked(which, {"affiliates": 5, "affiliate ids": 6})[1][0]


def test_unknown_and_missing_parameters_are_named() -> None:
    """A slip in a name shows the nearest one; what is required and not there is said with what it is."""
    which = report(Parameter("table", Kind.TABLE, "the table to read"), Parameter("query", Kind.QUERY, "", "", False))
    _, problems = checked(which, {"tabel": "Contact", "query": None})
    assert problems == [
        "tabel: toy has no parameter 'tabel' (did you mean table?)",
        "parameters: toy needs the parameter table: the table to read",
    ]
    assert "toy has no parameters" in checked(report(), {"x": 1})[1][0]


def test_the_nearest_name_of_a_title_is_the_parameters_own() -> None:
    """One name is shown for one thing."""
    which = report(Parameter("contact_id", Kind.ID, "", "Contact ID", required=False))
    assert "did you mean contact_id?" in checked(which, {"contact identifier": 5})[1][0]


def test_fields_and_queries_are_checked_against_the_table_wherever_it_stands() -> None:
    """The table decides, also when it is written last; its custom fields pass, a table without them refuses."""
    which = report(
        Parameter("fields", Kind.FIELDS, ""), Parameter("query", Kind.QUERY, ""), Parameter("table", Kind.TABLE, "")
    )
    raw = {"fields": ["Id", "_Shoe"], "query": "'_Shoe':'9','Born':'1980%'"}
    assert checked(which, {**raw, "table": "Contact"})[1] == []
    assert len(checked(which, {**raw, "table": "Product"})[1]) == 3


def test_with_an_unknown_table_only_the_table_is_blamed() -> None:
    """Fields of a table that is not known cannot be wrong."""
    which = report(Parameter("fields", Kind.FIELDS, ""), Parameter("table", Kind.TABLE, ""))
    _, (only,) = checked(which, {"fields": ["Zzz"], "table": "Contac"})
    assert "there is no table" in only


MIXED = "'Citty':'~=>~x', 'Id':'abc', 'Born':'2026-13-01', 'Nm':5, 'City':'fine'"


def test_a_mistake_in_a_query_hides_no_other() -> None:
    """Wrong operators, fields, numbers and dates of one query are told together, and a pair's field with its value."""
    which = report(Parameter("table", Kind.TABLE, ""), Parameter("query", Kind.QUERY, ""))
    values, problems = checked(which, {"table": "Contact", "query": MIXED})
    assert "query" not in values
    wanted = ("no operator ~=>~", "the value '5' must", "no field 'Citty'", "'abc' does not", "2026-13-01", "'Nm'")
    assert [word for word, said in zip(wanted, problems, strict=True) if word not in said] == []


def test_an_unknown_table_hides_no_mistake_that_no_table_would_mend() -> None:
    """An operand that fits no table's field of that name is told; a field that no table has may be a custom one."""
    which = report(Parameter("table", Kind.TABLE, ""), Parameter("query", Kind.QUERY, ""))
    for raw in ({"table": "Zzz", "query": MIXED}, {"query": MIXED}):
        _, problems = checked(which, raw)
        wanted = ("table", "no operator ~=>~", "the value '5' must", "'abc' does not", "2026-13-01")
        assert [word for word, said in zip(wanted, problems, strict=True) if word not in said] == []
    assert len(checked(which, {"table": "Zzz", "query": "'Zzz':'x','City':'y'"})[1]) == 1


def test_fields_of_a_report_may_be_its_rarer_ones_and_custom_ones() -> None:
    """A field that comes only when it is named can be named; custom ones where the account is looked at."""
    fields = Parameter("fields", Kind.FIELDS, "")
    assert checked(report(fields, look=True), {"fields": ["Rare", "_Shoe"]})[1] == []
    assert "'_Shoe'" in checked(report(fields), {"fields": ["Rare", "_Shoe"]})[1][0]


def test_columns_that_only_the_account_knows_are_not_checked_here() -> None:
    """A saved search's columns are its own."""
    which = report(Parameter("fields", Kind.FIELDS, ""), look=True, known=lambda _: ())
    assert checked(which, {"fields": ["ContactName"]}) == ({"fields": ("ContactName",)}, [])


def test_columns_that_depend_on_a_missing_parameter_are_not_checked_either() -> None:
    """One mistake does not bring others after it."""
    which = report(
        Parameter("id", Kind.ID, ""),
        Parameter("fields", Kind.FIELDS, ""),
        known=lambda values: (Column(str(values["id"]), types.TEXT),),
    )
    _, (only,) = checked(which, {"fields": ["Zzz"]})
    assert "needs the parameter id" in only


def test_a_place_reaches_into_a_value() -> None:
    """The item of a list, the key of a block: a line of its own in most files."""
    which = report(
        Parameter("ids", Kind.IDS, ""), Parameter("fields", Kind.FIELDS, ""), Parameter("dates", Kind.DATES, "")
    )
    raw = {"ids": [5, "x"], "fields": ["Id", "Email", "Emial"], "dates": {"from": "today", "to": "tody"}}
    _, problems = check(which, raw, lambda *path: ".".join(map(str, path)), TABLES)
    assert {problem.place for problem in problems} == {"ids.1", "fields.2", "dates.to"}


def test_all_mistakes_come_at_once() -> None:
    """Four wrong parameters are four problems, and the right one is kept."""
    which = report(*(Parameter(name, Kind.ID, "") for name in "abcde"))
    values, problems = checked(which, {"a": 0, "b": "x", "c": 3, "z": 1})
    assert values == {"c": 3}
    assert len(problems) == 5
