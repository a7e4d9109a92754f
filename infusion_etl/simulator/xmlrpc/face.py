"""The XML-RPC face whole: a request body in, a response body out; faults come with HTTP 200 like everything else."""

from __future__ import annotations

from typing import Any

from infusion_etl.simulator.xmlrpc.codec import MethodCall, decode_call, encode_answer, encode_fault, write
from infusion_etl.simulator.xmlrpc.faults import Fault, no_handler, no_match
from infusion_etl.simulator.xmlrpc.methods import METHODS, Account


def describe(body: bytes) -> tuple[str, str]:
    """Return the method and the table a request names, for the journal and for trouble; empty where it names none."""
    try:
        call = decode_call(body)
    except Fault:
        return "", ""
    table = call.parameters[1] if call.method.startswith("DataService.") and len(call.parameters) > 1 else ""
    return call.method, table if isinstance(table, str) else ""


def answer(account: Account, body: bytes) -> bytes:
    """Return the response body to a request body."""
    try:
        return encode_answer(write(perform(account, decode_call(body))))
    except Fault as fault:
        return encode_fault(fault)


def perform(account: Account, call: MethodCall) -> Any:
    """Return what a call answers, or raise its Fault."""
    method = METHODS.get(call.method)
    if method is None:
        raise no_handler(call.method)
    parameters = call.parameters[1:] if method.keyed else call.parameters
    if (method.keyed and not call.parameters) or not method.takes(parameters):
        raise no_match(call.method)
    return method.answer(account, *parameters)
