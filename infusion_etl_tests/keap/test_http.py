"""The lowest seam: bytes on a real socket, good and broken."""

from __future__ import annotations

import base64
import gzip
import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from shutil import which

import pytest

from infusion_etl.errors import CallRefused, Mistake, ServerTrouble, Unreachable
from infusion_etl.keap.http import Http, HttpCall, is_loopback
from infusion_etl.keap.packed import unpack
from infusion_etl_tests.keap.wire import Said, http, speaking

PLAIN = b'{"rows": [1, 2, 3]}' * 50


def get(http_: Http, url: str) -> HttpCall:
    """Return a signed GET."""
    return HttpCall("GET", url, {"Authorization": "Bearer secret-token"})


def test_plain_answer_comes_whole() -> None:
    """Status, lower-case headers and body arrive; a plain answer has no packed form."""
    with speaking([http(207, PLAIN, "X-Keap-Tenant-Id: xy")]) as wire:
        answer = Http().send(get(Http(), wire.url + "/a?b=%3D%3D"))
    assert (answer.status, answer.body, answer.gzipped) == (207, PLAIN, None)
    assert answer.headers["x-keap-tenant-id"] == "xy"
    assert wire.requests[0].startswith(b"GET /a?b=%3D%3D HTTP/1.1")


def test_packed_answer_keeps_the_bytes_that_came() -> None:
    """A gzip answer is unpacked for us and kept as it came, so that it need not be packed again."""
    packed = gzip.compress(PLAIN, 6)
    with speaking([http(200, packed, "Content-Encoding: gzip")]) as wire:
        answer = Http().send(get(Http(), wire.url))
    assert answer.gzipped == packed
    assert answer.body == PLAIN
    assert b"Accept-Encoding: gzip\r\n" in wire.requests[0]


def test_one_connection_serves_many_calls() -> None:
    """Connections are kept alive."""
    client = Http()
    with speaking([http(200, b"{}")] * 5) as wire:
        for _ in range(5):
            client.send(get(client, wire.url))
    assert (len(wire.requests), wire.connections) == (5, 1)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Said(http(200, PLAIN[:10], length=len(PLAIN)), then_close=True), id="shorter than said"),
        pytest.param(Said(http(200, gzip.compress(PLAIN)[:-9], "Content-Encoding: gzip")), id="gzip that does not end"),
        pytest.param(Said(http(200, b"not gzip at all", "Content-Encoding: gzip")), id="no gzip"),
        pytest.param(Said(http(200, b"x", "Content-Encoding: br")), id="a coding not asked for"),
        pytest.param(
            Said(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", then_close=True), id="cut chunk"
        ),
        pytest.param(
            Said(http(200, gzip.compress(PLAIN)[:20], "Content-Encoding: gzip", length=999), then_close=True),
            id="cut gzip",
        ),
    ],
)
def test_cut_body_is_server_trouble(answer: Said) -> None:
    """A body that breaks off or does not unpack never passes for a short page."""
    with speaking([answer]) as wire, pytest.raises(ServerTrouble):
        Http().send(get(Http(), wire.url))


def test_damaged_gzip_is_server_trouble() -> None:
    """One flipped bit is found by gzip's own checksum."""
    packed = bytearray(gzip.compress(bytes(range(256)) * 20))
    packed[len(packed) // 2] ^= 4
    with pytest.raises(ServerTrouble):
        unpack(bytes(packed))


@pytest.mark.parametrize("parts", [[PLAIN, PLAIN], [b"", PLAIN, b""], [b"x"] * 50])
def test_gzip_of_several_members_is_read_whole(parts: list[bytes]) -> None:
    """Servers that pack as they write may send several members in one answer: no byte after the first is lost."""
    assert unpack(b"".join(map(gzip.compress, parts))) == b"".join(parts)


PACKED = gzip.compress(PLAIN, mtime=0)


@pytest.mark.parametrize("behind", [b"more", PACKED[:-1], PACKED[:5]], ids=["no gzip", "cut at its end", "only begun"])
def test_what_comes_behind_must_be_whole_gzip_too(behind: bytes) -> None:
    """A second member that is cut, or bytes that are none, never pass for the end."""
    with pytest.raises(ServerTrouble):
        unpack(gzip.compress(PLAIN) + behind)


def test_gzip_in_very_many_pieces_is_refused() -> None:
    """Each piece is gone through for itself: with enough of them a reading would never end."""
    with pytest.raises(ServerTrouble):
        unpack(gzip.compress(b"") * 100_000)


@pytest.mark.parametrize("headers", [(), ("Content-Encoding: gzip",)])
def test_a_mark_of_the_byte_order_is_no_part_of_the_body(headers: tuple[str, ...]) -> None:
    """It is left out, also from the packed form, which is then not the body any more."""
    marked = b"\xef\xbb\xbf" + PLAIN
    with speaking([http(200, gzip.compress(marked) if headers else marked, *headers)]) as wire:
        answer = Http().send(get(Http(), wire.url))
    assert (answer.body, answer.gzipped) == (PLAIN, None)


@pytest.mark.parametrize("parts", [1, 4])
def test_size_is_bounded(parts: int) -> None:
    """A small answer that unpacks to a huge one, at once or in parts, is refused before it fills the memory."""
    packed = gzip.compress(bytes(2_000_000 // parts)) * parts
    assert len(unpack(packed, largest=2_000_000)) == 2_000_000
    with pytest.raises(ServerTrouble, match="larger than"):
        unpack(packed, largest=1_999_999)


def test_large_plain_answer_is_refused() -> None:
    """The bound holds for plain answers too."""
    with speaking([http(200, bytes(5_000_000))]) as wire, pytest.raises(ServerTrouble, match="larger"):
        Http(largest=1_000_000).send(get(Http(), wire.url))


def test_hang_up_is_unreachable() -> None:
    """A connection closed without an answer is no answer."""
    with speaking([Said(b"", then_close=True)]) as wire, pytest.raises(Unreachable, match="without an answer"):
        Http().send(get(Http(), wire.url))


def test_refused_connection_is_unreachable() -> None:
    """A port where nobody listens says so."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        with pytest.raises(Unreachable, match="refuses the connection"):
            Http().send(get(Http(), f"http://127.0.0.1:{taken.getsockname()[1]}/"))


def test_unknown_name_is_unreachable() -> None:
    """A host that has no address is unreachable, and its name is said."""
    with pytest.raises(Unreachable, match=r"no-such-host\.invalid"):
        Http().send(get(Http(), "https://no-such-host.invalid/crm"))


def test_silence_is_unreachable() -> None:
    """Who accepts and says nothing is given up after the time limit."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Unreachable, match="in time"):
            Http(read_seconds=0.05).send(get(Http(), url))


def test_silence_in_the_middle_is_unreachable() -> None:
    """The time limit holds within a body too."""
    with speaking([http(200, b"half", length=99), b"never sent"]) as wire, pytest.raises(Unreachable):
        Http(read_seconds=0.05).send(get(Http(), wire.url))


def test_redirect_is_not_followed() -> None:
    """No credential is carried on to another address: the redirect itself is the answer."""
    with speaking([]) as other, speaking([http(302, b"", f"Location: {other.url}/steal")]) as wire:
        answer = Http().send(get(Http(), wire.url))
    assert answer.status == 302
    assert other.requests == []


def test_plain_http_to_others_is_refused() -> None:
    """A key never goes over the open network."""
    with pytest.raises(Mistake, match="plain http"):
        Http().send(get(Http(), "http://api.infusionsoft.example/crm"))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost.evil.example", False),
        ("128.0.0.1", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    """Only this computer is loopback."""
    assert is_loopback(host) is expected


def test_environment_does_not_change_where_calls_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a proxy nor a netrc file of the environment gets between us and loopback, nor replaces our header."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with speaking([http(200, b"{}")]) as wire:
        Http().send(get(Http(), wire.url))
    assert b"Authorization: Bearer secret-token\r\n" in wire.requests[0]


def test_cookies_are_not_kept() -> None:
    """A load balancer's cookie is not carried from one account's call to another's."""
    client = Http()
    with speaking([http(200, b"{}", "Set-Cookie: app-lb=1; path=/")] * 2) as wire:
        client.send(get(client, wire.url))
        client.send(get(client, wire.url))
    assert b"Cookie" not in wire.requests[1]


def test_form_is_posted_with_basic() -> None:
    """The token endpoint gets a form and, where asked for, a Basic header; status and body come back."""
    with speaking([http(400, b'{"error":"invalid_grant"}')]) as wire:
        answer = Http().post_form(wire.url + "/token", {"a": "ü &", "b": "2"}, ("id", "s:e"))
    head, _, body = wire.requests[0].partition(b"\r\n\r\n")
    assert answer == (400, b'{"error":"invalid_grant"}')
    assert body == b"a=%C3%BC+%26&b=2"
    assert b"Authorization: Basic " + base64.b64encode(b"id:s:e") in head
    assert b"Content-Type: application/x-www-form-urlencoded" in head


def test_form_without_basic_is_not_signed() -> None:
    """No header is made up."""
    with speaking([http(200, b"{}")]) as wire:
        Http().post_form(wire.url, {"a": "1"})
    assert b"Authorization" not in wire.requests[0]


def test_call_shows_no_secret() -> None:
    """Printing a call shows neither its headers nor its body."""
    call = HttpCall("POST", "https://x.example", {"Authorization": "Bearer secret-token"}, b"secret-body")
    assert "secret" not in repr(call)


def test_no_tls_where_it_is_due_is_refused() -> None:
    """An https address with a plain server behind it is a wrong address, not a passing fault."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_talk_plainly, args=(listening,), daemon=True)
        thread.start()
        with pytest.raises(CallRefused, match="TLS"):
            Http().send(get(Http(), f"https://127.0.0.1:{listening.getsockname()[1]}/"))
        thread.join()


@pytest.mark.skipif(which("openssl") is None, reason="needs the openssl command to make a certificate")
def test_unknown_certificate_is_refused(tmp_path: Path) -> None:
    """A certificate nobody vouches for is refused at once, and said to be that."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    order = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {certificate}"
    subprocess.run(order.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_shake_hands, args=(listening, context), daemon=True)
        thread.start()
        with pytest.raises(CallRefused, match="certificate"):
            Http().send(get(Http(), f"https://localhost:{listening.getsockname()[1]}/"))
        thread.join()


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listening.accept()
    with connection:
        try:
            context.wrap_socket(connection, server_side=True).close()
        except ssl.SSLError:
            return


def _talk_plainly(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection, suppress(OSError):  # the other side leaves when it has seen enough
        connection.sendall(http(400, b"plain"))
        while connection.recv(65536):
            pass
