"""What may be forgotten, and when: the hourly tidying. Nothing true hangs on it (design R3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from palace.agenda.models import AgendaEntry
from palace.blocks.models import Block, ListedName, NameList, PaperTicket, SignUp
from palace.classes.models import ClassMessage
from palace.clock import palace_day
from palace.commands import CommandKey
from palace.coupons.models import Coupon, CouponPool
from palace.courses.models import ClassWait, Offering
from palace.db import Base, db
from palace.joining.models import NO_CARD, Application
from palace.members.models import Challenge, Member, RosterEntry, SignIn
from palace.members.units import RosterStatus
from palace.notices.models import Notice
from palace.pictures.models import Picture
from palace.programme.models import Performance
from palace.review.models import Revision
from palace.roster.models import RosterChunk, RosterError, RosterImport
from palace.throttle import Throttle
from palace.tickets.keeping import KeptFor
from palace.tickets.models import Claim, Entrant, Ticket
from palace.troupes.models import TroupeMember
from palace.venues.models import HouseRules
from palace.waiting.models import WaitEntry


def tidy(rules: HouseRules, now: datetime) -> dict[str, int]:
    """Forget what has run out or is kept longer than the house rules say; return rows by table."""
    gone = {model.__tablename__: _forget(model, past) for model, past in _past(rules, now)}
    over = PaperTicket.block_id.in_(_blocks_over(rules, now)) & (PaperTicket.name != "")
    unnamed = update(PaperTicket).where(over).values(name="").returning(literal(1))
    long_over = Coupon.pool_id.in_(_pools_over(rules, now)) & Coupon.sealed.is_not(None)
    unread = update(Coupon).where(long_over).values(sealed=None).returning(literal(1))
    return gone | {
        PaperTicket.__tablename__: _count(unnamed),
        Coupon.__tablename__: _count(unread),
    }


def _count(changing: ReturningUpdate[int]) -> int:
    past_orm = changing.execution_options(synchronize_session=False)
    return len(db.session.execute(past_orm).all())


def _pools_over(rules: HouseRules, now: datetime) -> Select[int]:
    """Return the pools whose codes are worth nothing since longer than notices are kept."""
    last = palace_day(now - timedelta(days=rules.notice_keep_days))
    return select(CouponPool.id).where(CouponPool.valid_until < last)


def _past(rules: HouseRules, now: datetime) -> list[tuple[type[Base], ColumnElement[bool]]]:
    """Return, by table, the condition that a row may be forgotten; the last kept instant itself may."""
    return [
        (SignIn, SignIn.expires_at <= now),
        (Challenge, Challenge.created_at <= now - timedelta(days=rules.challenge_keep_days)),
        (CommandKey, CommandKey.created_at <= now - timedelta(days=rules.command_key_keep_days)),
        (Notice, Notice.created_at <= now - timedelta(days=rules.notice_keep_days)),
        (WaitEntry, WaitEntry.ended_at <= now - timedelta(days=rules.notice_keep_days)),
        (Throttle, Throttle.ends_at <= now),
        (Claim, _came_to_nothing(rules, now)),
        (RosterChunk, RosterChunk.created_at <= now - timedelta(days=rules.roster_keep_days)),
        (RosterError, _of_old_import(rules, now)),
        (Entrant, _long_over(rules, now)),
        (SignUp, SignUp.block_id.in_(_blocks_over(rules, now))),
        (ListedName, ListedName.list_id.in_(_lists_over(rules, now))),
        (AgendaEntry, AgendaEntry.ends_at <= now - timedelta(days=rules.agenda_keep_days)),
        (Application, _closed_long_ago(rules, now)),
        (Picture, _of_nothing(rules, now)),
        (TroupeMember, _left_long_ago(rules, now)),
        (ClassWait, ClassWait.ended_at <= now - timedelta(days=rules.notice_keep_days)),
        (ClassMessage, ClassMessage.sent_at <= now - timedelta(days=rules.notice_keep_days)),
    ]


def _left_long_ago(rules: HouseRules, now: datetime) -> ColumnElement[bool]:
    """Return the condition that somebody left a troupe so long ago as notices are kept."""
    return TroupeMember.left_on <= palace_day(now - timedelta(days=rules.notice_keep_days))


def _came_to_nothing(rules: HouseRules, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a claim lapsed and never became a ticket.

    One of a seat is taken over by the next buyer, and what was kept for a unit or by staff says how much
    went back on sale and is copied to another evening: those go with the dates of their show. A place
    without a seat, returned and rested, or kept for an offer, tells nobody anything and goes at once.
    """
    ticketed = exists().where(Ticket.claim_id == Claim.id)
    passing = or_(Claim.kept_for == KeptFor.RETURNED, Claim.kept_for.startswith("offer:"))
    unkept = or_(Claim.kept_until.is_(None), and_(Claim.kept_until <= now, passing))
    last = now - timedelta(days=rules.agenda_keep_days)
    past = exists().where(Performance.id == Claim.performance_id, Performance.ends_at <= last)
    over = and_(past, func.coalesce(Claim.kept_until, now) <= now)
    place = and_(Claim.seat_id.is_(None), unkept)
    return and_(Claim.held_until <= now, or_(place, over), ~ticketed)


def _of_old_import(rules: HouseRules, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a line was left out of a roster whose file is let go of by now."""
    last = now - timedelta(days=rules.roster_keep_days)
    return exists().where(RosterImport.id == RosterError.import_id, RosterImport.created_at <= last)


def _long_over(rules: HouseRules, now: datetime) -> ColumnElement[bool]:
    """Return the condition that somebody came, or could have come, to a show that is long over."""
    last = now - timedelta(days=rules.entrant_keep_days)
    return exists().where(Performance.id == Entrant.performance_id, Performance.ends_at <= last)


def _blocks_over(rules: HouseRules, now: datetime) -> Select[int]:
    """Return the blocks of shows that are long over: who got what of them need not be known by name."""
    last = now - timedelta(days=rules.entrant_keep_days)
    return select(Block.id).join(Block.performance).where(Performance.ends_at <= last)


def _lists_over(rules: HouseRules, now: datetime) -> Select[int]:
    return select(NameList.id).where(NameList.block_id.in_(_blocks_over(rules, now)))


def _closed_long_ago(rules: HouseRules, now: datetime) -> ColumnElement[bool]:
    """Return the condition that an application is long closed; one that made a roster entry goes with it.

    One that nobody decided is closed once a roster names the member. Whoever is erased takes along
    what only their own word put on a roster: the application tells.
    """
    is_listed = exists().where(
        Member.id == Application.member_id,
        RosterEntry.id == Member.roster_entry_id,
        RosterEntry.status != RosterStatus.LEFT,
    )
    asked_at = case((is_listed, Application.asked_at))
    closed_at = func.coalesce(Application.decided_at, Application.withdrawn_at, asked_at)
    listed = exists().where(RosterEntry.card_number == NO_CARD)
    return and_(closed_at <= now - timedelta(days=rules.application_keep_days), ~listed)


def _of_nothing(rules: HouseRules, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a picture was uploaded and stands in nothing that was sent in.

    It waits as long as an exported file, for whoever still corrects the form it came with.
    """
    last = now - timedelta(days=rules.export_keep_days)
    sides = [cast(side, Text) for side in (Revision.before, Revision.fields)]
    stands = [side.contains(Picture.code, autoescape=False) for side in sides]
    kept = exists().where(or_(*stands))
    of_class = exists().where(Offering.chat_picture == Picture.code)
    return and_(Picture.shown_at.is_(None), Picture.kept_at <= last, ~kept, ~of_class)


def _forget(model: type[Base], past: ColumnElement[bool]) -> int:
    gone = (
        delete(model).where(past).returning(literal(1)).execution_options(synchronize_session=False)
    )
    return len(db.session.execute(gone).all())
