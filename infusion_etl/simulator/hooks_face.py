"""The addresses of v1 under which hooks are looked at, made, changed and verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from infusion_etl.simulator import answers
from infusion_etl.simulator.calls import Answer, Call
from infusion_etl.simulator.hooks import EVENT_KEYS, Hook, HookError, HookOffice

ROOT = "/crm/rest/v1/hooks"


class HookOrder(msgspec.Struct, rename="camel"):
    """What a hook is to be."""

    event_key: str
    hook_url: str


Doing = Callable[[HookOffice, Call, str], Any]


def concerns_hooks(call: Call) -> bool:
    """Tell whether a call is for this face."""
    return call.path.rstrip("/") == ROOT or call.path.startswith(f"{ROOT}/")


def answer(office: HookOffice, call: Call) -> Answer:
    """Answer a call; what is to be verified waits in the office for its handshake."""
    place, key, verb = _place(call.path)
    doing = _DOINGS.get((call.method, place if key is None else f"{{key}}{verb}"))
    if doing is None:
        return _mistake(405, f"Request method '{call.method}' is not supported")
    try:
        found = doing(office, call, key or "")
    except KeyError:
        return _mistake(404, "The requested resource was not found")
    except (HookError, msgspec.ValidationError, msgspec.DecodeError) as error:
        return _mistake(400, str(error))
    return Answer(204, b"") if found is None else answers.json_answer(200, found)


def _place(path: str) -> tuple[str, str | None, str]:
    rest = path.removeprefix(ROOT).strip("/")
    if rest in {"", "event_keys"}:
        return rest, None, ""
    key, _, verb = rest.partition("/")
    return "", key, f"/{verb}" if verb else ""


def _mistake(status: int, text: str) -> Answer:
    return answers.json_answer(status, {"message": text})


def _create(office: HookOffice, call: Call, _: str) -> Hook:
    order = msgspec.json.decode(call.body, type=HookOrder)
    return office.create(order.event_key, order.hook_url)


def _change(office: HookOffice, call: Call, key: str) -> Hook:
    order = msgspec.json.decode(call.body, type=HookOrder)
    return office.change(key, order.event_key, order.hook_url)


_DOINGS: Mapping[tuple[str, str], Doing] = {
    ("GET", ""): lambda office, _, __: list(office.hooks.values()),
    ("POST", ""): _create,
    ("GET", "event_keys"): lambda _, __, ___: list(EVENT_KEYS),
    ("GET", "{key}"): lambda office, _, key: office.hooks[key],
    ("PUT", "{key}"): _change,
    ("DELETE", "{key}"): lambda office, _, key: office.remove(key),
    ("POST", "{key}/verify"): lambda office, _, key: office.ask_again(key),
    ("POST", "{key}/delayedVerify"): lambda office, call, key: office.confirm(key, call.hook_secret),
}
