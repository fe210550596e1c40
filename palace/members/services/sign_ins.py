"""Sign-ins are rows: opened after a proof, ended one by one or all at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import select, update

from palace.db import db
from palace.members import queries
from palace.members.models import Member, SignIn, Staff
from palace.members.rules import MEMBER_SIGN_IN, STAFF_SIGN_IN, Known, SignedIn
from palace.members.services.audit import note


def token_hash(token: str) -> bytes:
    """Return what stands for a sign-in token in the table: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).digest()


def open_sign_in(person: Member | Staff, now: datetime) -> SignIn:
    """Sign a person in on one browser; the token is on the returned object only."""
    token = secrets.token_urlsafe(32)
    of_staff = isinstance(person, Staff)
    sign_in = SignIn(
        token_hash=token_hash(token),
        member=None if isinstance(person, Staff) else person,
        staff=person if isinstance(person, Staff) else None,
        created_at=now,
        proven_at=now,
        expires_at=now + (STAFF_SIGN_IN if of_staff else MEMBER_SIGN_IN),
        ended_at=None,
    )
    db.session.add(sign_in)
    db.session.flush()
    sign_in.token = token
    if of_staff:
        actor = f"staff:{person.id}"
        note("staff_signed_in", actor, actor=actor)
    return sign_in


def renew_sign_in(sign_in: SignedIn, now: datetime) -> str:
    """Give a sign-in whose person has just proven who they are another token; the old one is dead."""
    token = secrets.token_urlsafe(32)
    renewed = update(SignIn).where(SignIn.id == sign_in.id, SignIn.ended_at.is_(None))
    db.session.execute(renewed.values(token_hash=token_hash(token), proven_at=now))
    return token


def act_for(sign_in: SignedIn, member_id: int, until: datetime, found_by: str) -> None:
    """Let staff act for a member from one browser until then; for whom they did before, they end.

    Raises:
        NotFound: the member was erased.
    """
    stop_acting(sign_in)
    queries.lock(member_id)
    begun = update(SignIn).where(SignIn.id == sign_in.id, SignIn.staff_id.is_not(None))
    db.session.execute(begun.values(acting_for=member_id, acting_until=until))
    note("acting_begun", f"member:{member_id}", after={"found_by": found_by}, actor=sign_in.actor)


def stop_acting(sign_in: SignedIn) -> None:
    """End acting for a member; a second end, or one after its time, says nothing in the audit.

    The row says for whom it was: another tab may have begun since this request did.
    """
    row = select(queries.ACTED_FOR).where(SignIn.id == sign_in.id)
    member_id = db.session.scalar(row.with_for_update(key_share=True))
    ended = update(SignIn).where(SignIn.id == sign_in.id, SignIn.acting_for.is_not(None))
    db.session.execute(ended.values(acting_for=None, acting_until=None))
    if member_id is not None:
        note("acting_ended", f"member:{member_id}", actor=sign_in.actor)


def end_sign_ins(who: Member | Staff, now: datetime, *, but: int | None = None) -> int:
    """End the sign-ins of a member or staff, `but` one; return how many there were."""
    whose = SignIn.staff_id if isinstance(who, Staff) else SignIn.member_id
    ended = update(SignIn).where(
        whose == who.id, SignIn.ended_at.is_(None), SignIn.id != (but or 0)
    )
    return len(db.session.execute(ended.values(ended_at=now).returning(SignIn.id)).all())


def end_sign_in(sign_in: SignedIn, now: datetime) -> None:
    """End a sign-in, and acting with it; a second end changes nothing."""
    if sign_in.staff:
        stop_acting(sign_in)
    ended = (
        update(SignIn)
        .where(SignIn.id == sign_in.id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )
    if db.session.execute(ended.returning(SignIn.id)).first() and sign_in.staff:
        note("staff_signed_out", sign_in.actor)


def sign_out_everywhere(member: Known, now: datetime) -> int:
    """End every sign-in of a member; return how many there were."""
    ended = (
        update(SignIn)
        .where(SignIn.member_id == member.id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )
    count = len(db.session.execute(ended.returning(SignIn.id)).all())
    note("signed_out_everywhere", f"member:{member.id}", after={"sign_ins": count})
    return count
