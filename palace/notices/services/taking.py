"""Taking what is to be sent: the first of three steps, take, send, settle, the network between them.

A notice says `sending`, with the number of the try, before anything leaves the house. Who is killed
after that leaves it so, and nobody sends it again before its provider has said that it never came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import g

from palace import clock, words
from palace.clock import SHANGHAI, day_span, palace_day
from palace.db import db
from palace.money import FREE, Fen
from palace.notices import claims, queries, rules, senders
from palace.notices.gateways import SCREEN, Message
from palace.notices.models import Notice
from palace.notices.rules import (
    CODES,
    Decision,
    Fund,
    MessageRules,
    Receiver,
    State,
    Why,
)

BATCH = 20
house_figures: dict[str, Callable[[], MessageRules]] = {}
"""The figures of the house, under "house"; wired in palace/wiring.py."""
stopped: dict[str, Callable[[Collection[str]], Collection[str]]] = {}
"""By kind, which of some subjects somebody has stopped: nothing of them leaves; wired in palace/wiring.py."""
bodies: dict[str, Callable[[Iterable[str]], Mapping[str, Mapping[str, str]]]] = {}
"""Who has the long text of a kind, by subject in both languages; wired in palace/wiring.py."""


@dataclass(frozen=True)
class House:
    """What decides on everything that is due at an instant: figures, gateways, approved templates."""

    now: datetime
    figures: MessageRules
    quiet_until: datetime | None
    sms: str | None
    mail: str | None
    templates: Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Try:
    """A message on its way by a gateway, and the number of the try."""

    message: Message
    attempts: int
    tried_at: datetime


@dataclass(frozen=True)
class Way:
    """How a notice could leave now: by which gateway and where to, and what that costs."""

    gateway: str
    message: Message
    pieces: int = 0
    amount: Fen = FREE


@dataclass
class Taken:
    """What was taken to be sent, by gateway."""

    seen: int = 0
    tries: dict[str, list[Try]] = field(default_factory=dict)


def take(limit: int = BATCH) -> Taken:
    """Take notices that are due: mark those that may go as being sent, settle or put off the others.

    The caller commits before it hands anything to a gateway. Without any gateway everything stays owed.
    """
    taken = Taken()
    if senders.sms_gateway() is None and senders.mail_gateway() is None:
        return taken
    house = _house()
    found = claims.lock_due(senders.KINDS, house.now, limit)
    taken.seen = len(found)
    reach, still = queries.receivers(found), _stopped(found)
    ways: list[tuple[Notice, Way]] = []
    for notice in found:
        if (notice.kind, notice.subject) in still:
            follow(notice, Decision(State.OWED))
            continue
        decided = _decided(notice, reach[notice.id], house)
        if isinstance(decided, Way):
            ways.append((notice, decided))
        else:
            follow(notice, decided)
    _send_off(ways, house, taken)
    db.session.flush()
    return taken


def _stopped(found: Sequence[Notice]) -> set[tuple[str, str]]:
    """Return what of these was stopped, as what failed meanwhile: it waits to be let go anew."""
    still = set()
    for kind, which in stopped.items():
        subjects = {notice.subject for notice in found if notice.kind == kind}
        still |= {(kind, subject) for subject in which(subjects)} if subjects else set()
    return still


def _house() -> House:
    now, figures, sms = clock.now(), house_figures["house"](), senders.sms_gateway()
    return House(
        now=now,
        figures=figures,
        quiet_until=rules.quiet_ends(now, figures, SHANGHAI),
        sms=sms,
        mail=senders.mail_gateway(),
        templates=queries.templates(sms) if sms and sms != SCREEN else {},
    )


def _decided(notice: Notice, receiver: Receiver, house: House) -> Way | Decision:
    """Return how a notice leaves now, or what happens to it instead; what a person sent again is not old."""
    by_hand = notice.error == Why.BY_HAND
    age = timedelta() if by_hand else house.now - notice.created_at
    lasts = senders.KINDS[notice.kind].lasts
    decision = rules.decide(notice.kind, notice.values, age, lasts, quiet_until=house.quiet_until)
    if decision.state is not State.SENDING:
        return decision
    if rules.stays_inside(notice.kind, receiver):
        return Decision(State.INBOX)
    try:
        return _way(notice, receiver, house)
    except KeyError:
        return Decision(State.DEAD, why=Why.UNSAYABLE)


def _way(notice: Notice, receiver: Receiver, house: House) -> Way | Decision:
    """Return the way of a notice in its receiver's language: a letter, which is free, before a message.

    Raises:
        KeyError: it lacks a value its words need.
    """
    if SCREEN in {house.sms, house.mail}:
        address = receiver.phone or receiver.email or ""
        return _by_phone(notice, SCREEN, address, receiver.language, house)
    if house.mail and receiver.email:
        return Way(
            house.mail, _message(notice, receiver.email, receiver.language, house, whole=True)
        )
    if house.sms is None or receiver.phone is None:
        return Decision(State.INBOX)
    language = receiver.language if (notice.kind, receiver.language) in house.templates else "zh"
    template = house.templates.get((notice.kind, language))
    if template is None:
        return Decision(State.OWED, house.now + rules.HOUSE_PAUSE, Why.NO_TEMPLATE)
    return _by_phone(notice, house.sms, receiver.phone, language, house, template=template)


def _by_phone(
    notice: Notice, gateway: str, phone: str, language: str, house: House, *, template: str = ""
) -> Way:
    message = _message(notice, phone, language, house, template=template)
    if notice.kind in CODES:
        return Way(gateway, message)
    pieces = senders.pieces_sent(message.text)
    return Way(gateway, message, pieces, Fen(pieces * house.figures.price))


def _message(
    notice: Notice,
    address: str,
    language: str,
    house: House,
    *,
    template: str = "",
    whole: bool = False,
) -> Message:
    told = (notice.kind, notice.subject, notice.values)
    with in_language(language):
        text = senders.text_of(*told, whole=whole)
        variables = senders.variables_of(*told) if template else ()
    link = senders.link_of(notice.values) if whole else ""
    return Message(
        id=notice.id,
        out_id=out_id(notice.id, notice.attempts + 1, house.now),
        address=address,
        text=f"{text}{link}",
        title=title_of(text),
        template=template,
        variables=variables,
    )


def _send_off(ways: Sequence[tuple[Notice, Way]], house: House, taken: Taken) -> None:
    """Mark as being sent what the day's money reaches for; the rest waits for the next day."""
    today = palace_day(house.now)
    _, tomorrow = day_span(today)
    for fund in (None, *Fund):
        mine = [(notice, way) for notice, way in ways if _fund(notice, way) is fund]
        paid = len(mine)
        if fund and mine:
            costs = [(way.pieces, way.amount) for _, way in mine]
            paid = claims.spend(today, fund, costs, house.figures.budgets[fund])
        for notice, way in mine[:paid]:
            _mark(notice, way, house.now)
            one = Try(way.message, notice.attempts, house.now)
            taken.tries.setdefault(way.gateway, []).append(one)
        for notice, _ in mine[paid:]:
            follow(notice, Decision(State.OWED, tomorrow, Why.BUDGET))


def _fund(notice: Notice, way: Way) -> Fund | None:
    return rules.fund_of(notice.kind) if way.amount else None


def _mark(notice: Notice, way: Way, now: datetime) -> None:
    notice.state, notice.due_at, notice.error = State.SENDING, None, None
    notice.attempts, notice.attempted_at = notice.attempts + 1, now
    notice.gateway, notice.address = way.gateway, way.message.address
    notice.pieces, notice.amount = way.pieces, way.amount


def follow(notice: Notice, decision: Decision) -> None:
    """Write down what was decided about a notice that is not sent now."""
    notice.state, notice.due_at = decision.state, decision.due_at
    notice.error = decision.why.value if decision.why else None


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Speak a receiver's language for a while; outside of requests only, which have their own."""
    before = words.language()
    g.language = language
    try:
        yield
    finally:
        g.language = before


def title_of(text: str) -> str:
    """Return what stands above a letter: its first clause."""
    return re.split("[,:，。：]", text, maxsplit=1)[0]


def out_id(notice_id: int, attempts: int, tried_at: datetime) -> str:
    """Return our own number of a try; a restored palace does not give it twice."""
    return f"{notice_id}-{attempts}-{int(tried_at.timestamp())}"
