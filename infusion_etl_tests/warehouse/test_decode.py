"""From pages to typed rows: every source of every kind, through both APIs' shapes."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from infusion_etl.keap.walks import Api, Page, RestPaging, RestWalk, XmlRpcWalk
from infusion_etl.reports import columns as c
from infusion_etl.reports.report import Join
from infusion_etl.warehouse.decode import distinct_ids
from infusion_etl_tests.warehouse.house import ID, NAME, House

REST, XMLRPC = Api.REST, Api.XMLRPC


def column(kind: c.Type, source: c.Source) -> c.Column:
    """Return a column with that source in both APIs."""
    return c.Column("V", kind, rest=source, xmlrpc=source)


@pytest.mark.parametrize(
    ("kind", "api", "raw", "value"),
    [
        (c.TEXT, REST, "", ""),
        (c.TEXT, REST, 12, "12"),
        (c.TEXT, REST, True, "true"),
        (c.TEXT, REST, "a\x00b 😀 '\"\n", "a\x00b 😀 '\"\n"),
        (c.TEXT, REST, {"a": [1]}, '{"a":[1]}'),
        (c.INTEGER, REST, "12", 12),
        (c.INTEGER, REST, " 12 ", 12),
        (c.INTEGER, REST, 12.0, 12),
        (c.INTEGER, XMLRPC, "007", 7),
        (c.INTEGER, REST, 9223372036854775807, 9223372036854775807),
        (c.INTEGER, REST, "", None),
        (c.NUMBER, REST, "1.5", 1.5),
        (c.NUMBER, XMLRPC, 1e300, 1e300),
        (c.MONEY, REST, "12.30", Decimal("12.30")),
        (c.MONEY, REST, 0.1 + 0.2, Decimal("0.30")),
        (c.MONEY, XMLRPC, -5, Decimal(-5)),
        (c.YES_NO, REST, True, True),
        (c.YES_NO, XMLRPC, 0, False),
        (c.YES_NO, XMLRPC, "Yes", True),
        (c.YES_NO, REST, "no", False),
        (c.DATE, REST, "2026-02-28", date(2026, 2, 28)),
        (c.DATE, REST, "2026-02-28T23:30:00.000Z", date(2026, 2, 28)),
        (c.DATE, XMLRPC, "20260228T00:00:00", date(2026, 2, 28)),
        (c.MOMENT, REST, "2024-11-20T18:34:12.000+0000", datetime(2024, 11, 20, 18, 34, 12, tzinfo=UTC)),
        (c.MOMENT, REST, "2024-11-20T18:34:12+05:30", datetime(2024, 11, 20, 13, 4, 12, tzinfo=UTC)),
        (c.MOMENT, REST, "2024-11-20T18:34:12.123Z", datetime(2024, 11, 20, 18, 34, 12, 123000, tzinfo=UTC)),
        (c.MOMENT, REST, "2024-11-20T18:34:12", datetime(2024, 11, 20, 18, 34, 12, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "20241120T18:34:12", datetime(2024, 11, 20, 23, 34, 12, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "20240620T18:34:12", datetime(2024, 6, 20, 22, 34, 12, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "2024-06-20 18:34:12", datetime(2024, 6, 20, 22, 34, 12, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "20261101T01:30:00", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "20260308T02:30:00", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        (c.MOMENT, REST, "2026-01-01T12:00Z", datetime(2026, 1, 1, 12, tzinfo=UTC)),
        (c.MOMENT, REST, "2026-01-01T12:00+05:30", datetime(2026, 1, 1, 6, 30, tzinfo=UTC)),
        (c.MOMENT, REST, "2026-01-01T12:00-05", datetime(2026, 1, 1, 17, tzinfo=UTC)),
        (c.MOMENT, REST, "2026-01-01T12:00", datetime(2026, 1, 1, 12, tzinfo=UTC)),
        (c.MOMENT, REST, "20241120T18:34:12Z", datetime(2024, 11, 20, 18, 34, 12, tzinfo=UTC)),
        (c.MOMENT, REST, "20241120T18:34:12", datetime(2024, 11, 20, 23, 34, 12, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "20241120T18:34:12Z", datetime(2024, 11, 20, 18, 34, 12, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "20241120T18:34:12.123", datetime(2024, 11, 20, 23, 34, 12, 123000, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "20241120T18:34:12.123Z", datetime(2024, 11, 20, 18, 34, 12, 123000, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "20241120T18:34:12-0800", datetime(2024, 11, 21, 2, 34, 12, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "20241120T18:34", datetime(2024, 11, 20, 23, 34, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "2024-06-20T18:34:12+00", datetime(2024, 6, 20, 18, 34, 12, tzinfo=UTC)),
        (c.MOMENT, XMLRPC, "2024-06-20", datetime(2024, 6, 20, 4, tzinfo=UTC)),
        (c.DATE, XMLRPC, "20260228T23:30:00.123Z", date(2026, 2, 28)),
        (c.TEXTS, REST, ["a", 2, None], ["a", "2", None]),
        (c.TEXTS, REST, [], []),
        (c.TEXTS, XMLRPC, "a,b", ["a", "b"]),
        (c.TEXTS, XMLRPC, ["a", "b"], ["a", "b"]),
        (c.TEXTS, XMLRPC, "", None),
        (c.INTEGERS, REST, ["1", 2], [1, 2]),
        (c.INTEGERS, XMLRPC, "1,2", [1, 2]),
    ],
)
def test_a_value_becomes_its_type(house: House, kind: c.Type, api: Api, raw: Any, value: Any) -> None:
    """A value that fits lands as its type, and nothing is told about it."""
    rows = [row for row in house.decoded(_of(house, kind, api, raw)) if row["Id"] == 1]
    assert rows == [{"Id": 1, "V": value, "$misfits": None}]


def _of(house: House, kind: c.Type, api: Api, raw: Any) -> Any:
    id_key, member = ("id", "contacts") if api is REST else ("Id", "rows")
    records = [{id_key: 1, "v": raw}, {id_key: 2, "v": None}, {id_key: 3}]
    return house.shape([ID, column(kind, c.Path("v"))], [{member: records}], api=api)


@pytest.mark.parametrize(
    ("kind", "api", "raw", "told"),
    [
        (c.INTEGER, REST, "twelve", "twelve"),
        (c.INTEGER, REST, 12.5, "12.5"),
        (c.INTEGER, REST, 9223372036854775808, "9223372036854775808"),
        (c.NUMBER, REST, "inf", "inf"),
        (c.MONEY, REST, "1,234.50", "1,234.50"),
        (c.MONEY, REST, "1e30", "1e30"),
        (c.YES_NO, REST, "maybe", "maybe"),
        (c.DATE, REST, "2026-02-30", "2026-02-30"),
        (c.DATE, XMLRPC, "20260230T00:00:00", "20260230T00:00:00"),
        (c.DATE, REST, "2026-02-03rd", "2026-02-03rd"),
        (c.MOMENT, REST, "yesterday", "yesterday"),
        (c.MOMENT, XMLRPC, "20261301T00:00:00", "20261301T00:00:00"),
        (c.MOMENT, XMLRPC, "20261301T00:00:00Z", "20261301T00:00:00Z"),
        (c.MOMENT, XMLRPC, "20260228", "20260228"),
        (c.MOMENT, REST, "2026-01-01T12:00Q", "2026-01-01T12:00Q"),
        (c.MOMENT, REST, "2026-01-01T25:00Z", "2026-01-01T25:00Z"),
        (c.INTEGERS, REST, ["1", "x"], '["1","x"]'),
        (c.structs(id="BIGINT"), REST, [{"id": "x"}], '[{"id":"x"}]'),
    ],
)
def test_a_value_that_does_not_fit_is_told(house: House, kind: c.Type, api: Api, raw: Any, told: str) -> None:
    """A value that does not fit is NULL (in a list: that item), and its raw text is told under its column."""
    found = next(row for row in house.decoded(_of(house, kind, api, raw)) if row["Id"] == 1)
    assert found["$misfits"] == [{"column": "V", "raw": told}]
    assert found["V"] in (None, [1, None], [{"id": None}])


ITEMS = [{"field": "EMAIL2", "email": "b@example.com"}, {"field": "EMAIL1", "email": "a@example.com"}]
FIELDS = [{"id": "7", "content": "x"}, {"id": 8, "content": ["a", "b"]}, {"id": "9", "content": None}]


@pytest.mark.parametrize(
    ("kind", "source", "record", "value"),
    [
        (c.INTEGER, c.Path("company", "id"), {"company": {"id": "5"}}, 5),
        (c.INTEGER, c.Path("company", "id"), {"company": None}, None),
        (c.TEXT, c.Path("a b", 'c"d'), {"a b": {'c"d': "x"}}, "x"),
        (c.TEXT, c.Keyed("items", "field", "EMAIL1", "email"), {"items": ITEMS}, "a@example.com"),
        (c.TEXT, c.Keyed("items", "field", "EMAIL3", "email"), {"items": ITEMS}, None),
        (c.TEXT, c.Keyed("items", "field", "EMAIL1", "email"), {"items": None}, None),
        (c.TEXT, c.Keyed("items", "field", "EMAIL1", "email"), {"items": []}, None),
        (c.TEXT, c.CustomField("7"), {"custom_fields": FIELDS}, "x"),
        (c.TEXT, c.CustomField("8"), {"custom_fields": FIELDS}, "a,b"),
        (c.TEXTS, c.CustomField("8"), {"custom_fields": FIELDS}, ["a", "b"]),
        (c.TEXTS, c.CustomField("7"), {"custom_fields": FIELDS}, ["x"]),
        (c.TEXT, c.CustomField("9"), {"custom_fields": FIELDS}, None),
        (c.TEXT, c.CustomField("7"), {"custom_fields": [{"id": 7, "content": "[1]"}]}, "[1]"),
        (c.INTEGER, c.Mapped(c.Path("s"), (("ACTIVE", "1"), ("INACTIVE", "0"))), {"s": "INACTIVE"}, 0),
        (c.TEXT, c.Mapped(c.Path("s"), (("ACTIVE", "1"),)), {"s": "OTHER"}, "OTHER"),
        (c.MONEY, c.Minor(c.Path("p")), {"p": {"amount": 1999, "currency_code": "USD"}}, Decimal("19.99")),
        (c.MONEY, c.Minor(c.Path("p")), {"p": {"amount": -5, "currency_code": None}}, Decimal("-0.05")),
        (c.MONEY, c.Minor(c.Path("p")), {"p": {"amount": 1999, "currency_code": "JPY"}}, Decimal(1999)),
        (c.MONEY, c.Minor(c.Path("p")), {"p": {"amount": 1999, "currency_code": "KWD"}}, Decimal("1.999")),
        (c.MONEY, c.Minor(c.Path("p")), {"p": None}, None),
        (c.TEXT, c.Joined(c.Path("t")), {"t": ["3", 4]}, "3,4"),
        (c.TEXT, c.Joined(c.Path("t")), {"t": []}, None),
        (c.DATE, c.EasternDate(c.Path("d")), {"d": "2026-03-01T04:59:59Z"}, date(2026, 2, 28)),
        (c.DATE, c.EasternDate(c.Path("d")), {"d": "2026-03-01"}, date(2026, 3, 1)),
        (c.TEXT, c.FirstOf((c.Path("a"), c.Path("b"))), {"a": "", "b": "x"}, "x"),
        (c.TEXT, c.FirstOf((c.Path("a"), c.Path("b"))), {"a": "y", "b": "x"}, "y"),
        (
            c.structs(id="BIGINT", name="VARCHAR", at="DATE"),
            c.Path("l"),
            {"l": [{"id": "1", "name": "x", "at": "2026-01-02", "more": 1}, {}]},
            [{"id": 1, "name": "x", "at": date(2026, 1, 2)}, {"id": None, "name": None, "at": None}],
        ),
    ],
)
def test_a_source_finds_its_value(house: House, kind: c.Type, source: c.Source, record: Any, value: Any) -> None:
    """Each kind of source names one place in a record, read the quick way and the lenient way alike."""
    assert house.values(column(kind, source), [record, {}])[0] == value
    # "odd" is an object in one record and a text in another: the whole batch is read as JSON.
    odd = c.Column("Odd", c.TEXT, rest=c.Path("odd", "id"))
    records = [{"n": 1, "odd": "text", **record}, {"n": 2, "odd": {"id": "3"}}]
    number = c.Column("N", c.INTEGER, rest=c.Path("n"))
    rows = house.decoded(house.shape([number, odd, column(kind, source)], [{"contacts": records}]))
    assert [row["V"] for row in rows if row["N"] == 1] == [value]


def test_a_text_where_an_object_was_due_loses_no_row(house: House) -> None:
    """All rows land when a member is of another kind than expected, and the member's raw value is told."""
    company = c.Column("CompanyID", c.INTEGER, rest=c.Path("company", "id"))
    records = [{"id": 1, "company": "Acme"}, {"id": 2, "company": {"id": 5}}, {"id": 3, "company": None}]
    rows = house.decoded(house.shape([ID, company], [{"contacts": records}]))
    found = {row["Id"]: (row["CompanyID"], row["$misfits"]) for row in rows}
    assert found == {1: (None, [{"column": "company", "raw": '"Acme"'}]), 2: (5, None), 3: (None, None)}


@pytest.mark.parametrize("body", [b'{"contacts": null}', b'{"contacts": []}', b"{}", b'{"contacts": [null]}'])
def test_an_answer_without_records_has_no_rows(house: House, body: bytes) -> None:
    """A missing, empty or null list of records is no rows and no error."""
    assert house.decoded(house.shape([ID], [body])) == []


def test_no_pages_are_no_rows(house: House) -> None:
    """A batch without pages has the columns and no rows."""
    assert house.decoded(house.shape([ID, NAME], [])) == []


def test_a_page_of_several_lines_is_read(house: House) -> None:
    """Whether an answer is written on one line or on many makes no difference."""
    pages = [b'{\n "contacts": [\n  {"id": 1}\n ]\n}', b'{"contacts": [{"id": 2}]}\n']
    assert {row["Id"] for row in house.decoded(house.shape([ID], pages))} == {1, 2}


def test_a_page_packed_in_several_parts_is_read_whole(house: House) -> None:
    """Pages are kept as they came, also in several gzip members: the rows of all of them land."""
    half, rest = b'{"contacts": [{"id": 1}, {"i', b'd": 2}]}'
    shape = house.shape([ID], [])
    shape.batch.add(0, Page(gzip.compress(half) + gzip.compress(rest), len(half + rest), 2))
    assert {row["Id"] for row in house.decoded(shape)} == {1, 2}


def test_text_that_is_no_unicode_does_not_kill_the_batch(house: House) -> None:
    """Half a surrogate pair and bytes that are no UTF-8 become the sign for that; everything else stays."""
    pages = [
        rb'{"contacts": [{"id": 1, "name": "a\ud800b"}, {"id": 2, "name": "\ud83d\ude00"}]}',
        b'{"contacts": [{"id": 3, "name": "a\xffb"}, {"id": 4, "name": "\\\\ud800"}]}',
    ]
    rows = {row["Id"]: row["Name"] for row in house.decoded(house.shape([ID, NAME], pages))}
    assert rows == {1: "a\ufffdb", 2: "😀", 3: "a\ufffdb", 4: "\\ud800"}


def test_names_that_differ_by_case_stay_apart(house: House) -> None:
    """Two fields whose names differ by case only are two columns, the later custom field with its id behind it."""
    fields = [
        c.Column("_size", c.TEXT, rest=c.CustomField("9"), xmlrpc=c.Path("_size")),
        c.Column("_Size", c.TEXT, rest=c.CustomField("7"), xmlrpc=c.Path("_Size")),
    ]
    rest = [{"contacts": [{"custom_fields": [{"id": "7", "content": "big"}, {"id": "9", "content": "small"}]}]}]
    xmlrpc = [{"rows": [{"_Size": "big", "_size": "small"}]}]
    for shape in (house.shape(fields, rest), house.shape(fields, xmlrpc, api=XMLRPC)):
        assert house.decoded(shape) == [{"_size_9": "small", "_Size": "big", "$misfits": None}]


def test_hostile_names_are_only_names(house: House) -> None:
    """A column's name is a name, whatever it looks like."""
    name = "a\"; DROP TABLE x; --'b"
    odd = c.Column(name, c.TEXT, rest=c.CustomField("1'; --"), xmlrpc=c.Path(name))
    pages = [{"contacts": [{"custom_fields": [{"id": "1'; --", "content": "x"}]}]}]
    assert house.decoded(house.shape([odd], pages))[0][name] == "x"
    assert house.decoded(house.shape([odd], [{"rows": [{name: "y"}]}], api=XMLRPC))[0][name] == "y"


def test_one_record_as_the_whole_answer(house: House) -> None:
    """Where the answer itself is the record, it is the row."""
    walk = RestWalk("/v2/contacts/5", None, paging=RestPaging.NONE)
    mail = column(c.TEXT, c.Keyed("items", "field", "EMAIL1", "email"))
    odd = c.Column("Odd", c.TEXT, rest=c.Path("odd", "id"))
    for more in ({}, {"odd": "text"}):  # the second one is read as JSON
        pages = [{"id": "5", "name": "Ann", "items": ITEMS, **more}]
        rows = house.decoded(house.shape([ID, NAME, mail, odd], pages, walk=walk))
        assert [(row["Id"], row["Name"], row["V"]) for row in rows] == [(5, "Ann", "a@example.com")]


def test_context_reaches_the_rows_of_its_walk(house: House) -> None:
    """What only the call knows (the affiliate of a commission) stands in the rows of that call's walk."""
    walks = [XmlRpcWalk("APIAffiliateService.affCommissions", (), context=(("affiliate", str(n)),)) for n in (3, 4, 5)]
    context = c.Column("AffiliateId", c.INTEGER, xmlrpc=c.Context("affiliate"))
    shape = house.shape(
        [context, ID],
        [{"rows": [{"Id": 1}]}],
        api=XMLRPC,
        walk=walks[0],
        more=[(walks[1], {"rows": []}), (walks[2], {"rows": [{"Id": 1}, {"Id": 2}]})],
    )
    assert sorted((row["AffiliateId"], row["Id"]) for row in house.decoded(shape)) == [(3, 1), (5, 1), (5, 2)]


def test_steps_are_joined(house: House) -> None:
    """With a join a row is a record of the base with its record of the step; without a match there is no row."""
    base = RestWalk("/v2/tags/1/contacts", "contacts", step="tagged", context=(("tag", "1"),))
    step = RestWalk("/v2/contacts", "contacts", step="contact")
    columns = [
        c.Column("Tag", c.INTEGER, rest=c.Context("tag"), step="tagged"),
        c.Column("Id", c.INTEGER, rest=c.Path("contact_id"), step="tagged"),
        c.Column("Name", c.TEXT, rest=c.Path("name"), step="contact"),
    ]
    join = Join("tagged", "contact", c.Path("contact_id"), c.Path("id"))
    twice = {"contacts": [{"id": 1, "name": "Ann"}, {"id": 1, "name": "Ann"}, {"id": "2", "name": "Bob"}]}
    shape = house.shape(
        columns, [{"contacts": [{"contact_id": 1}, {"contact_id": 9}]}], walk=base, more=[(step, twice)], join=join
    )
    rows = house.decoded(shape)
    assert [(row["Tag"], row["Id"], row["Name"]) for row in rows] == [(1, 1, "Ann")]


def test_ids_of_a_step_come_once_each_in_order(house: House) -> None:
    """The ids found in a step's records, each once, in the order of numbers, without those that are missing."""
    pages = [{"contacts": [{"id": 10}, {"id": "9"}, {"id": None}, {"id": ""}]}, {"contacts": [{"id": "9"}, {"id": 2}]}]
    shape = house.shape([ID], pages)
    assert distinct_ids(shape.batch, "rows", c.Path("id"), REST) == ["2", "9", "10"]
    assert distinct_ids(shape.batch, "other", c.Path("id"), REST) == []
