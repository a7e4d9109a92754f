"""The way of one API call: credential, limits, trouble, face, compression, journal.

The gateway authenticates before it routes, so an unknown address without a credential answers 401.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from infusion_etl.simulator import answers
from infusion_etl.simulator.calls import Answer, Call, Face
from infusion_etl.simulator.faces import answer_call
from infusion_etl.simulator.hooks_face import concerns_hooks
from infusion_etl.simulator.kept_answers import compressed, kept_answers_of
from infusion_etl.simulator.limits import Spent, blank_headers
from infusion_etl.simulator.oauth import Caller
from infusion_etl.simulator.spoil import PRETENDED, answer_instead, spoil
from infusion_etl.simulator.state import Simulator
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule


@dataclass(frozen=True)
class Reply:
    """An answer, how many seconds it is held back, and its number in the journal."""

    answer: Answer
    delay: float
    number: int


@dataclass(frozen=True)
class Outcome:
    """What became of a call: the answer, the rule that struck, who called ("" for nobody known)."""

    answer: Answer
    rule: TroubleRule | None = None
    caller: str = ""


def reply_to(simulator: Simulator, call: Call, headers: Mapping[str, str]) -> Reply:
    """Return what the caller gets, and write it down. Header names are in lower case."""
    now = simulator.clock.now()
    caller = simulator.office.identify(_credentials(call, headers), now)
    if isinstance(caller, Answer):
        return _finish(simulator, call, headers, Outcome(replace(caller, headers=blank_headers())))
    spent = simulator.limits.admit(caller.name, is_key=caller.is_key, now=now)
    rule = None if spent else simulator.trouble.strike(call)
    answer = answers.throttled() if spent else _answer(simulator, call, caller, rule, packs=_packs(headers))
    shown = _quota_headers(simulator, caller, answer, PRETENDED.get(rule.kind) if rule else None)
    whole = replace(answer, headers={**answer.headers, **shown})
    if answer.status == 200:
        simulator.answered(call.path)
    return _finish(simulator, call, headers, Outcome(whole, rule, caller.name))


def _credentials(call: Call, headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return the headers, with a token of the older form `?access_token=` as one where no header brings any."""
    if "authorization" in headers or "x-keap-api-key" in headers or "access_token=" not in call.query:
        return headers
    token = dict(parse_qsl(call.query)).get("access_token", "")
    return {"authorization": f"Bearer {token}"} if token else headers


def reply_to_token(simulator: Simulator, call: Call, form: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
    """Return the answer of the token endpoint: no limits, and only the trouble that names it."""
    rule = simulator.trouble.strike(call)
    instead = answer_instead(rule, call) if rule else None
    answer = instead or simulator.office.token(form, headers.get("authorization", ""), simulator.clock.now())
    spoiled = spoil(rule, answer) if rule and instead is None else answer
    return _finish(simulator, call, headers, Outcome(spoiled, rule, form.get("client_id", "")))


def _packs(headers: Mapping[str, str]) -> bool:
    return "gzip" in headers.get("accept-encoding", "")


def _answer(simulator: Simulator, call: Call, caller: Caller, rule: TroubleRule | None, *, packs: bool) -> Answer:
    instead = answer_instead(rule, call) if rule else None
    if instead is not None:
        return instead
    if not (caller.permitted and simulator.permits(call.path)):
        return answers.forbidden(call.path)
    if rule is None and packs and call.face is Face.REST and not concerns_hooks(call):
        world = simulator.world
        return kept_answers_of(world).answer(call, world.version, lambda: answer_call(simulator, call))
    answer = answer_call(simulator, call)
    return spoil(rule, answer) if rule else answer


def _quota_headers(simulator: Simulator, caller: Caller, answer: Answer, spent: Spent | None) -> dict[str, str]:
    if answer.status == 401:
        return blank_headers()
    return simulator.limits.headers(caller.name, is_key=caller.is_key, now=simulator.clock.now(), spent=spent)


def _finish(simulator: Simulator, call: Call, headers: Mapping[str, str], outcome: Outcome) -> Reply:
    answer, rule = outcome.answer, outcome.rule
    packed = compressed(answer) if _packs(headers) else answer
    entry = simulator.journal.add(
        moment=simulator.clock.now(),
        caller=outcome.caller,
        face=str(call.face),
        method=call.method,
        path=call.path,
        query=call.query,
        rpc_method=call.rpc_method,
        table=call.table,
        status=answer.status,
        bytes=len(packed.body),
        trouble=str(rule.kind) if rule else "",
    )
    slow = rule.seconds if rule and rule.kind is TroubleKind.SLOW else 0.0
    latency = 0.0 if call.face is Face.TOKEN else simulator.config.latency
    named = {**packed.headers, "x-request-id": f"simulated-{entry.number}", "via": "1.1 google"}
    return Reply(replace(packed, headers=named), slow + latency, entry.number)
