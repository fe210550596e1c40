"""Members an office vouches for: whom to ask about, and what its verdict changes.

The edge asks outside of any transaction, and writes each verdict in one of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.config import Settings
from palace.db import db
from palace.errors import NotFound
from palace.members import queries as members
from palace.members.models import Member, RosterEntry, Unit
from palace.members.services import note
from palace.members.units import RosterStatus, UnitKind
from palace.roster.models import RosterQuestion
from palace.roster.rules import Line, read_line_of
from palace.roster.verifier import SignedPost, Verdict, Verifier, Vouched

AGAIN_AFTER = timedelta(hours=20)
AT_ONCE = 50


@dataclass(frozen=True)
class Question:
    """Somebody to ask about."""

    member_id: int
    card_number: str
    name: str
    phone: str


def verifier_of(settings: Settings) -> Verifier | None:
    """Return the verifier the settings name."""
    if not settings.verifier_url:
        return None
    return SignedPost(settings.verifier_url, settings.verifier_secret)


def questions(now: datetime) -> list[Question]:
    """Return whom to ask about: who waits and was not asked about, and nightly who was vouched for."""
    waits = Member.roster_entry_id.is_(None) & RosterQuestion.member_id.is_(None)
    old = RosterEntry.vouched_at <= now - AGAIN_AFTER
    wanted = (
        select(Member)
        .outerjoin(RosterQuestion, RosterQuestion.member_id == Member.id)
        .outerjoin(RosterEntry, RosterEntry.id == Member.roster_entry_id)
        .where(Member.phone.is_not(None), Member.name != "", or_(waits, old))
    )
    found = db.session.scalars(wanted.order_by(RosterEntry.vouched_at, Member.id).limit(AT_ONCE))
    return [
        Question(
            one.id,
            one.roster_entry.card_number if one.roster_entry else "",
            one.name,
            one.phone or "",
        )
        for one in found
    ]


def ask_again(member_id: int) -> None:
    """Have the office asked about a member once more."""
    db.session.execute(delete(RosterQuestion).where(RosterQuestion.member_id == member_id))


def take_verdict(question: Question, verdict: Verdict) -> None:
    """Make a verdict an entry of the unit's roster, and tie the member to it; an import outranks it."""
    now = clock.now()
    try:
        members.lock(question.member_id)
    except NotFound:  # erased while the office was asked
        return
    member = db.session.get_one(Member, question.member_id, populate_existing=True)
    if (member.name, member.phone) != (question.name, question.phone):
        return
    asked = {"member_id": member.id, "asked_at": now, "answer": verdict.standing.value}
    new = insert(RosterQuestion).values(asked)
    db.session.execute(new.on_conflict_do_update(index_elements=["member_id"], set_=asked))
    if verdict.standing is Vouched.VALID:
        _vouch(member, verdict, now)
    else:
        _let_go(member, now)
    db.session.flush()


def _let_go(member: Member, now: datetime) -> None:
    """Have a member leave the entry an office vouched for; one an import wrote stays as it is."""
    entry = member.roster_entry
    if entry is not None and entry.vouched_at is not None:
        entry.status, entry.left_on = RosterStatus.LEFT, clock.palace_day(now)
        entry.vouched_at = now
        note("verifier_let_go", f"member:{member.id}", actor="system")


def _vouch(member: Member, verdict: Verdict, now: datetime) -> None:
    line = read_line_of(name=member.name, card=verdict.card_number)
    unit = db.session.scalars(
        select(Unit).where(Unit.code == verdict.unit_code, Unit.kind == UnitKind.BASIC)
    ).one_or_none()
    if unit is None or line.reason:
        return
    entry = _entry(unit, line, member)
    if entry.vouched_at is not None:
        entry.status, entry.left_on = RosterStatus.ACTIVE, None
        entry.valid_until, entry.vouched_at = verdict.valid_until, now
    taken = db.session.scalars(select(Member.id).where(Member.roster_entry_id == entry.id)).first()
    if entry.name == member.name and taken is None:
        _let_go(member, now)
        member.roster_entry = entry
        after = {"roster_entry": entry.id}
        note("member_recognised", f"member:{member.id}", after=after, actor="system")


def _entry(unit: Unit, line: Line, member: Member) -> RosterEntry:
    """Return the unit's entry of a card, made now unless it is there."""
    row = {
        "unit_id": unit.id,
        "card_number": line.card,
        "name": member.name,
        "phone": member.phone,
        "vouched_at": clock.now(),
    }
    db.session.execute(insert(RosterEntry).values(row).on_conflict_do_nothing())
    wanted = select(RosterEntry).where(
        RosterEntry.unit_id == unit.id, RosterEntry.card_number == line.card
    )
    return db.session.scalars(wanted.with_for_update(key_share=True, of=RosterEntry)).one()
