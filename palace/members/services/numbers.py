"""Whose a phone number is now: moved by its member, set at the desk, proven anew, or given up."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.members import facts, queries, rules
from palace.members.errors import FactNeeded, NothingKnown, NumberOfPost, SameNumber
from palace.members.models import AuditLine, Challenge, Member, RosterEntry
from palace.members.services.audit import note
from palace.members.services.codes import use_up
from palace.members.services.personal import Personal
from palace.members.services.sign_ins import end_sign_ins

MOST_FOUND = 20
NUMBER_LOCK = 7_215_004


@dataclass(frozen=True)
class NumberOffice:
    """What members ask of the parts above: how long a number may be idle, a document, to tell a number."""

    idle: Callable[[], timedelta]
    own_last_four: Callable[[int], str | None]
    tell: Callable[[str, int, datetime], None]


number_office: dict[str, NumberOffice] = {}
"""The one office, under "numbers"; wired in palace/wiring.py."""


def lock_number(*phones: str | None) -> None:
    """Let one at a time decide whose these numbers are, until the transaction ends."""
    for phone in sorted({phone for phone in phones if phone}):
        lock = func.pg_advisory_xact_lock(NUMBER_LOCK, func.hashtext(phone))
        db.session.execute(select(lock))


def move_number(member_id: int, challenge: Challenge, *, sign_in: int) -> None:
    """Give a member the number whose code they have just passed; other browsers sign in anew.

    Others may share it: that they do is told to nobody.

    Raises:
        SameNumber: it is theirs already.
        CodeGone: the code was used in the meantime.
    """
    now = clock.now()
    use_up(challenge, now)
    member = _give(member_id, challenge.phone, now, sign_in=sign_in)
    member.phone_proven_at = now
    db.session.flush()


def set_number(member_id: int, phone: str, *, of_posts: bool) -> None:
    """Give a member a number from the desk; as nobody proved it, its first code is not enough.

    `of_posts`: whether also to who has a post. The desk knows their card, and would sign in as them.

    Raises:
        SameNumber: it is theirs already.
        NumberOfPost: they have a post.
        NothingKnown: there is nothing their first sign-in could ask.
    """
    member = _give(member_id, phone, clock.now())
    if not of_posts and queries.posts_of(member):
        raise NumberOfPost
    if member.roster_entry is None and not number_office["numbers"].own_last_four(member.id):
        raise NothingKnown
    member.phone_proven_at = None
    db.session.flush()


def is_doubtful(member: Member, now: datetime) -> bool:
    """Return whether a member's number may be somebody else's by now."""
    since = now - number_office["numbers"].idle()
    if not facts.is_idle(member.phone_proven_at, None, since):
        return False
    return facts.is_idle(member.phone_proven_at, _last_seen(member.id), since)


def check_fact(member: Member, typed: str) -> None:
    """Let in who knows what only the old holder of a number does; it is theirs again.

    Raises:
        FactNeeded: that was nothing of the kind.
    """
    known = [number_office["numbers"].own_last_four(member.id)]
    if member.roster_entry:
        entry = member.roster_entry
        known += [entry.card_number, entry.unit.name_zh + entry.name]
        known += [entry.name + entry.unit.name_zh]
    if not facts.fact_fits(typed, known):
        raise FactNeeded
    note("number_proven", f"member:{member.id}", actor=f"member:{member.id}")


def free_idle(phone: str, now: datetime) -> None:
    """Take a number from its members if all are idle; they keep their accounts, found at the desk."""
    members = queries.members_on(phone)
    if not all(is_doubtful(one, now) for one in members):
        return
    for member in members:
        member.phone = None
        end_sign_ins(member, now)
        freed = Personal(member.id, {"phone": phone}, {"phone": None})
        note("number_freed", f"member:{member.id}", actor="system", personal=freed)
    db.session.flush()


def _give(member_id: int, phone: str, now: datetime, *, sign_in: int | None = None) -> Member:
    """Write that a number belongs to a member now; the numbers are locked before the member.

    `sign_in`: the member's own, which stays; None: somebody else gives the number.
    """
    seen = db.session.scalar(select(Member.phone).where(Member.id == member_id))
    lock_number(seen, phone)
    queries.lock(member_id)
    member = db.session.get_one(Member, member_id, populate_existing=True)
    before = member.phone
    if before == phone:
        raise SameNumber
    member.phone = phone
    end_sign_ins(member, now, but=sign_in)
    changed = Personal(member.id, {"phone": before}, {"phone": phone})
    subject = f"member:{member.id}"
    note("number_set" if sign_in is None else "number_changed", subject, personal=changed)
    if before:
        number_office["numbers"].tell(before, member.id, now)
    return member


def _last_seen(member_id: int) -> datetime | None:
    """Return when a member last did something that the audit keeps."""
    of_member = AuditLine.actor == f"member:{member_id}"
    return db.session.scalar(select(func.max(AuditLine.at)).where(of_member))


def _at_desk(typed: str) -> list[Member]:
    """Return members by union card or phone number, or by whole name who have lost their number."""
    card = "".join(unicodedata.normalize("NFKC", typed).upper().split())
    by_card = Member.roster_entry.has(RosterEntry.card_number.in_({typed, card}))
    phoneless = and_(Member.phone.is_(None), Member.name == typed)
    number = rules.mobile_number(typed)
    by_phone = [Member.phone == number] if number else []
    wanted = select(Member).where(or_(by_card, phoneless, *by_phone))
    return list(db.session.scalars(wanted.order_by(Member.id).limit(MOST_FOUND)))


def look_up(typed: str) -> list[Member]:
    """Return whom the desk finds; the audit says whom, and that nobody was found: it tells as much."""
    found = _at_desk(typed)
    for one in found:
        note("looked_up", f"member:{one.id}")
    if not found:
        note("looked_up", "roster", after={"people": 0})
    return found


def get_member(member_id: int) -> Member:
    """Return a member who was not erased.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Member, member_id)
    if found is None or found.erased_at is not None:
        raise NotFound
    return found
