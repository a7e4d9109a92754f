"""The calls that read a table: one list, several, lists by parent, records by id, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcPaging, XmlRpcWalk
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.query import parse
from infusion_etl.reports.report import Ask
from infusion_etl.reports.tables import TABLES

QUERY = CATALOGUE["data_query"]
RECORD = CATALOGUE["record_by_id"]


def asked(report: Any, table: str, **more: Any) -> Ask:
    """Return the question of a dataset, with its conditions as a text."""
    query = {"query": parse(more.pop("query"))} if "query" in more else {}
    parameters = {"table": table, **query, **more}
    columns = report.columns(parameters)
    return Ask(parameters, columns, None, datetime(2026, 11, 21, tzinfo=UTC), ZoneInfo("UTC"))


def walks(api: Api, table: str, ids: tuple[str, ...] = (), report: Any = QUERY, **more: Any) -> list[list[Walk]]:
    """Return the walks of each stage; `ids` are what the stage before brought."""
    ask = asked(report, table, **more)
    return [stage.walks(ask, ids if stage.after else ()) for stage in report.plans[api].stages]


def filters(found: list[Walk]) -> list[str]:
    """Return the filter of each REST walk."""
    return [dict(walk.query).get("filter", "") for walk in found if isinstance(walk, RestWalk)]


def paths(found: list[Walk]) -> list[str]:
    """Return the path of each REST walk."""
    return [walk.path for walk in found if isinstance(walk, RestWalk)]


def test_a_table_that_is_one_list_has_no_parents() -> None:
    """One walk and nothing before it, through both APIs."""
    for api in Api:
        parents, rows = walks(api, "Contact")
        assert (parents, len(rows)) == ([], 1)


def test_a_table_that_is_several_lists_reads_each() -> None:
    """Tasks, notes and appointments: each with its own filters, its word in the context, and only optional fields."""
    _, rows = walks(Api.REST, "ContactAction", query="'ContactId':'7','Id':'~>~5'")
    assert paths(rows) == ["/v2/tasks", "/v2/notes", "/v2/taskAppointments"]
    assert filters(rows) == ["contact_id==7;id>5", "contact_id==7;id>5", "contact_id==7"]
    assert [dict(walk.context)["kind"] for walk in rows] == ["Task", "Note", "Appointment"]
    assert all("fields" not in dict(walk.query) for walk in rows if isinstance(walk, RestWalk))


def test_optional_members_are_named_only_when_a_column_needs_them() -> None:
    """`fields` of opportunities names what is left out by default, and nothing that not every account has."""
    (walk,) = walks(Api.REST, "Lead")[1]
    assert isinstance(walk, RestWalk)
    assert dict(walk.query)["fields"] == "created_by,last_updated_by,status_id"
    (walk,) = walks(Api.REST, "Lead", fields=("Id", "Objection"))[1]
    assert isinstance(walk, RestWalk)
    assert dict(walk.query)["fields"] == "objection"


def test_a_list_by_parent_is_read_once_for_each_id() -> None:
    """The ids of the parents fill the path and the context; their own list takes the condition on them."""
    parents, rows = walks(Api.REST, "LeadSourceExpense", ("3", "5"), query="'LeadSourceId':'3,5'")
    assert paths(parents) == ["/v2/leadSources", "/v2/leadSources"]
    assert filters(parents) == ["id==3", "id==5"]
    assert paths(rows) == ["/v2/leadSources/3/expenses", "/v2/leadSources/5/expenses"]
    assert [dict(walk.context)["parent"] for walk in rows] == ["3", "5"]
    assert all(walk.none_when_missing for walk in rows)  # a parent may be deleted between the two
    assert walks(Api.REST, "LeadSourceExpense")[1] == []


def test_a_list_that_takes_many_parents_is_asked_by_hundreds() -> None:
    """Tags of contacts: at most 100 tags a call, the other conditions in each."""
    ids = tuple(str(n) for n in range(1, 151))
    parents, rows = walks(Api.REST, "ContactGroupAssign", ids, query="'DateCreated':'~>=~2026-01-01','GroupId':'9'")
    assert filters(parents) == ["tag_ids==9"]
    first, second = filters(rows)
    assert first.startswith("tag_ids==1,2,3,")
    assert second == f"tag_ids=={','.join(ids[100:])};since_applied_time==2026-01-01T05:00:00.000Z"


def test_always_and_order_are_sent() -> None:
    """Users: inactive ones and partners too, a hundred a page; unpaged lists ask for no page."""
    (user,) = walks(Api.REST, "User", query="'Id':'4'")[1]
    (group,) = walks(Api.REST, "UserGroup")[1]
    assert isinstance(user, RestWalk)
    assert dict(user.query)["filter"] == "include_inactive==true;include_partners==true;user_ids==4"
    assert user.page_size == 100
    assert isinstance(group, RestWalk)
    assert group.paging is RestPaging.NONE


def test_a_table_without_an_id_is_read_parent_by_parent_through_xmlrpc() -> None:
    """Each tag's contacts are read after the last contact's id: nothing is missed or doubled while rows change."""
    parents, rows = walks(Api.XMLRPC, "ContactGroupAssign", ("4", "9"), query="'GroupId':'4,9','ContactId':'~>~5'")
    (parent,) = parents
    assert isinstance(parent, XmlRpcWalk)
    assert parent.params == ("ContactGroup", {"Id": [4, 9]}, ["Id"])
    assert [(walk.params[1], walk.key, walk.paging) for walk in rows if isinstance(walk, XmlRpcWalk)] == [
        ({"GroupId": 4, "ContactId": "~>~5"}, "ContactId", XmlRpcPaging.KEYSET),
        ({"GroupId": 9, "ContactId": "~>~5"}, "ContactId", XmlRpcPaging.KEYSET),
    ]


def test_another_key_is_read_by_and_asked_for() -> None:
    """A table whose key is not called Id is read by its own."""
    (walk,) = walks(Api.XMLRPC, "RecurringOrderWithContact", fields=("City",))[1]
    assert isinstance(walk, XmlRpcWalk)
    assert walk.key == "RecurringOrderId"
    assert walk.params[2] == ["RecurringOrderId", "City"]


@pytest.mark.parametrize("table", TABLES)
def test_nothing_doubtful_and_no_secret_is_asked_for(table: str) -> None:
    """Without named fields, XML-RPC is asked for what every list of the schema has; a named one is asked for."""
    found = TABLES[table]
    (walk,) = walks(Api.XMLRPC, table, ("1",))[1]
    assert isinstance(walk, XmlRpcWalk)
    assert not set(walk.params[2]) & found.left_out
    assert set(found.key) <= set(walk.params[2])
    for name in found.left_out:
        (walk,) = walks(Api.XMLRPC, table, ("1",), fields=(name,))[1]
        assert isinstance(walk, XmlRpcWalk)
        assert name in walk.params[2]


@pytest.mark.parametrize("table", TABLES)
def test_a_record_is_read_by_its_id_or_refused(table: str) -> None:
    """Every table gives one record by its id through each API that knows the id; the others are refused."""
    for api in Api:
        parameters = {"table": table, "record_id": 7}
        if RECORD.refuses and RECORD.refuses(parameters, api):
            assert not TABLES[table].rest or TABLES[table].within or (api is Api.REST and "Id" not in TABLES[table].key)
            continue
        rows = walks(api, table, ("1",), RECORD, record_id=7)[-1]
        assert rows
        if api is Api.XMLRPC:
            assert [walk.params[:2] for walk in rows if isinstance(walk, XmlRpcWalk)] == [(table, 7)]
            continue
        assert any(column.name == "Id" for column in asked(RECORD, table, record_id=7).columns)
        assert RECORD.conditions
        assert [str(one) for one in RECORD.conditions(asked(RECORD, table, record_id=7))] == ["Id is '7'"]


def test_a_record_that_stands_inside_others_is_found_by_its_condition() -> None:
    """A note has no address of its own: it is asked for by a filter, and DuckDB keeps it alone."""
    rows = walks(Api.REST, "ContactAction", (), RECORD, record_id=7)[-1]
    assert filters(rows) == ["task_ids==7", "ids==7", ""]


@pytest.mark.parametrize(("table", "words"), [("Ticket", "no tickets"), ("CreditCard", "ways to pay")])
def test_what_rest_lacks_is_refused_with_what_comes_nearest(table: str, words: str) -> None:
    """The reason names the table, the API and a substitute; XML-RPC is not refused."""
    assert QUERY.refuses
    why = QUERY.refuses({"table": table}, Api.REST)
    assert table in why
    assert words in why
    assert "api: rest" in why
    assert QUERY.refuses({"table": table}, Api.XMLRPC) == ""
    assert RECORD.refuses
    assert RECORD.refuses({"table": table, "record_id": 1}, Api.REST) == why


def test_the_key_is_the_tables() -> None:
    """What names a row depends on the table."""
    assert QUERY.key_for({"table": "Contact"}) == ("Id",)
    assert QUERY.key_for({"table": "ContactGroupAssign"}) == ("GroupId", "ContactId")
