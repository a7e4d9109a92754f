"""What of a query is sent to REST v2 as a filter: at least the rows it means, never less."""

from __future__ import annotations

import pytest

from infusion_etl.reports.pushdown import IDS_A_CALL, MOST_WALKS, by_code, by_id, by_reference, rest_filters
from infusion_etl.reports.query import parse
from infusion_etl.reports.tables import TABLES

CONTACT = TABLES["Contact"].rest[0].filters


def sent(text: str) -> list[str]:
    """Return the filters a query on contacts becomes."""
    return rest_filters(parse(text).conditions, CONTACT)


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("", [""]),
        ("'City':'Ogden'", ["city==Ogden"]),
        ("'City':'Ogd%'", ["city==Ogd*"]),
        ("'Id':'12,30','City':'Ogden'", ["ids==12,30;city==Ogden"]),
        ("'Id':'~>~100'", ["contact_id>100"]),
        ("'Email':'a@b.co'", ["email==a@b.co"]),
        ("'LastUpdated':'~>=~2015-12-15'", ["start_update_time==2015-12-15T05:00:00.000Z"]),
        ("'LastUpdated':'~>=~2015-07-15 08:15:00'", ["start_update_time==2015-07-15T12:15:00.000Z"]),
        (
            "'LastUpdated':'2016-01-20%'",
            ["start_update_time==2016-01-20T05:00:00.000Z;end_update_time==2016-01-21T05:00:00.000Z"],
        ),
        (
            "'LastUpdated':'2016%'",
            ["start_update_time==2016-01-01T05:00:00.000Z;end_update_time==2017-01-01T05:00:00.000Z"],
        ),
    ],
)
def test_what_rest_can_say_is_sent(query: str, filters: list[str]) -> None:
    """Equality, beginnings, ids and moments become the filters the contact list documents; moments are US Eastern."""
    assert sent(query) == filters


@pytest.mark.parametrize(
    "query",
    [
        "'City':'%den'",
        "'City':'O_den%'",
        "'City':'a;b'",
        "'City':'a*'",
        "'City':'NONE'",
        "'City':'~null~'",
        "'City':'~<>~Ogden'",
        "'FirstName':''",
        "'Phone1':'555'",
        "'LastUpdated':'%-20%'",
        "'Id':'1%'",
    ],
)
def test_what_rest_cannot_say_the_same_way_is_not_sent(query: str) -> None:
    """A condition without an equal filter, or with a value the filter grammar would misread, is left to DuckDB."""
    assert sent(query) == [""]


def test_a_long_list_of_ids_becomes_several_walks() -> None:
    """More ids than fit one address are asked for in several walks, each id once, other conditions in each."""
    ids = [str(n) for n in range(1, IDS_A_CALL + 2)]
    filters = sent(f"'Id':'{','.join(ids)}','City':'Ogden'")
    assert [text.split(";")[1] for text in filters] == ["city==Ogden", "city==Ogden"]
    assert ",".join(text.split(";")[0].removeprefix("ids==") for text in filters).split(",") == ids


def test_two_conditions_on_one_filter_field_send_only_the_first() -> None:
    """A filter names a field once; the second condition of a range is applied by DuckDB alone."""
    assert sent("'Id':'~>~5','Id':'~>~9'") == ["contact_id>5"]


def test_the_repeated_hour_of_autumn_is_read_generously() -> None:
    """A lower end in the doubled hour means its first coming, an upper end its second, so that no row is missed."""
    assert sent("'LastUpdated':'~>=~2026-11-01 01:30:00'") == ["start_update_time==2026-11-01T05:30:00.000Z"]
    assert sent("'LastUpdated':'~<~2026-11-01 01:30:00'") == ["end_update_time==2026-11-01T06:30:00.000Z"]


def test_two_ends_of_a_range_are_sent_where_the_list_names_both() -> None:
    """A range of moments is two filter fields: both ends are sent."""
    assert sent("'LastUpdated':'~>=~2016-01-20','LastUpdated':'~<~2016-01-21'") == [
        "start_update_time==2016-01-20T05:00:00.000Z;end_update_time==2016-01-21T05:00:00.000Z"
    ]


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("'Id':'12,30','Id':'~>~5'", ["ids==12,30"]),
        ("'Id':'~>~5','Id':'12,30'", ["contact_id>5"]),
        ("'Id':'12','Id':'~>~5'", ["ids==12"]),
    ],
)
def test_values_and_ends_of_one_field_are_not_sent_together(query: str, filters: list[str]) -> None:
    """Some lists refuse `id` and `ids` in one filter: the first condition alone is sent, DuckDB applies both."""
    assert sent(query) == filters


FILTERS = {
    "ContactId": by_reference("contact_id"),
    "Id": by_id("opportunity_id", many="ids", most=2),
    "Plan": by_id(None, many="plans"),
    "Type": by_code("type", (("COOKIE", "0"), ("MANUAL", "2"))),
    "Word": by_code("word", (("SPAM", "Spam"),)),
}


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("'ContactId':'007'", ["contact_id==7"]),
        ("'ContactId':'7,8,07'", ["contact_id==7", "contact_id==8"]),
        ("'ContactId':'~>~7'", [""]),
        ("'ContactId':'" + ",".join(str(n) for n in range(1, MOST_WALKS + 2)) + "'", [""]),
        ("'Id':'1,2,3'", ["ids==1,2", "ids==3"]),
        ("'Id':'~<=~9'", ["opportunity_id<=9"]),
        ("'Plan':'~>~9'", [""]),
        ("'Plan':'4'", ["plans==4"]),
        ("'Type':'0'", ["type==COOKIE"]),
        ("'Type':'1'", [""]),
        ("'Type':'~>~0'", [""]),
        ("'Word':'spam'", ["word==SPAM"]),
        ("'Word':'Sp%'", [""]),
        ("'Plan':'-4'", [""]),
    ],
)
def test_ids_and_codes_are_sent_as_each_list_takes_them(query: str, filters: list[str]) -> None:
    """Only equality where a list takes no more, codes as the API's words, each id once, and never too little."""
    assert rest_filters(parse(query).conditions, FILTERS) == filters


def test_the_skipped_hour_of_spring_is_read_generously() -> None:
    """A time that no Eastern clock showed is read both ways, so that rows on either side of the gap come."""
    assert sent("'LastUpdated':'~>=~2026-03-08 02:30:00'") == ["start_update_time==2026-03-08T06:30:00.000Z"]
    assert sent("'LastUpdated':'~<~2026-03-08 02:30:00'") == ["end_update_time==2026-03-08T07:30:00.000Z"]
