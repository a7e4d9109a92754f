"""DataService against the world's own tables: every operator, pages, orders, faults."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.simulator.world.tables import TABLES, fields_in, table_rows
from infusion_etl.simulator.xmlrpc.eastern import wall_clock
from infusion_etl.simulator.xmlrpc.query import condition, like_pattern
from infusion_etl_tests.simulator.conftest import NOW
from infusion_etl_tests.simulator.xmlrpc.conftest import Caller, fault

QUERY = "DataService.query"


def truth(caller: Caller, test: Callable[[Mapping[str, Any]], bool], table: str = "Contact") -> list[int]:
    """Return the Ids of the rows of the world that satisfy a test."""
    return [int(str(row["Id"])) for row in table_rows(caller.world, table) if test(row)]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_read_whole(caller: Caller, table: str) -> None:
    """All rows arrive with all their fields; a field without a value is left out (xmlrpc-absent)."""
    fields = [name for name, field in fields_in(caller.world, table).items() if field.readable]
    rows = table_rows(caller.world, table)
    answer = caller.raw(QUERY, table, 1000, 0, {}, fields)
    assert answer.count(b"<struct>") == len(rows)
    sent = sum(answer.count(f"<name>{name}</name>".encode()) for name in fields)
    assert sent == sum(len(set(row) & set(fields)) for row in rows)


def test_the_values_are_the_worlds(caller: Caller) -> None:
    """Every kind of value of a row is what the world holds; moments on the Eastern clock (xmlrpc-rows)."""
    fields = ["Id", "FirstName", "DateCreated", "Birthday", "CompanyID"]
    rows = caller.call(QUERY, "Contact", 1000, 0, {"Id": "~>~ 90"}, fields)
    for row, true in zip(
        rows, (row for row in table_rows(caller.world, "Contact") if int(str(row["Id"])) > 90), strict=True
    ):
        moments = {name: row.pop(name) for name in ("DateCreated", "Birthday") if name in row}
        assert row == {name: true[name] for name in fields if name in true and name not in moments}
        assert moments["DateCreated"] == wall_clock(true["DateCreated"])  # type: ignore[arg-type]


def test_text_is_equal_without_regard_to_case(caller: Caller) -> None:
    """`ogden` finds Ogden (query-equal)."""
    wanted = truth(caller, lambda row: row.get("City") == "Ogden")
    assert wanted
    assert caller.ids({"City": "oGDEN"}) == wanted


@pytest.mark.parametrize(
    ("pattern", "test"),
    [
        ("Og%", lambda text: text.lower().startswith("og")),
        ("%en", lambda text: text.lower().endswith("en")),
        ("%gd%", lambda text: "gd" in text.lower()),
        ("_%", lambda text: text != ""),
        ("_____", lambda text: len(text) == 5),
        ("%", lambda _: True),
    ],
)
def test_wildcards(caller: Caller, pattern: str, test: Callable[[str], bool]) -> None:
    """% is any text, _ one character, anywhere (query-like)."""
    wanted = truth(caller, lambda row: "City" in row and test(str(row["City"])))
    assert caller.ids({"City": pattern}) == wanted


def test_null_and_not_null(caller: Caller) -> None:
    """~null~ finds rows without a value, ~<>~ alone those with one; an empty text is a value (query-null)."""
    none = truth(caller, lambda row: "MiddleName" not in row)
    some = truth(caller, lambda row: "MiddleName" in row)
    empty = truth(caller, lambda row: row.get("MiddleName") == "")
    assert min(len(none), len(some), len(empty)) > 0
    assert caller.ids({"MiddleName": "~null~"}) == none
    assert caller.ids({"MiddleName": "~<>~"}) == some
    assert caller.ids({"MiddleName": ""}) == empty


@pytest.mark.parametrize("blank", ["", " "])
@pytest.mark.parametrize("sign", [">", ">=", "<", "<=", "<>"])
def test_comparisons_of_numbers(caller: Caller, sign: str, blank: str) -> None:
    """Each operator compares ids as numbers, with or without a blank after it (query-compare)."""
    compare: dict[str, Callable[[int, int], bool]] = {
        ">": int.__gt__, ">=": int.__ge__, "<": int.__lt__, "<=": int.__le__, "<>": int.__ne__
    }  # fmt: skip
    middle = int(str(table_rows(caller.world, "Contact")[100]["Id"]))
    wanted = truth(caller, lambda row: compare[sign](int(str(row["Id"])), middle))
    assert caller.ids({"Id": f"~{sign}~{blank}{middle}"}) == wanted
    assert 0 < len(wanted) < 200


def test_comparisons_of_moments_are_on_the_eastern_clock(caller: Caller) -> None:
    """A text like `2025-06-01 08:00:00` means eight in New York (query-dates)."""
    middle = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
    wanted = truth(caller, lambda row: row["LastUpdated"] >= middle)
    assert 0 < len(wanted) < 200
    assert caller.ids({"LastUpdated": "~>=~ 2025-06-01 08:00:00"}) == wanted
    day = truth(caller, lambda row: wall_clock(row["LastUpdated"]) >= datetime(2025, 6, 1))  # noqa: DTZ001
    assert caller.ids({"LastUpdated": "~>=~2025-06-01"}) == day


def test_wildcards_on_dates(caller: Caller) -> None:
    """`2025-06-%` finds the moments of that month in New York (query-like-dates)."""
    caller.world.add_person(datetime(2025, 6, 1, 3, 59, tzinfo=UTC), given_name="still May in New York")
    june = caller.world.add_person(datetime(2025, 7, 1, 3, 59, tzinfo=UTC), given_name="still June")
    wanted = truth(caller, lambda row: wall_clock(row["DateCreated"]).strftime("%Y-%m") == "2025-06")
    assert caller.ids({"DateCreated": "2025-06-%"}) == wanted
    assert june.id in wanted


def test_date_only_fields_are_compared_as_midnight(caller: Caller) -> None:
    """A birthday equals its day and is not moved by any zone (query-dates)."""
    person = caller.world.add_person(NOW, birthday=datetime(1980, 2, 29, tzinfo=UTC).date())
    assert person.id in caller.ids({"Birthday": "1980-02-29"})
    assert person.id in caller.ids({"Birthday": "1980-02-%"})
    assert person.id not in caller.ids({"Birthday": "~>~ 1980-02-29"})


def test_everything_is_anded(caller: Caller) -> None:
    """A row satisfies every member of the query (query-and)."""
    wanted = truth(caller, lambda row: row.get("City") == "Ogden" and int(str(row["Id"])) > 200)
    assert caller.ids({"City": "Ogden", "Id": "~>~200"}) == wanted


def test_a_list_of_ids(caller: Caller) -> None:
    """An array means IN on Id fields, in any order, unknown ids ignored (query-in)."""
    ids = caller.ids({})
    chosen = [ids[30], ids[3], 10**9, ids[60]]
    assert caller.ids({"Id": chosen}) == sorted(chosen)[:3]
    companies = {row["CompanyID"] for row in table_rows(caller.world, "Contact") if "CompanyID" in row}
    assert caller.ids({"CompanyID": list(companies)}) == truth(caller, lambda row: "CompanyID" in row)


def test_lists_have_their_limits(caller: Caller) -> None:
    """No list on other fields, at most 1000 ids, no structs (query-in-limits)."""
    assert caller.ids({"Id": list(range(1000))})
    with fault(12, "[InvalidParameter]More than 1000"):
        caller.ids({"Id": list(range(1001))})
    with fault(12, "[InvalidParameter]A list of values"):
        caller.ids({"City": ["Ogden", "Provo"]})
    with fault(12, "[InvalidParameter]Cannot query"):
        caller.ids({"LastUpdated": {"since": "2025-01-01"}})


def test_custom_fields_are_queried_by_name(caller: Caller) -> None:
    """`_Name` of every custom field can be asked for and queried, equal to itself (query-custom)."""
    row = max(table_rows(caller.world, "Contact"), key=lambda row: sum(name[0] == "_" for name in row))
    names = [name for name in row if name.startswith("_")]
    assert len(names) > 10
    for name in names:
        value = row[name]
        asked = wall_clock(value).strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else str(value)
        assert row["Id"] in caller.ids({name: asked}), name


@pytest.mark.parametrize(
    "moment",
    [
        *("2025-11-02 00:30:00", "2025-11-02 01:30:00", "2025-11-02 02:00:00", "2025-11-02"),
        *("2025-03-09 01:59:59", "2025-03-09 02:00:00", "2025-03-09 02:30:00", "2025-03-09 03:00:00"),
    ],
)
@pytest.mark.parametrize("sign", [">", ">="])
def test_the_hours_that_come_twice_or_not_at_all(caller: Caller, sign: str, moment: str) -> None:
    """Around both ends of summer time no change is overlooked, with conditions on Id or without (query-dates)."""
    for minutes in range(0, 240, 10):
        caller.world.add_person(datetime(2025, 11, 2, 4, 0, tzinfo=UTC) + timedelta(minutes=minutes))
        caller.world.add_person(datetime(2025, 3, 9, 5, 0, tzinfo=UTC) + timedelta(minutes=minutes))
    test = condition("LastUpdated", f"~{sign}~ {moment}", lambda _: False).test
    wanted = truth(caller, lambda row: test(row["LastUpdated"]))
    assert caller.ids({"LastUpdated": f"~{sign}~ {moment}"}) == wanted
    half = wanted[len(wanted) // 2]
    assert caller.ids({"LastUpdated": f"~{sign}~ {moment}", "Id": f"~>~ {half}"}) == [n for n in wanted if n > half]
    assert caller.ids({"LastUpdated": f"~{sign}~ {moment}", "Id": wanted[:3]}) == wanted[:3]


def test_paging_by_id_sees_every_row_once(caller: Caller) -> None:
    """`Id ~>~ last` ordered by Id, page 0 again and again, reads the whole table (query-keyset)."""
    last, seen = 0, []
    while rows := caller.call(QUERY, "Contact", 33, 0, {"Id": f"~>~ {last}"}, ["Id"], "Id", True):
        seen += [row["Id"] for row in rows]
        last = seen[-1]
    assert seen == truth(caller, lambda _: True)


def test_paging_by_number(caller: Caller) -> None:
    """Pages count from 0, the last is short, those after it are empty (query-pages)."""
    sizes = [len(caller.call(QUERY, "Contact", 90, page, {}, ["Id"])) for page in range(4)]
    assert sizes == [90, 90, 20, 0]


@pytest.mark.parametrize("field", ["Id", "LastUpdated", "City", "CompanyID"])
def test_order(caller: Caller, field: str) -> None:
    """Ascending when said so, descending otherwise; rows without a value are the lowest (query-order)."""
    up = [row.get(field) for row in caller.call(QUERY, "Contact", 1000, 0, {}, ["Id", field], field, True)]
    down = [row.get(field) for row in caller.call(QUERY, "Contact", 1000, 0, {}, ["Id", field], field, False)]
    unsaid = [row.get(field) for row in caller.call(QUERY, "Contact", 1000, 0, {}, ["Id", field], field)]
    values = [value.lower() if isinstance(value, str) else value for value in up if value is not None]
    assert up == [None] * (len(up) - len(values)) + up[len(up) - len(values) :]
    assert values == sorted(values)
    assert down == up[::-1]
    assert unsaid == down


@pytest.mark.parametrize(
    ("parameters", "code", "text"),
    [
        (("Nowhere", 1, 0, {}, ["Id"]), 9, "[NoTableFound]"),
        (("Contact", 1, 0, {}, ["Id", "firstname"]), 10, "[NoFieldFound]No field found: Contact.firstname"),
        (("Contact", 1, 0, {"Nothing": "1"}, ["Id"]), 10, "[NoFieldFound]No field found: Contact.Nothing"),
        (("Contact", 1, 0, {}, ["Id"], "Nothing", True), 10, "[NoFieldFound]"),
        (("Contact", 1, 0, {}, []), 11, "[NoFields]"),
        (("Contact", 1001, 0, {}, ["Id"]), 12, "[InvalidParameter]limit"),
        (("Contact", 0, 0, {}, ["Id"]), 12, "[InvalidParameter]limit"),
        (("Contact", 1, -1, {}, ["Id"]), 12, "[InvalidParameter]page"),
        (("Contact", "1", 0, {}, ["Id"]), 0, "No method matching arguments"),
        (("Contact", 1, 0, {}, "Id"), 0, "No method matching arguments"),
        (("Contact",), 0, "No method matching arguments"),
    ],
)
def test_faults_of_query(caller: Caller, parameters: tuple[Any, ...], code: int, text: str) -> None:
    """Each mistake is the fault with its code (fault-codes)."""
    with fault(code, text):
        caller.call(QUERY, *parameters)


def test_count_agrees_with_query(caller: Caller) -> None:
    """The count is the number of rows that query finds (count)."""
    for query in ({}, {"Id": "%"}, {"City": "Ogden"}, {"City": "~null~"}, {"Id": "~>~ 150"}):
        assert caller.call("DataService.count", "Contact", query) == len(caller.ids(query))


def test_load_and_its_fault(caller: Caller) -> None:
    """One row by Id; an unknown one is fault 5; a table without Id has none (load)."""
    row = table_rows(caller.world, "Contact")[50]
    assert caller.call("DataService.load", "Contact", row["Id"], ["Id", "City"]) == {
        name: row[name] for name in ("Id", "City") if name in row
    }
    with fault(5, "[RecordNotFound]"):
        caller.call("DataService.load", "Contact", 3, ["Id"])
    with fault(5, "[RecordNotFound]"):
        caller.call("DataService.load", "ContactGroupAssign", 1, ["ContactId"])


def test_find_by_field(caller: Caller) -> None:
    """The same as a query with one equality (find-by-field)."""
    rows = caller.call("DataService.findByField", "Contact", 1000, 0, "City", "ogden", ["Id"])
    assert [row["Id"] for row in rows] == caller.ids({"City": "Ogden"})


def test_user_info_takes_no_key(caller: Caller) -> None:
    """GetUserInfo has no parameter at all and names the account (user-info)."""
    from xmlrpc import client  # noqa: PLC0415 - only here

    from infusion_etl.simulator.xmlrpc import face  # noqa: PLC0415

    (info,), _ = client.loads(face.answer(caller.account, client.dumps((), "DataService.getUserInfo").encode()))
    assert isinstance(info, dict)
    assert info["appAlias"] == caller.world.app_name
    with fault(0, "No method matching"):
        caller.call("DataService.getUserInfo")


def test_a_change_is_seen_at_once(caller: Caller) -> None:
    """What was looked at before a change is not shown after it; a deleted row leaves no trace."""
    latest: tuple[Any, ...] = ("Contact", 1, 0, {}, ["Id"], "LastUpdated", False)
    later = {"LastUpdated": f"~>=~ {wall_clock(NOW)}"}
    ids, before = caller.ids({}), (caller.call(QUERY, *latest), caller.ids(later))
    person = caller.world.add_person(NOW + timedelta(days=1), given_name="New")
    caller.world.delete_person(ids[10])
    assert caller.ids({}) == [*ids[:10], *ids[11:], person.id]
    assert (caller.call(QUERY, *latest), caller.ids(later)) == ([{"Id": person.id}], [person.id])
    assert before[1] == []


@given(st.text(alphabet="ab%_.*[\n", max_size=8), st.text(alphabet="aAbB.*[\n", max_size=8))
def test_like_is_like(pattern: str, text: str) -> None:
    """The wildcard matcher agrees with SQL's definition, letter by letter (query-like)."""

    def like(rest: str, left: str) -> bool:
        if not rest:
            return not left
        if rest[0] == "%":
            return any(like(rest[1:], left[place:]) for place in range(len(left) + 1))
        return bool(left) and rest[0] in {"_", left[0]} and like(rest[1:], left[1:])

    assert bool(like_pattern(pattern)(text)) == like(pattern.lower(), text.lower())


@given(
    st.integers() | st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["=", ">", ">=", "<", "<=", "<>"])
)
def test_numbers_compare_as_numbers(value: float, sign: str) -> None:
    """A row's number stands to its own text as to itself (query-compare)."""
    text = repr(value) if sign == "=" else f"~{sign}~{value!r}"
    assert condition("PPU", text, lambda _: False).test(value) == (sign in {"=", ">=", "<="})


def test_seeded_dice_find_no_difference_between_sliced_and_plain_reading(caller: Caller) -> None:
    """Conditions on Id that are looked up quickly mean the same as when every row is tried (query-keyset)."""
    dice = random.Random(7)
    rows = list(table_rows(caller.world, "Contact"))
    for _ in range(60):
        sign, number = dice.choice(["", "~>~", "~>=~", "~<~", "~<=~", "~<>~"]), dice.randint(0, 500)
        test = condition("Id", f"{sign}{number}", lambda _: True).test
        assert caller.ids({"Id": f"{sign}{number}"}) == [row["Id"] for row in rows if test(row["Id"])]


@pytest.mark.parametrize("field", ["CardNumber", "CVV2"])
def test_nobody_reads_card_numbers(caller: Caller, field: str) -> None:
    """The table can be read, its number and code cannot, neither shown nor asked about (field-access)."""
    assert caller.call("DataService.query", "CreditCard", 10, 0, {}, ["Id", "Last4"])
    with fault(8, "[NoFieldAccess]"):
        caller.call("DataService.query", "CreditCard", 10, 0, {}, ["Id", field])
    with fault(8, "[NoFieldAccess]"):
        caller.call("DataService.query", "CreditCard", 10, 0, {field: "%"}, ["Id"])


def test_joined_fields_have_the_types_of_their_own_table(caller: Caller) -> None:
    """A moment of the contact is a moment in ContactGroupAssign too (joined-types)."""
    (row,) = caller.call("DataService.query", "ContactGroupAssign", 1, 0, {}, ["ContactId", "Contact.LastUpdated"])
    own = caller.call("DataService.load", "Contact", row["ContactId"], ["LastUpdated"])
    assert row["Contact.LastUpdated"] == own["LastUpdated"]


def test_a_text_that_is_no_date_matches_nothing(caller: Caller) -> None:
    """Neither as a bound nor as a value (query-dates)."""
    assert caller.call("DataService.count", "Contact", {"LastUpdated": "~>~ yesterday"}) == 0
    assert caller.call("DataService.count", "Contact", {"LastUpdated": "2026-13-01"}) == 0
