"""The only HTTP client: one pool of kept-alive connections, time limits, size limits, no redirects.

What comes back is a status, headers and bytes; what they mean is decided in `answers`.
"""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from infusion_etl.errors import CallError, CallRefused, Mistake, ServerTrouble, Unreachable
from infusion_etl.keap.deadline import limit
from infusion_etl.keap.packed import LARGEST, HttpAnswer, Packed

CONNECT_SECONDS = 10.0
READ_SECONDS = 120.0
WHOLE_SECONDS = 600.0
"""How long one answer may take in all; assumed: Keap's own gateways give up long before."""

_CHUNK = 64 * 1024  # each thread of a crew keeps the memory that it needs for one
_NO_PROXY: dict[str, str | None] = {"http": None, "https": None, "all": None}


@dataclass(frozen=True)
class HttpCall:
    """One request. `url` holds the whole, encoded address; `headers` may hold secrets and are not shown."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str = ""


class Http:
    """Sends calls; `close` gives the connections back. It may be shared: each thread has connections of its own."""

    def __init__(
        self,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        whole_seconds: float = WHOLE_SECONDS,
        largest: int = LARGEST,
    ) -> None:
        self._times = (connect_seconds, read_seconds)
        self._largest = largest
        self._whole_seconds = whole_seconds
        self._sessions: list[requests.Session] = []
        self._own = threading.local()

    def close(self) -> None:
        """Close all connections."""
        for session in self._sessions:
            session.close()

    def send(self, call: HttpCall) -> HttpAnswer:
        """Send a call once and return its answer, whatever its status. Raises as `fetch` and `Packed.unpacked` do."""
        return self.fetch(call).unpacked()

    def fetch(self, call: HttpCall) -> Packed:
        """Send a call once and return its whole answer as it came, whatever its status.

        Raises Unreachable (no connection, no name, no answer in time), ServerTrouble (the body breaks off, does not
        unpack, or is too large), CallRefused (the other side's certificate is not accepted), Mistake (plain http to
        another computer).
        """
        host = _host_of(call.url)
        try:
            with self._open(call) as response:
                raw = _read(response, self._largest)
        except requests.RequestException as error:
            _tell(error, host)
        except HTTPError as error:
            raise _broken_off(error, host) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Packed(response.status_code, headers, raw, self._largest)

    def post_form(self, url: str, fields: Mapping[str, str], basic: tuple[str, str] | None = None) -> tuple[int, bytes]:
        """Send a form, as to a token endpoint; return status and body. Raises as `send` does."""
        prepared = requests.Request("POST", url, data=dict(fields), auth=basic).prepare()
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        headers = {"Accept": "application/json"}
        if basic is not None:
            headers["Authorization"] = prepared.headers["Authorization"]
        call = HttpCall("POST", url, headers, body, "application/x-www-form-urlencoded")
        answer = self.send(call)
        return answer.status, answer.body

    def _open(self, call: HttpCall) -> requests.Response:
        headers = {**call.headers, "Accept-Encoding": "gzip"}
        if call.content_type:
            headers["Content-Type"] = call.content_type
        return self._session().request(
            call.method,
            call.url,
            headers=headers,
            data=call.body,
            timeout=self._times,
            allow_redirects=False,
            stream=True,
            # A proxy of the environment must not see what goes to this computer itself.
            proxies=_NO_PROXY if is_loopback(_host_of(call.url)) else None,  # type: ignore[arg-type]
        )

    def _session(self) -> requests.Session:
        """Return the calling thread's session: whether threads may share one, requests does not say."""
        if not hasattr(self._own, "session"):
            self._own.session = _session(self._whole_seconds)
            self._sessions.append(self._own.session)
        session: requests.Session = self._own.session
        return session


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Adapter(HTTPAdapter):
    """Keeps a few connections alive, repeats nothing, and gives up an answer that takes too long in all."""

    def __init__(self, whole_seconds: float) -> None:
        super().__init__(pool_connections=4, pool_maxsize=4, max_retries=0)
        self._whole_seconds = whole_seconds

    def get_connection_with_tls_context(self, *given: Any, **named: Any) -> Any:
        return limit(super().get_connection_with_tls_context(*given, **named), self._whole_seconds)


def _session(whole_seconds: float) -> requests.Session:
    session = requests.Session()
    # Redirects are answers here: no credential follows one to another host.
    session.headers["User-Agent"] = "infusion-etl"
    # Without an auth of its own requests would put a password from ~/.netrc in place of our header.
    session.auth = _leave_alone
    # Keap's cookies only steer its load balancer; accounts must not share any.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", _Adapter(whole_seconds))
    session.mount("http://", _Adapter(whole_seconds))
    return session


def _leave_alone(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _host_of(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise Mistake("the address of the API is not an http address", remedy="Give one that begins with https://")
    if parts.scheme == "http" and not is_loopback(host):
        raise Mistake(f"plain http to {host} would show the key to others", remedy="Give an address with https://")
    return host


def _read(response: requests.Response, largest: int) -> bytes:
    whole = BytesIO()  # hands out what it holds without a second copy
    for chunk in _chunks(response):
        whole.write(chunk)
        if whole.tell() > largest:
            raise ServerTrouble(f"the answer is larger than {largest} bytes", status=response.status_code)
    return whole.getvalue()


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """Yield the body as it came, still packed; urllib3 holds it against Content-Length."""
    yield from response.raw.stream(_CHUNK, decode_content=False)


def _tell(error: requests.RequestException, host: str) -> NoReturn:
    """Turn an error of requests into one of ours; its own text may hold an address with secrets and is dropped."""
    if isinstance(error, requests.exceptions.SSLError):
        raise _tls_trouble(error, host) from None
    if isinstance(error, requests.Timeout):
        raise Unreachable(f"{host} did not answer in time") from None
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        raise ServerTrouble(f"the answer of {host} breaks off") from None
    if isinstance(error, requests.ConnectionError):
        raise Unreachable(f"{host} cannot be reached: {_cause(error)}") from None
    raise CallRefused(f"the call to {host} could not be sent: {type(error).__name__}") from None


def _broken_off(error: HTTPError, host: str) -> CallError:
    if isinstance(error, ReadTimeoutError):
        return Unreachable(f"{host} stopped in the middle of its answer")
    return ServerTrouble(f"the answer of {host} breaks off")


def _tls_trouble(error: requests.exceptions.SSLError, host: str) -> CallError:
    """Tell a handshake that broke off, a network fault that may pass, from a refused certificate, which stays so."""
    if any(isinstance(link, ssl.SSLEOFError | ssl.SSLZeroReturnError) for link in _chain(error)):
        return Unreachable(f"{host} broke off the TLS handshake")
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in _chain(error)):
        return CallRefused(
            f"the TLS certificate of {host} is not accepted",
            remedy="Check the address and the computer's date; name a company's own authority in REQUESTS_CA_BUNDLE",
        )
    return CallRefused(f"no TLS connection to {host} is possible", remedy="Check the address and its port")


_CAUSES = (
    ("NameResolutionError", "its name is not known"),
    ("ConnectionRefusedError", "it refuses the connection"),
    ("ProxyError", "the proxy does not let us through"),
    ("RemoteDisconnected", "it closed the connection without an answer"),
    ("ConnectionResetError", "it closed the connection without an answer"),
)


def _cause(error: BaseException) -> str:
    names = {type(link).__name__ for link in _chain(error)}
    return next((words for name, words in _CAUSES if name in names), "the network failed")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and everything it wraps, through causes, contexts, reasons and arguments."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        link = waiting.pop()
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
