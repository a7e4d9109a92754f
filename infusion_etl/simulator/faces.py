"""Which face a call is for, and that face's answer."""

from __future__ import annotations

from urllib.parse import parse_qsl

from infusion_etl.simulator import hooks_face
from infusion_etl.simulator.calls import JSON, XML, Answer, Call, Face
from infusion_etl.simulator.rest import RestRequest, handle
from infusion_etl.simulator.state import Simulator
from infusion_etl.simulator.xmlrpc import face as xmlrpc
from infusion_etl.simulator.xmlrpc.methods import Account

XMLRPC_PATHS = frozenset({"/crm/xmlrpc", "/crm/xmlrpc/", "/crm/xmlrpc/v1", "/crm/xmlrpc/v1/"})


def read_call(method: str, path: str, query: str, body: bytes, hook_secret: str = "") -> Call:
    """Return a request to /crm as a call; anything that is not XML-RPC is REST's."""
    if path not in XMLRPC_PATHS:
        return Call(Face.REST, method, path, query, body, hook_secret=hook_secret)
    rpc_method, table = xmlrpc.describe(body)
    return Call(Face.XMLRPC, method, path, query, body, rpc_method, table)


def answer_call(simulator: Simulator, call: Call) -> Answer:
    """Return the true answer of the face a call is for."""
    if call.face is Face.XMLRPC:
        # a GET, or a POST whose body was lost, is answered like an empty request (rule xmlrpc-lost-body)
        body = call.body if call.method == "POST" else b""
        return Answer(200, xmlrpc.answer(account(simulator), body), XML)
    return rest_answer(simulator, call)


def rest_answer(simulator: Simulator, call: Call) -> Answer:
    """Return REST's answer."""
    if hooks_face.concerns_hooks(call):
        return hooks_face.answer(simulator.hooks, call)
    query = tuple(parse_qsl(call.query, keep_blank_values=True))
    request = RestRequest(
        # a HEAD is answered as a GET; the server leaves the body away (rule rest-head)
        method="GET" if call.method == "HEAD" else call.method,
        path=call.path,
        query=query,
        body=call.body,
        now=simulator.clock.now(),
        token_style=simulator.config.token_style,
    )
    found = handle(simulator.world, request)
    return Answer(found.status, found.body, found.headers.get("content-type", JSON))


def account(simulator: Simulator) -> Account:
    """Return what XML-RPC's methods may look at."""
    return Account(simulator.world, simulator.tables, simulator.config.saved_search_page)
