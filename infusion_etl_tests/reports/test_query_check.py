"""Whether a query fits the columns it is asked of."""

import pytest

from infusion_etl.accounts.account import Api
from infusion_etl.reports import columns as types
from infusion_etl.reports.columns import Column
from infusion_etl.reports.query import parse
from infusion_etl.reports.query_check import check, normalised, notes

COLUMNS = (
    Column("Id", types.INTEGER),
    Column("City", types.TEXT),
    Column("Total", types.MONEY),
    Column("Ratio", types.NUMBER),
    Column("OptOut", types.YES_NO),
    Column("Birthday", types.DATE),
    Column("LastUpdated", types.MOMENT),
    Column("Groups", types.INTEGERS),
)


def said(text: str, *, custom: bool = False) -> list[str]:
    """Return what is wrong with a query for COLUMNS."""
    return [str(problem) for problem in check(parse(text), COLUMNS, custom=custom)]


@pytest.mark.parametrize(
    "text",
    [
        "'Id':'5'",
        "'Id':'5,6'",
        "'Id':'%'",
        "'Id':'~>~ 5'",
        "'City':'~>~m'",
        "'City':'5,6'",
        "'Total':'~<=~-5.25'",
        "'OptOut':'Yes'",
        "'OptOut':'~<>~0'",
        "'Birthday':'1980-02-29'",
        "'Birthday':'~>=~LastSuccessfulRun'",
        "'LastUpdated':'2016-01-20%'",
        "'LastUpdated':'~<~2016-01-20 08:15:00'",
        "'LastUpdated':'%'",
        "'Groups':'~null~'",
    ],
)
def test_operands_that_fit_their_columns_are_right(text: str) -> None:
    """Every type takes what it can be compared with."""
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("'city':'x'", "there is no field 'city' (did you mean City"),
        ("'_Shoe':'x'", "there is no field '_Shoe'"),
        ("'Id':'x'", "Id is integer, 'x' does not fit it"),
        ("'Id':'5.5'", "does not fit"),
        ("'Id':'5%'", "% stands alone there"),
        ("'Id':''", "did you mean ~null~?"),
        ("'Total':'1.'", "does not fit"),
        ("'Total':'>=5'", "did you mean ~>=~5?"),
        ("'OptOut':'2'", "OptOut is yes/no"),
        ("'LastUpdated':'20160120'", "write YYYY-MM-DD"),
        ("'LastUpdated':'2016-02-30'", "there is no such date"),
        ("'LastUpdated':'2016-01-20 25:00:00'", "there is no such date or time"),
        ("'LastUpdated':'~>=~LastSuccesfulRun'", "did you mean LastSuccessfulRun?"),
        ("'LastUpdated':'LastSuccessfulRun'", "did you mean ~>=~LastSuccessfulRun?"),
        ("'LastUpdated':'Jan%'", "write 2016-01-20% or 2016%"),
        ("'City':'~>=~LastSuccessfulRun'", "LastSuccessfulRun is for dates and moments (did you mean Birthday"),
        ("'Groups':'5'", "takes only ~null~ and ~<>~"),
    ],
)
def test_operands_that_do_not_fit_are_named_with_what_would(text: str, message: str) -> None:
    """One mistake, one problem, with the field, the value and the nearest right one."""
    (only,) = said(text)
    assert message in only


def test_custom_fields_are_taken_where_there_are_any() -> None:
    """Their types are only known to the account, so that any operand is right here."""
    assert said("'_Shoe':'~>~ anything'", custom=True) == []


def test_all_mistakes_come_at_once() -> None:
    """Every condition is looked at."""
    assert len(said("'city':'x','Id':'y','LastUpdated':'2016'")) == 3


def test_yes_and_no_are_sent_as_keap_has_them() -> None:
    """Flags are 1 and 0 in Infusionsoft's tables; other operands stay as they were written."""
    query = normalised(
        parse("'OptOut':'Yes','City':'yes','OptOut':'~<>~FALSE','OptOut':'~null~','OptOut':'no'"), COLUMNS
    )
    assert query.formatted() == "'OptOut':'1','City':'yes','OptOut':'~<>~0','OptOut':'~null~','OptOut':'0'"
    assert normalised(parse("'OptOut':'0,1'"), COLUMNS).formatted() == "'OptOut':'0,1'"


def test_what_is_easily_meant_otherwise_is_noted() -> None:
    """A day as operand means its midnight; a list on a field of no ids costs calls; a range is sent by half."""
    query = parse("'LastUpdated':'2016-01-20','Total':'1,2','Id':'~>~1','Id':'~<~9'")
    found = notes(query, COLUMNS, Api.XMLRPC)
    assert set(notes(query, COLUMNS, Api.REST)) < set(found)
    assert [note.split(":")[0] for note in found] == ["Id", "LastUpdated", "Total"]
    assert check(query, COLUMNS) == []
