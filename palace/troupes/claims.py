"""Locks of a troupe and its certification, and the rows that only one of two can bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import aliased

from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member
from palace.troupes.errors import TroupeEnded
from palace.troupes.models import Certification, Troupe, TroupeMember
from palace.troupes.rules import Somebody


def lock_troupe(troupe_id: int) -> Troupe:
    """Lock a troupe that is there until the transaction ends; a member's lock comes before it.

    Raises:
        NotFound: there is none.
        TroupeEnded: it ended, perhaps while this waited.
    """
    wanted = select(Troupe).where(Troupe.id == troupe_id).with_for_update(key_share=True)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    if found.ended_at is not None:
        raise TroupeEnded
    return found


def lock_certification(troupe_id: int, season_id: int) -> Certification | None:
    """Lock a troupe's certification for a season, read anew; None: it never asked."""
    wanted = select(Certification).where(
        Certification.troupe_id == troupe_id, Certification.season_id == season_id
    )
    alone = wanted.with_for_update(key_share=True)
    return db.session.scalars(alone.execution_options(populate_existing=True)).first()


def put_on_roster(troupe_id: int, people: Sequence[Somebody], today: date) -> None:
    """Put people on a troupe's roster, behind its lock, linked where they have an account."""
    rows = [
        {"troupe_id": troupe_id, "name": one.name, "phone": one.phone, "joined_on": today}
        for one in people
    ]
    db.session.execute(insert(TroupeMember), rows)
    link(TroupeMember.troupe_id == troupe_id)


def link(*only: ColumnElement[bool]) -> int:
    """Link roster rows to the accounts of their number and name; return how many.

    An account that is on the roster already, and one of several of the same number and name, is not
    linked. `only`: which rows, or which accounts.
    """
    held = aliased(TroupeMember)
    linked = (
        select(func.count())
        .where(
            held.troupe_id == TroupeMember.troupe_id,
            held.member_id == Member.id,
            held.left_on.is_(None),
        )
        .scalar_subquery()
    )
    there = (TroupeMember.member_id.is_(None), TroupeMember.left_on.is_(None))
    fits = (
        select(TroupeMember.troupe_id, func.min(TroupeMember.id).label("row"), Member.id)
        .join(Member, (Member.phone == TroupeMember.phone) & (Member.name == TroupeMember.name))
        .where(*there, *only, Member.erased_at.is_(None), linked == 0)
        .group_by(TroupeMember.troupe_id, Member.id)
    ).subquery()
    one_account = (
        select(fits.c.row, func.min(fits.c.id).label("member_id"))
        .group_by(fits.c.row)
        .having(func.count() == 1)
        .subquery()
    )
    linking = (
        update(TroupeMember)
        .where(TroupeMember.id == one_account.c.row)
        .values(member_id=one_account.c.member_id)
        .returning(TroupeMember.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.execute(linking).all())
