"""REST calls as they go out."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.keap.rest import rest_call
from infusion_etl.keap.walks import RestWalk

API = "https://api.infusionsoft.com"
PAGE = (("page_size", "1000"), ("page_token", "a=b"))


def test_list_call() -> None:
    """Operators are percent-encoded, blanks are %20, commas join lists, nothing is in the body."""
    query = (
        ("filter", "given_name==Ann*;start_update_time==2026-01-01T00:00:00.000Z"),
        ("order_by", "update_time asc"),
        ("fields", "id,given_name"),
    )
    call = rest_call(API, RestWalk("/v2/contacts", "contacts", query), PAGE, "tok")
    assert call.url == (
        "https://api.infusionsoft.com/crm/rest/v2/contacts"
        "?filter=given_name%3D%3DAnn%2A%3Bstart_update_time%3D%3D2026-01-01T00%3A00%3A00.000Z"
        "&order_by=update_time%20asc&fields=id,given_name&page_size=1000&page_token=a%3Db"
    )
    assert (call.method, call.body, call.headers["Authorization"]) == ("GET", None, "Bearer tok")


def test_callers_page_size_wins() -> None:
    """A walk that names its own page size keeps it."""
    call = rest_call(API, RestWalk("/v2/users", "users", (("page_size", "100"),)), PAGE, "tok")
    assert [value for name, value in parse_qsl(urlsplit(call.url).query) if name == "page_size"] == ["100"]


def test_report_is_run_both_ways() -> None:
    """A saved search's run has its parameters spread over the query and as the one object the official SDK sends."""
    walk = RestWalk("/v2/reporting/reports/5:run", "results", (("fields", "Id"),), method="POST")
    call = rest_call(API, walk, PAGE, "tok")
    query = dict(parse_qsl(urlsplit(call.url).query))
    assert (call.method, call.body) == ("POST", None)
    assert urlsplit(call.url).path == "/crm/rest/v2/reporting/reports/5:run"
    assert json.loads(query.pop("runReportRequest")) == {"page_size": 1000, "page_token": "a=b", "fields": "Id"}
    assert query == {"page_size": "1000", "page_token": "a=b", "fields": "Id"}


def test_path_is_encoded() -> None:
    """An e-mail address within a path is encoded; the dash of bulk lists and the colon of actions stay."""
    call = rest_call(API + "/", RestWalk("/v2/contacts/-/tags:x/a b?#ü", None), (), "tok")
    assert call.url == "https://api.infusionsoft.com/crm/rest/v2/contacts/-/tags:x/a%20b%3F%23%C3%BC"


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_any_value_arrives_as_it_was(value: str) -> None:
    """Whatever a filter holds, the other side reads the same."""
    call = rest_call(API, RestWalk("/v2/contacts", "contacts", (("filter", value),)), (), "tok")
    assert parse_qsl(urlsplit(call.url).query, keep_blank_values=True) == [("filter", value)]
