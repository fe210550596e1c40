"""Settling what was sent: what became of each try, and what a person or a provider says of it later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.clock import palace_day
from palace.db import db
from palace.money import Fen
from palace.notices import claims, queries, rules, senders
from palace.notices.gateways import SCREEN, Found, Message, Result
from palace.notices.models import GatewayState, Notice
from palace.notices.rules import Outcome, State, Why
from palace.notices.services.taking import BATCH, Try, out_id

MOST_BY_HAND = 1000


def settle(result: Result, attempts: int) -> State | None:
    """Write down what became of a try; None: somebody else has settled it."""
    if result.outcome is Outcome.SENT:
        settled = claims.settle_sent(result.id, attempts, result.reference or None)
        return State.SENT if settled else None
    notice = claims.lock_tried(result.id, attempts)
    if notice is None:
        return None
    decision = rules.after_try(result.outcome, notice.attempts, clock.now())
    notice.state, notice.due_at = decision.state, decision.due_at
    notice.error, notice.reference = result.error or None, result.reference or None
    if result.outcome is not Outcome.UNCERTAIN:
        notice.address = None
        _give_back(notice)
    db.session.flush()
    return notice.state


def _give_back(notice: Notice) -> None:
    """Take back the money of a try that was surely not taken."""
    fund = rules.fund_of(notice.kind)
    if fund and notice.amount and notice.attempted_at:
        claims.unspend(palace_day(notice.attempted_at), fund, notice.pieces, notice.amount)
    notice.pieces, notice.amount = 0, Fen(0)


def uncertain(limit: int = BATCH) -> dict[str, list[Try]]:
    """Return, by gateway, tries to be asked about now; nobody else asks about them for an hour."""
    now = clock.now()
    claims.give_up_lost(now)
    asked: dict[str, list[Try]] = {}
    for notice in claims.lock_uncertain(now, now - rules.ASKED_FOR, limit):
        notice.due_at = now + rules.ASK_AGAIN
        tried_at = notice.attempted_at or now
        number = out_id(notice.id, notice.attempts, tried_at)
        message = Message(id=notice.id, out_id=number, address=notice.address or "", text="")
        one = Try(message, notice.attempts, tried_at)
        asked.setdefault(notice.gateway or "", []).append(one)
    db.session.flush()
    return asked


def settle_found(one: Try, found: Found) -> State | None:
    """Write down what a provider says of a try that was cut off; what it does not know stays uncertain."""
    outcome = {Found.TAKEN: Outcome.SENT, Found.ABSENT: Outcome.FAILED}.get(found)
    return settle(Result(one.message.id, outcome), one.attempts) if outcome else None


def note_gateway(name: str, results: Sequence[Result]) -> None:
    """Write down whether a gateway has run out of money, or works."""
    outcomes = {result.outcome for result in results}
    values: dict[str, datetime | str | None] = {}
    if Outcome.SENT in outcomes:
        values = {"empty_at": None, "failed_at": None, "error": None}
    bad = next((one for one in results if one.outcome not in {Outcome.SENT, Outcome.REFUSED}), None)
    if bad and not values:
        empty = Outcome.EMPTY in outcomes
        values = {"empty_at" if empty else "failed_at": clock.now(), "error": bad.error}
    if values:
        _keep(name, values)


def balance_due(every: timedelta) -> bool:
    """Return whether it is time to ask the SMS provider what is left; nobody else asks then."""
    name, now = senders.sms_gateway(), clock.now()
    if name in {None, SCREEN}:
        return False
    known = queries.gateway_state(str(name))
    if known and known.asked_at and known.asked_at > now - every:
        return False
    _keep(str(name), {"asked_at": now})
    return True


def note_balance(name: str, left: int | None) -> None:
    """Write down what a provider says is left."""
    _keep(name, {"left_pieces": left})


def _keep(name: str, values: Mapping[str, datetime | str | int | None]) -> None:
    new = insert(GatewayState).values(name=name, **values)
    db.session.execute(new.on_conflict_do_update(index_elements=["name"], set_=dict(values)))
    db.session.expire_all()


def retry(kind: str, error: str, limit: int = MOST_BY_HAND) -> int:
    """Owe dead notices of a kind anew; return how many."""
    now = clock.now()
    found = claims.lock_in(State.DEAD, kind, error, limit)
    for notice in found:
        notice.state, notice.due_at = State.OWED, now
        notice.error = Why.BY_HAND.value
    db.session.flush()
    return len(found)


def decide_uncertain(kind: str, error: str, *, was_sent: bool, limit: int = MOST_BY_HAND) -> int:
    """Take uncertain notices for sent, or owe them anew, as a person says who knows; return how many."""
    now = clock.now()
    found = claims.lock_in(State.UNCERTAIN, kind, error, limit)
    for notice in found:
        notice.address, notice.error = None, Why.BY_HAND.value
        if was_sent:
            notice.state, notice.sent_at, notice.due_at = State.SENT, now, None
        else:
            _give_back(notice)
            notice.state, notice.due_at = State.OWED, now
    db.session.flush()
    return len(found)
