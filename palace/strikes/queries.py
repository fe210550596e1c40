"""Which strikes there are, of one member and of all; never writes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import select

from palace import words
from palace.db import db, table_of
from palace.errors import NotFound
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.models import Member
from palace.members.rules import mask_name
from palace.strikes.models import Strike
from palace.text import N_


def of_member(member_id: int) -> Sequence[Strike]:
    """Return the strikes of a member that stand, newest first."""
    wanted = select(Strike).where(Strike.member_id == member_id, Strike.forgiven_at.is_(None))
    newest_first = wanted.order_by(Strike.happened_at.desc(), Strike.id.desc())
    return db.session.scalars(newest_first).all()


def get_strike(strike_id: int) -> Strike:
    """Return a strike.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Strike, strike_id)
    if found is None:
        raise NotFound
    return found


def get_locked(strike_id: int) -> Strike:
    """Return a strike as it stands under its lock.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Strike).where(Strike.id == strike_id).with_for_update(key_share=True)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def who(strike: Strike) -> str:
    """Return whose strike it is, as staff may read it."""
    found = db.session.get_one(Member, strike.member_id)
    return _told(found.name, found.phone)


def _told(name: str, phone: str | None) -> str:
    return f"{mask_name(name) if name else ''} {(phone or '')[-4:]}".strip()


STRIKES = List(
    endpoint="strikes.home",
    title=N_("预约了没来"),
    source=table_of(Strike).join(table_of(Member), Member.id == Strike.member_id),
    key=Strike.id,
    order="-happened_at",
    more=[Strike.title_en, Member.phone],
    columns=[
        Column(
            name="happened_at",
            heading=N_("时间"),
            of=Strike.happened_at,
            kind=Kind.INSTANT,
            sorts=True,
            filters=True,
        ),
        Column(
            name="title_zh",
            heading=N_("演出"),
            of=Strike.title_zh,
            filters=True,
            say=lambda row: words.named(row, "title"),
            link=lambda row: url_for("strikes.strike", strike_id=row.list_key),
        ),
        Column(
            name="name",
            heading=N_("谁"),
            of=Member.name,
            say=lambda row: _told(row.name, row.phone),
        ),
        Column(
            name="forgiven",
            heading=N_("不算了"),
            of=Strike.forgiven_at.is_not(None),
            kind=Kind.YES_NO,
            filters=True,
        ),
    ],
)
