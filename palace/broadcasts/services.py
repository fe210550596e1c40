"""Writing a mass notice, starting it once, letting it go a share at a time, and stopping it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from palace.broadcasts import claims, queries, rules
from palace.broadcasts.errors import AlreadyStarted, AudienceUnknown, BroadcastMoved
from palace.broadcasts.models import Broadcast
from palace.broadcasts.queries import Sites
from palace.broadcasts.rules import WORD_DIGITS, Audience, Stage
from palace.clock import SHANGHAI
from palace.db import db
from palace.members.services import note
from palace.notices.rules import quiet_ends
from palace.venues.queries import house_rules, message_rules

WORDS_LOCK, PACE_LOCK = 7_215_012, 7_215_018
TRIES, TRIES_EACH = 200, 20


@dataclass(frozen=True)
class Text:
    """What a mass notice says, and to whom: a unit by code or name, a performance by its number."""

    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    audience: Audience
    unit: str
    performance_id: int | None
    outside: bool


def write(text: Text, staff_id: int, sites: Sites, now: datetime) -> Broadcast:
    """Write a mass notice down; nothing goes out yet. The same draft sent twice is one.

    Raises:
        AudienceUnknown: there is no such unit or show, or it is not this person's business.
    """
    fields = _fields(text, sites, now)
    db.session.execute(select(func.pg_advisory_xact_lock(WORDS_LOCK)))
    mine = select(Broadcast).filter_by(written_by=staff_id, state=Stage.DRAFT, **fields)
    if same := db.session.scalars(mine).first():
        return same
    broadcast = Broadcast(word=_new_word(), written_by=staff_id, written_at=now, **fields)
    db.session.add(broadcast)
    db.session.flush()
    note("broadcast_written", broadcast.subject, after=_told(broadcast))
    return broadcast


def revise(
    broadcast_id: int, text: Text, staff_id: int, *, seen: int, sites: Sites, now: datetime
) -> Broadcast:
    """Change a mass notice that has not started; whoever changes it has written it.

    Raises:
        AlreadyStarted: it has started.
        BroadcastMoved: it is not what was `seen` any more.
        AudienceUnknown: as `write`.
    """
    broadcast = queries.get(broadcast_id, sites, lock=True)
    if broadcast.state is not Stage.DRAFT:
        raise AlreadyStarted
    if broadcast.revision != seen:
        raise BroadcastMoved
    before = _told(broadcast)
    for name, value in _fields(text, sites, now).items():
        setattr(broadcast, name, value)
    broadcast.revision += 1
    broadcast.written_by, broadcast.written_at = staff_id, now
    db.session.flush()
    note("broadcast_revised", broadcast.subject, before=before, after=_told(broadcast))
    return broadcast


def _fields(text: Text, sites: Sites, now: datetime) -> dict[str, object]:
    """Return the columns of a text; only one kind of receivers is named.

    Raises:
        AudienceUnknown: there are none such, or they are not this person's business.
    """
    unit_id = performance_id = None
    if text.audience is Audience.PERFORMANCE:
        known = {one.id for one in queries.performances(now, sites)}
        performance_id = text.performance_id if text.performance_id in known else None
    elif sites is not None:
        raise AudienceUnknown
    elif text.audience is Audience.UNIT:
        unit = queries.find_unit(text.unit)
        unit_id = unit.id if unit else None
    if text.audience is not Audience.MEMBERS and unit_id is None and performance_id is None:
        raise AudienceUnknown
    return {
        "title_zh": text.title_zh,
        "title_en": text.title_en,
        "body_zh": text.body_zh,
        "body_en": text.body_en,
        "audience": text.audience,
        "unit_id": unit_id,
        "performance_id": performance_id,
        "outside": text.outside,
    }


def _told(broadcast: Broadcast) -> dict[str, object]:
    return {
        "title": broadcast.title_zh,
        "audience": broadcast.audience.value,
        "unit": broadcast.unit_id,
        "performance": broadcast.performance_id,
    }


def _new_word() -> str:
    """Return digits that no other mass notice has; longer ones once those of four are used up."""
    for tries in range(TRIES):
        digits = WORD_DIGITS + tries // TRIES_EACH
        word = f"{secrets.randbelow(10**digits):0{digits}d}"
        if db.session.scalar(select(Broadcast.id).where(Broadcast.word == word)) is None:
            return word
    raise RuntimeError("no free word")


def start(
    broadcast_id: int, staff_id: int, *, seen: int, sites: Sites, now: datetime
) -> tuple[Broadcast, bool]:
    """Start a mass notice, once; return it and whether it was this that started it.

    Raises:
        BroadcastMoved: it is not what was `seen` any more.
        NobodyThere, AnotherMustStart: `check_starts` refuses.
    """
    broadcast = queries.get(broadcast_id, sites, lock=True)
    if broadcast.state is not Stage.DRAFT:
        return broadcast, False
    if broadcast.revision != seen:
        raise BroadcastMoved
    house, reach = house_rules(), queries.estimate(broadcast, now)
    rules.check_starts(
        receivers=reach.receivers,
        written_by=broadcast.written_by,
        starts=staff_id,
        above=house.broadcast_confirm_above,
    )
    if broadcast.written_by != staff_id:
        broadcast.confirmed_by, broadcast.confirmed_at = staff_id, now
    broadcast.state, broadcast.started_at = Stage.RUNNING, now
    broadcast.receivers = claims.owe_to_all(broadcast, now)
    db.session.flush()
    told = {"receivers": broadcast.receivers, "cost": reach.cost}
    note("broadcast_started", broadcast.subject, after=told)
    return broadcast, True


def stop(broadcast_id: int, *, sites: Sites) -> Broadcast:
    """Stop a mass notice: only what is being sent at this instant still goes."""
    broadcast = queries.get(broadcast_id, sites, lock=True)
    if broadcast.state is Stage.RUNNING:
        broadcast.state = Stage.STOPPED
        claims.call_back(broadcast.subject)
        db.session.flush()
        note("broadcast_stopped", broadcast.subject)
    return broadcast


def go_on(broadcast_id: int, *, sites: Sites) -> Broadcast:
    """Let a stopped mass notice go on to those it has not reached."""
    broadcast = queries.get(broadcast_id, sites, lock=True)
    if broadcast.state is Stage.STOPPED:
        broadcast.state = Stage.RUNNING
        db.session.flush()
        note("broadcast_resumed", broadcast.subject)
    return broadcast


def release(now: datetime) -> int:
    """Let the next share of every running mass notice go, but not at night; return how many receivers.

    The house's pace is for all of them together, the oldest first, however often this is asked.
    """
    if quiet_ends(now, message_rules(), SHANGHAI):
        return 0
    db.session.execute(select(func.pg_advisory_xact_lock(PACE_LOCK)))
    gone, share = 0, rules.share_now(house_rules().broadcast_per_minute, queries.released_at(), now)
    for broadcast_id in queries.running():
        broadcast = queries.get(broadcast_id, None, lock=True)
        if broadcast.state is not Stage.RUNNING:
            continue
        price = queries.price_of(broadcast)
        rest = min(share - gone, queries.budget_left(now) // price) if price else share - gone
        count = claims.let_go(broadcast.subject, rest, now) if rest else 0
        if count:
            gone, broadcast.released_at = gone + count, now
        _end_if_over(broadcast, now)
    db.session.flush()
    return gone


def _end_if_over(broadcast: Broadcast, now: datetime) -> None:
    stands = queries.progress(broadcast)
    if stands.waiting == stands.going == 0:
        broadcast.state, broadcast.ended_at = Stage.DONE, now
