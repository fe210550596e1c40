"""Whom a mass notice reaches, what that costs, and how far it has come; reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import joinedload

from palace.broadcasts.models import Broadcast
from palace.broadcasts.rules import Audience, Estimate, Stage
from palace.clock import palace_day
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, RosterEntry, Unit
from palace.money import Fen
from palace.notices import senders
from palace.notices.gateways import SCREEN
from palace.notices.kind import NEWS
from palace.notices.models import Contact, Notice
from palace.notices.queries import spent_on
from palace.notices.rules import BROADCAST, Fund, State
from palace.programme.models import Performance, Production
from palace.roster.tree import below
from palace.tickets.models import Ticket
from palace.tickets.rules import TicketState
from palace.venues.models import Space
from palace.venues.queries import house_rules

Sites = Collection[int] | None
"""Whose business it is: a programme manager's sites, or None, the whole palace's."""
SHOWN, CHOSEN = 50, 200
DECLINED = Contact.muted.contains([BROADCAST])


@dataclass(frozen=True)
class Progress:
    """How many of a mass notice's notices stand where."""

    waiting: int
    going: int
    sent: int
    inbox: int
    failed: int

    @property
    def all(self) -> int:
        """Return how many there are."""
        return self.waiting + self.going + self.sent + self.inbox + self.failed

    @property
    def percent(self) -> int:
        """Return how much is done, whole per cents."""
        done = self.sent + self.inbox + self.failed
        return done * 100 // self.all if self.all else 0


def newest(sites: Sites) -> Sequence[Broadcast]:
    """Return the newest mass notices that are somebody's business."""
    wanted = select(Broadcast).where(_of_sites(sites)).order_by(Broadcast.id.desc())
    return db.session.scalars(wanted.limit(SHOWN)).all()


def _of_sites(sites: Sites) -> ColumnElement[bool]:
    if sites is None:
        return literal(True)
    of_show = select(Performance.id).join(Space).where(Space.site_id.in_(sites))
    return Broadcast.performance_id.in_(of_show)


def get(broadcast_id: int, sites: Sites, *, lock: bool = False) -> Broadcast:
    """Return a mass notice, locked until the transaction ends where it is about to change.

    Raises:
        NotFound: there is none, or it is not this person's business.
    """
    wanted = select(Broadcast).where(Broadcast.id == broadcast_id, _of_sites(sites))
    if lock:
        wanted = wanted.with_for_update(key_share=True, of=Broadcast)
    found = db.session.scalars(wanted.execution_options(populate_existing=lock)).first()
    if found is None:
        raise NotFound
    return found


def performances(now: datetime, sites: Sites) -> Sequence[Performance]:
    """Return the shows that may be written about: those of the last days, and those to come."""
    wanted = (
        select(Performance)
        .join(Space)
        .join(Production)
        .options(joinedload(Performance.production), joinedload(Performance.space))
        .where(Performance.ends_at > now - NEWS, Performance.published_at.is_not(None))
        .order_by(Performance.starts_at, Performance.id)
    )
    if sites is not None:
        wanted = wanted.where(Space.site_id.in_(sites))
    return db.session.scalars(wanted.limit(CHOSEN)).all()


def find_unit(typed: str) -> Unit | None:
    """Return a union by its code or its whole name."""
    wanted = select(Unit).where(or_(Unit.code == typed, Unit.name_zh == typed)).limit(2)
    found = db.session.scalars(wanted).all()
    return found[0] if len(found) == 1 else None


def receivers(broadcast: Broadcast, now: datetime) -> Select[int]:
    """Return the select of the ids of those it goes to: whoever has an account and counts today."""
    there = select(Member.id).where(Member.erased_at.is_(None))
    if broadcast.audience is Audience.PERFORMANCE:
        holders = select(Ticket.member_id).where(
            Ticket.performance_id == broadcast.performance_id, Ticket.state == TicketState.VALID
        )
        return there.where(Member.id.in_(holders))
    today = palace_day(now)
    valid = and_(
        RosterEntry.counts,
        or_(RosterEntry.valid_until.is_(None), RosterEntry.valid_until >= today),
    )
    listed = there.join(RosterEntry, RosterEntry.id == Member.roster_entry_id).where(valid)
    if broadcast.audience is Audience.UNIT:
        return listed.where(RosterEntry.unit_id.in_(below(broadcast.unit_id)))
    return listed


def is_reachable() -> ColumnElement[bool]:
    """Return the condition that a member (with their contact beside) gets it outside of the inbox."""
    by_phone = Member.phone.is_not(None) & literal(senders.sms_gateway() is not None)
    by_mail = Contact.email.is_not(None) & literal(senders.mail_gateway() is not None)
    return (by_phone | by_mail) & func.coalesce(~DECLINED, True)


def estimate(broadcast: Broadcast, now: datetime) -> Estimate:
    """Return what a mass notice would reach and cost if it started now."""
    to = receivers(broadcast, now).subquery()
    paid = is_reachable() & Member.phone.is_not(None)
    if senders.mail_gateway() not in {None, SCREEN}:
        paid &= Contact.email.is_(None)
    counted = (
        select(func.count(), func.count().filter(paid))
        .select_from(to)
        .join(Member, Member.id == to.c.id)
        .outerjoin(Contact, Contact.member_id == Member.id)
    )
    people, messages = db.session.execute(counted).one()
    house = house_rules()
    return Estimate(
        receivers=people,
        messages=messages if broadcast.outside else 0,
        price=price_of(broadcast),
        per_minute=house.broadcast_per_minute,
        budget_left=budget_left(now),
    )


def price_of(broadcast: Broadcast) -> Fen:
    """Return what the message of one receiver costs, by the longer of its two languages."""
    titles = {"zh": broadcast.title_zh, "en": broadcast.title_en or broadcast.title_zh}
    texts = [
        senders.words_of(BROADCAST, language).format(title=title, word=broadcast.word)
        for language, title in titles.items()
    ]
    return Fen(max(senders.pieces_sent(text) for text in texts) * house_rules().message_price)


def budget_left(now: datetime) -> Fen:
    """Return what mass notices may still cost today."""
    spent = spent_on(palace_day(now), Fund.BROADCASTS).amount
    return Fen(max(0, house_rules().broadcast_budget_day - spent))


def progress(broadcast: Broadcast) -> Progress:
    """Return how far a mass notice has come."""
    rows = db.session.execute(
        select(Notice.state, func.count())
        .where(Notice.kind == BROADCAST, Notice.subject == broadcast.subject)
        .group_by(Notice.state)
    )
    counts: dict[State, int] = {row[0]: row[1] for row in rows}
    failed = [State.UNCERTAIN, State.DEAD, State.DROPPED]
    return Progress(
        waiting=counts.get(State.OWED, 0),
        going=counts.get(State.SENDING, 0),
        sent=counts.get(State.SENT, 0),
        inbox=counts.get(State.INBOX, 0),
        failed=sum(counts.get(state, 0) for state in failed),
    )


def running() -> Sequence[int]:
    """Return the mass notices that go out now, oldest first."""
    wanted = select(Broadcast.id).where(Broadcast.state == Stage.RUNNING)
    return db.session.scalars(wanted.order_by(Broadcast.id)).all()


def released_at() -> datetime | None:
    """Return when the last receivers of any mass notice were let go."""
    return db.session.scalar(select(func.max(Broadcast.released_at)))


def stopped(subjects: Collection[str]) -> set[str]:
    """Return which of these mass notices were stopped."""
    ids = [int(subject.partition(":")[2]) for subject in subjects]
    wanted = select(Broadcast.id).where(Broadcast.id.in_(ids), Broadcast.state == Stage.STOPPED)
    return {f"broadcast:{broadcast_id}" for broadcast_id in db.session.scalars(wanted)}


def by_word(word: str) -> Broadcast | None:
    """Return the mass notice that a word stands for, once it went out."""
    wanted = select(Broadcast).where(Broadcast.word == word, Broadcast.state != Stage.DRAFT)
    return db.session.scalars(wanted).first()


def bodies(subjects: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the long texts of mass notices by subject, in both languages."""
    ids = [int(subject.partition(":")[2]) for subject in subjects]
    wanted = select(Broadcast.id, Broadcast.body_zh, Broadcast.body_en)
    rows = db.session.execute(wanted.where(Broadcast.id.in_(ids)))
    return {f"broadcast:{row.id}": {"zh": row.body_zh, "en": row.body_en} for row in rows}
