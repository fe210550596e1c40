"""What the stand-in's API does with a request: faults that are planned, keys, the contract, the deed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.standin.contract import breaches
from tests.standin.provider import Provider, Thing, shown
from tests.standin.refusals import Refused

HURRIED, PATIENT = 0.7, 10.0
Answer = tuple[int, Thing]


class Fault(StrEnum):
    """What goes wrong with a request: on its way there, on its way back, or inside.

    `STORED` and `STORED_DONE` answer 500 and keep that answer under the key, without and with the deed done.
    """

    LOST = "lost"
    ANSWER_LOST = "answer lost"
    SLOW = "slow"
    ANSWER_SLOW = "answer slow"
    STORED = "stored"
    STORED_DONE = "stored, done"
    AWAY = "away"
    BUSY = "busy"


SLOW = {Fault.SLOW, Fault.ANSWER_SLOW}
UNDONE = {Fault.LOST, Fault.SLOW, Fault.STORED, Fault.AWAY, Fault.BUSY}
STORED = {Fault.STORED, Fault.STORED_DONE}
SAID = {Fault.AWAY: 503, Fault.BUSY: 429, Fault.STORED: 500, Fault.STORED_DONE: 500}
BROKEN = {"error": {"type": "api_error", "message": "Something broke"}}


@dataclass
class Planned:
    """A fault of the next requests whose method and path fit."""

    fault: Fault
    on: str
    left: int


@dataclass(frozen=True)
class Asked:
    """One request as it came over the line."""

    method: str
    path: str
    body: Mapping[str, Any]
    raw: str
    key: str | None

    @property
    def name(self) -> str:
        """Return what a plan of faults names."""
        return f"{self.method} {self.path}"


@dataclass
class StandIn:
    """The provider, the line to it, and all that was asked of it."""

    provider: Provider = field(default_factory=Provider)
    url: str = ""
    slow: float = 2.0
    """Seconds a slow request takes: more than a hurried client waits."""
    asked: list[Asked] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    answers: dict[str, tuple[str, Answer]] = field(default_factory=dict)

    def fail(self, fault: Fault, on: str = "", times: int = 1) -> None:
        """Let the next requests fail; `on` is a pattern of method and path."""
        self.planned.append(Planned(fault, on, times))

    def heal(self) -> None:
        """Let everything go well again."""
        self.planned.clear()

    def count(self, on: str) -> int:
        """Return how many requests fitted."""
        return sum(re.search(on, one.name) is not None for one in self.asked)

    def next_fault(self, asked: Asked) -> Fault | None:
        """Take the fault that is planned for a request."""
        with self.provider.lock:
            for plan in self.planned:
                if plan.left and re.search(plan.on, asked.name):
                    plan.left -= 1
                    return plan.fault
        return None

    def answer(self, asked: Asked, fault: Fault | None) -> tuple[Answer, bool]:
        """Do what is asked unless it was done under its key; say whether the answer is an old one."""
        with self.provider.lock:
            if asked.key in self.answers:
                raw, old = self.answers[asked.key]
                if raw != asked.name + asked.raw:
                    message = (
                        "Keys for idempotent requests can only be used with the same parameters"
                    )
                    return (400, Refused(message, kind="idempotency_error").body), False
                return old, True
            made = self._done(asked, fault)
            refused = made[0] // 100 == 4
            if asked.key and not refused and (fault not in UNDONE or fault in STORED):
                self.answers[asked.key] = asked.name + asked.raw, made
            return made, False

    def _done(self, asked: Asked, fault: Fault | None) -> Answer:
        made: Answer = (SAID.get(fault, 500), BROKEN) if fault else (200, {})
        if fault in UNDONE:
            return made
        found = breaches(asked.method, asked.path, asked.body)
        if found:
            self.breaches += found
            return 400, Refused("; ".join(found), code="parameter_unknown").body
        try:
            done = 200, _route(self.provider, asked)
        except Refused as refused:
            return refused.status, refused.body
        return made if fault in STORED else done


def patience(request: pytest.FixtureRequest) -> float:
    """Return the seconds a test's client waits: short where that is what the test is about."""
    callspec = getattr(request.node, "callspec", None)
    fault = callspec.params.get("fault") if callspec else None
    return HURRIED if fault in SLOW else PATIENT


def _route(provider: Provider, asked: Asked) -> Thing:
    """Do what an address means."""
    for method, pattern, does in ROUTES:
        fits = re.fullmatch(pattern, asked.path)
        if fits and method == asked.method:
            return does(provider, asked, *fits.groups())
    raise Refused("Unrecognized request URL", status=404)


def _expanded(provider: Provider, thing: Thing, asked: Asked) -> Thing:
    """Return a thing with what its reader wants to see of what it names."""
    made = shown(thing)
    for path in asked.body.get("expand", []):
        into = made
        for name in path.split("."):
            if isinstance(into.get(name), str):
                into[name] = shown(provider.named(into[name]))
            into = into.get(name) or {}
    return made


def _of_each(provider: Provider, page: Thing, asked: Asked) -> Thing:
    """Return a page of a list with what its lines are of, where its reader wants to see that."""
    if asked.body.get("expand") == ["data.source"]:
        page["data"] = [
            line | {"source": line["source"] and shown(provider.named(line["source"]))}
            for line in page["data"]
        ]
    return page


def _listed(things: list[Thing], asked: Asked) -> Thing:
    """Return a page of a list, as its cursor says."""
    after, limit = asked.body.get("starting_after"), int(asked.body.get("limit", 10))
    begin = next((at + 1 for at, one in enumerate(things) if one["id"] == after), 0)
    page = things[begin : begin + limit]
    return {
        "object": "list",
        "url": asked.path,
        "has_more": begin + limit < len(things),
        "data": [shown(one) for one in page],
    }


def decoded(text: str) -> dict[str, Any]:
    """Return a form body as the records and lists its keys spell: `a[b][0]=1`."""
    made: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *above, last = re.findall(r"[^\[\]]+", name)
        into = made
        for key in above:
            into = into.setdefault(key, {})
        into[last] = value
    return {key: _lists(value) for key, value in made.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(one) for key, one in value.items()}
    return list(inner.values()) if all(key.isdigit() for key in inner) else inner


ROUTES: tuple[tuple[str, str, Callable[..., Thing]], ...] = (
    ("POST", "/v1/checkout/sessions", lambda own, asked: shown(own.create_session(asked.body))),
    (
        "POST",
        "/v1/checkout/sessions/(.+)/expire",
        lambda own, _, one: shown(own.expire_session(one)),
    ),
    (
        "GET",
        "/v1/checkout/sessions",
        lambda own, asked: _listed(own.sessions_of(asked.body["payment_intent"]), asked),
    ),
    (
        "GET",
        "/v1/checkout/sessions/(.+)",
        lambda own, asked, one: _expanded(own, own.session(one), asked),
    ),
    (
        "GET",
        "/v1/payment_intents/(.+)",
        lambda own, asked, one: _expanded(own, own.intent(one), asked),
    ),
    ("POST", "/v1/refunds", lambda own, asked: shown(own.create_refund(asked.body))),
    (
        "GET",
        "/v1/refunds",
        lambda own, asked: _listed(own.refunds_of(asked.body["payment_intent"]), asked),
    ),
    ("GET", "/v1/refunds/(.+)", lambda own, _, one: shown(own.refund(one))),
    (
        "GET",
        "/v1/disputes",
        lambda own, asked: _listed(own.disputes_of(asked.body["payment_intent"]), asked),
    ),
    (
        "GET",
        "/v1/balance_transactions",
        lambda own, asked: _of_each(
            own, _listed(own.lines_since(int(asked.body["created"]["gte"])), asked), asked
        ),
    ),
    (
        "GET",
        "/v1/events",
        lambda own, asked: _listed(own.undelivered(asked.body.get("types", [])), asked),
    ),
)
