"""Answers that mean harm, through real sockets: each ends in a clear error or lands right, in bounded time and memory.

What one answer must not do to the reader stands here; what strange values do to a table, in `test_hostile_values`.
"""

from __future__ import annotations

import gzip
import json
import threading
import tracemalloc
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from infusion_etl.accounts.account import Account, Api
from infusion_etl.clock import ManualClock
from infusion_etl.errors import CallError, CallRefused, ServerTrouble, Unreachable
from infusion_etl.keap.connection import Connection, connect
from infusion_etl.keap.http import WHOLE_SECONDS, Http
from infusion_etl.keap.quota import Quota
from infusion_etl.keap.retry import Policy
from infusion_etl.keap.walks import PAGE, RestPaging, RestWalk, Walk, XmlRpcPaging, XmlRpcWalk
from infusion_etl.keap.xmlrpc import decode_answer
from infusion_etl_tests.faults.hostile import (
    HEAD,
    Answer,
    Hostile,
    always,
    answering,
    drops,
    endless_body,
    endless_chunks,
    long_head,
    numbered,
    whole,
)
from infusion_etl_tests.keap.conftest import NOW, Ears, Key

TAGS = RestWalk("/v2/tags", "tags", page_size=2)
OFFSET = RestWalk("/v1/tags", "tags", paging=RestPaging.OFFSET, page_size=2)
SEARCH = XmlRpcWalk("SearchService.getSavedSearchResults", (7, 1, PAGE), XmlRpcPaging.PAGES)
MOST_MEMORY = 300 * 1024 * 1024
LARGE = 2 * 1024 * 1024
"""What the tests let an answer be: the bound is the same code whatever the number."""
PACKED = gzip.compress(gzip.compress(bytes(50 * LARGE)))


def open_to(
    server: Hostile, folder: Path, api: Api = Api.REST, *, whole_seconds: float = WHOLE_SECONDS, largest: int = LARGE
) -> Connection:
    """Return a connection to the server that tries each call once more at most, without waiting."""
    return connect(
        Account("odd", api=api, api_url=server.url),
        Key(),
        http=Http(whole_seconds=whole_seconds, largest=largest),
        quota=Quota(folder / "quota.sqlite"),
        clock=ManualClock(NOW),
        progress=Ears(),
        policy=Policy(),
    )


def read(answer: Answer, folder: Path, walk: Walk = TAGS) -> tuple[Hostile, list[bytes]]:
    """Read a walk from a server that answers so; return the server and the pages' bodies, unpacked."""
    api = Api.XMLRPC if isinstance(walk, XmlRpcWalk) else Api.REST
    with answering(answer) as server, open_to(server, folder, api) as keap:
        return server, [gzip.decompress(page.body) for page in keap.pages(walk)]


def page(rows: object, **more: object) -> bytes:
    """Return a page of tags."""
    return json.dumps({"tags": rows, **more}).encode()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda *_: endless_chunks(b"x" * 65536), id="chunks without end"),
        pytest.param(lambda *_: endless_body(b"x" * 65536, 10**12), id="a terabyte, and says so"),
        pytest.param(lambda *_: endless_body(b"x" * 65536, 10**30), id="a length beyond all numbers"),
        pytest.param(always(gzip.compress(bytes(50 * LARGE)), b"Content-Encoding: gzip"), id="a gzip bomb"),
        pytest.param(
            always(gzip.compress(gzip.compress(bytes(50 * LARGE))) * 99, b"Content-Encoding: gzip"), id="many"
        ),
    ],
)
def test_a_body_without_end_is_given_up(answer: Answer, tmp_path: Path) -> None:
    """However it says how long it is, no more than the limit is taken, and the error says that it is too large."""
    tracemalloc.start()
    try:
        with pytest.raises(ServerTrouble, match=r"larger than|not the JSON|not JSON") as caught:
            read(answer, tmp_path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.account == "odd"
    assert most < 20 * LARGE


@pytest.mark.parametrize("coding", [b"deflate", b"br", b"gzip, gzip", b"zip"])
def test_a_packing_that_was_not_asked_for_is_refused(coding: bytes, tmp_path: Path) -> None:
    """Only gzip is offered; whatever else comes is an error that names it, and nothing is unpacked."""
    with pytest.raises(ServerTrouble, match="packed as"):
        read(always(zlib.compress(page([])), b"Content-Encoding: " + coding), tmp_path)


@pytest.mark.parametrize("lines", [(1, 1_000_000), (5_000, 200)], ids=["one line", "many lines"])
def test_a_head_of_a_megabyte_is_given_up(lines: tuple[int, int], tmp_path: Path) -> None:
    """Neither a long line nor many lines fill the memory: the answer counts as none."""
    with pytest.raises(Unreachable):
        read(lambda *_: long_head(*lines), tmp_path)


@pytest.mark.parametrize("where", ["head", "body", "chunks"])
def test_an_answer_in_drops_is_given_up(where: str, tmp_path: Path) -> None:
    """A byte now and then, each within the time for one, ends when the time for the whole answer is over."""
    over = threading.Event()
    texts = {
        "head": (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 10_000),
        "body": (HEAD + b"Content-Length: 100000\r\n\r\n", b" " * 100_000),
        "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 10_000),
    }
    with (
        answering(lambda *_: drops(*texts[where], lambda: over.wait(0.02))) as server,
        open_to(server, tmp_path, whole_seconds=0.2) as keap,
        pytest.raises(Unreachable, match=r"in time|stopped in the middle"),
    ):
        list(keap.pages(TAGS))
    over.set()
    assert server.sent < 10_000


@pytest.mark.parametrize("content", [b"text/html", b"image/png", b"text/xml; charset=utf-16", b"", b"x" * 500])
def test_what_an_answer_calls_itself_does_not_matter(content: bytes, tmp_path: Path) -> None:
    """A page is told by its bytes: with another content type it is read all the same."""
    _, pages = read(lambda *_: whole(page([{"id": "1"}]), content=content), tmp_path)
    assert [json.loads(body)["tags"] for body in pages] == [[{"id": "1"}]]


@pytest.mark.parametrize(
    "body", [b"<html><title>Sign in</title></html>", b"\x89PNG\r\n", b"PK\x03\x04", b"\xff\xfe{\x00}\x00", b"id,name\n"]
)
def test_what_calls_itself_json_and_is_none_is_no_page(body: bytes, tmp_path: Path) -> None:
    """It is neither an empty list nor a page: an error, after the tries that trouble is given."""
    with pytest.raises(ServerTrouble):
        read(always(body), tmp_path)


@pytest.mark.parametrize("depth", [1_100, 10_000, 1_000_000])
@pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
def test_json_nested_ever_deeper_is_refused(brackets: tuple[bytes, bytes], depth: int, tmp_path: Path) -> None:
    """Ten thousand deep and more is no page: refused at once, not repeated."""
    opened, closed = brackets
    body = b'{"tags": [' + opened * depth + b"1" + closed * depth + b"]}"
    with answering(always(body)) as server, open_to(server, tmp_path, largest=8 * LARGE) as keap:
        with pytest.raises(CallRefused, match="nested too deeply"):
            list(keap.pages(TAGS))
        assert len(server.heads) == 1


def test_a_private_answer_nested_deeply_is_an_error_of_the_tree(tmp_path: Path) -> None:
    """What is searched for credentials, member by member, is refused too when that goes too deep."""
    body = b'{"tags": [' + b"[" * 700 + b"]" * 700 + b"]}"
    with pytest.raises(CallRefused, match="nested too deeply"):
        read(always(body), tmp_path, RestWalk("/v2/tags", "tags", private=True))


@pytest.mark.parametrize("number", [b"1e400", b"-1e99999", b"9" * 5000])
def test_a_private_answer_with_numbers_beyond_all_is_kept_or_refused(number: bytes, tmp_path: Path) -> None:
    """Such a number is no fault of ours: the page is kept, or the error is one of the tree."""
    walk = RestWalk("/v2/tags", "tags", private=True)
    try:
        _, pages = read(always(b'{"tags": [{"id": %s}]}' % number), tmp_path, walk)
    except CallError:
        return
    assert len(pages) == 1


@pytest.mark.parametrize("value", [b"0", b"{}", b'""', b"null"])
def test_more_values_than_a_page_can_have_are_refused(value: bytes, tmp_path: Path) -> None:
    """Millions of tiny values in a small body would each take memory: refused before they are looked at."""
    body = gzip.compress(b'{"tags": [' + b",".join([value] * 4_100_000) + b"]}", 1)
    tracemalloc.start()
    try:
        with answering(always(body, b"Content-Encoding: gzip")) as server, pytest.raises(CallRefused, match="values"):
            list(open_to(server, tmp_path, largest=20 * LARGE).pages(TAGS))
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


def test_xml_of_more_tags_than_a_page_can_have_is_refused() -> None:
    """The same for XML, whose tags take twenty times their size."""
    body = b"<methodResponse>" + b"<i/>" * 3_100_000 + b"</methodResponse>"
    with pytest.raises(CallRefused, match="tags"):
        decode_answer(body)


ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
XML = "<methodResponse><params><param><value>{}</value></param></params></methodResponse>"
XML_BOMBS = {
    "a billion laughs": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{ENTITIES}]>{XML.format("&a11;")}',
    "a file": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>{XML.format("&f;")}',
    "an address": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "ADDRESS/x">]>{XML.format("&f;")}',
    "an outer type": f'<?xml version="1.0"?><!DOCTYPE x SYSTEM "ADDRESS/x.dtd">{XML.format("")}',
    "a parameter": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY % p SYSTEM "ADDRESS/x"> %p;]>{XML.format("")}',
    "an inclusion": XML.format('<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="ADDRESS/x" parse="text"/>'),
}


@pytest.mark.parametrize("bomb", XML_BOMBS.values(), ids=list(XML_BOMBS))
def test_xml_opens_nothing_and_blows_up_nowhere(bomb: str, tmp_path: Path) -> None:
    """Entities are not resolved, no file and no address is opened: refused, or read without them."""
    with answering(always(b"secret")) as other:
        body = bomb.replace("ADDRESS", other.url).encode()
        try:
            _, pages = read(lambda *_: whole(body, content=b"text/xml"), tmp_path, XmlRpcWalk("A.b", ()))
            assert pages in ([], [b'{"rows":[]}'])
        except CallRefused:
            pass
        assert other.heads == []


def in_circles(number: int) -> bytes:
    """Return a page that names one of three tokens."""
    return page([{"id": str(number)}], next_page_token=f"t{number % 3}")


@pytest.mark.parametrize(
    ("answer", "walk", "most"),
    [
        pytest.param(numbered(in_circles), TAGS, 4, id="tokens in a circle"),
        pytest.param(numbered(lambda n: page([], next_page_token=f"t{n}")), TAGS, 100, id="empty pages"),
        pytest.param(numbered(lambda n: page([{"id": "1"}] * 2, next_page_token=f"t{n}")), TAGS, 20, id="same, tokens"),
        pytest.param(always(page([{"id": "1"}] * 2)), OFFSET, 20, id="same, offsets"),
        pytest.param(numbered(lambda n: page([{"id": n}] * 2, count=4)), OFFSET, 15, id="more than the total"),
        pytest.param(always(page([{"id": "1"}], next_page_token="x" * 9_999)), TAGS, 1, id="a huge token"),
        pytest.param(always(page([{"id": "1"}], next_page_token="https://x.invalid/")), TAGS, 1, id="an address"),
        pytest.param(always(page([{"id": "1"}], nextLink="https://x.invalid/")), TAGS, 1, id="another next"),
    ],
)
def test_a_list_that_never_ends_is_found_out(answer: Answer, walk: Walk, most: int, tmp_path: Path) -> None:
    """By its tokens, its rows or its total: refused after few calls, and nothing is taken for the end."""
    heads: list[bytes] = []

    def counted(head: bytes, number: int) -> Iterable[bytes]:
        heads.append(head)
        return answer(head, number)

    with pytest.raises(CallRefused, match=r"does not end|too long|not known"):
        read(counted, tmp_path, walk)
    assert len(heads) <= most


def test_a_saved_search_that_ignores_the_page_number_is_found_out(tmp_path: Path) -> None:
    """The same rows at every number: refused after twenty."""
    row = "<value><struct><member><name>Id</name><value>1</value></member></struct></value>"
    body = XML.format(f"<array><data>{row}</data></array>").encode()
    with pytest.raises(CallRefused, match="does not end"):
        read(lambda *_: whole(body, content=b"text/xml"), tmp_path, SEARCH)


@pytest.mark.parametrize(("total", "calls"), [(0, 4), (3, 4), (7, 4), (10**15, 4), (-5, 4), ("many", 4), (None, 4)])
def test_a_total_that_lies_ends_nothing_early(total: object, calls: int, tmp_path: Path) -> None:
    """Seven rows in pages of two are seven rows, whatever the list says it has."""
    rows = [{"id": str(n)} for n in range(7)]

    def answer(number: int) -> bytes:
        return page(rows[number * 2 : number * 2 + 2], count=total)

    server, pages = read(numbered(answer), tmp_path, OFFSET)
    assert [row for body in pages for row in json.loads(body)["tags"]] == rows
    assert calls <= len(server.heads) <= calls + 1


@pytest.mark.parametrize("body", [b'{"tags": [{"id": 1}], "tags": []}', b'{"tags":[],"x":{"tags":[]},"tags" :[{}]}'])
def test_two_lists_of_one_name_are_refused(body: bytes, tmp_path: Path) -> None:
    """Which of them counts is nobody's to guess: rows would be missing without a word."""
    with pytest.raises(CallRefused, match="two lists"):
        read(always(body), tmp_path)


def test_a_name_inside_the_rows_is_no_second_list(tmp_path: Path) -> None:
    """A list of that name within a record, or the word in a text, is no fault."""
    rows = [{"id": "1", "tags": [{"tags": []}], "name": '"tags": ['}, {"id": "2", "tags": None}]
    _, pages = read(always(page(rows, note='"tags":', more={"tags": []})), tmp_path)
    assert json.loads(pages[0])["tags"] == rows


@pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"303 See Other", b"307 Again", b"308 For Ever"])
@pytest.mark.parametrize("api", Api)
def test_no_redirect_takes_a_credential_along(api: Api, status: bytes, tmp_path: Path) -> None:
    """Neither to another host nor round in a circle: one call, no other, and the error says what happened."""
    walk: Walk = TAGS if api is Api.REST else XmlRpcWalk("A.b", ())
    with answering(always(page([]))) as other:
        place = b"Location: " + other.url.encode() + b"/steal"
        with (
            answering(lambda *_: whole(b"", place, status=status)) as server,
            open_to(server, tmp_path, api) as keap,
            pytest.raises(CallError),
        ):
            list(keap.pages(walk))
        assert other.heads == []


@pytest.mark.parametrize("status", [b"302 Found", b"307 Again", b"308 For Ever"])
def test_no_redirect_takes_a_refresh_token_along(status: bytes) -> None:
    """The form of a renewal, which holds the refresh token and the client's secret, goes to its address alone."""
    with answering(always(b"{}")) as other:
        place = b"Location: " + other.url.encode() + b"/steal"
        with answering(lambda *_: whole(b"", place, status=status)) as server:
            answered, _ = Http().post_form(server.url, {"refresh_token": "sentinel"}, ("id", "secret"))
        assert (answered, other.heads) == (int(status[:3]), [])
