"""Which strikes there are, of one member and of all; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask import url_for
from sqlalchemy import and_, func, select

from palace import words
from palace.clock import palace_day
from palace.db import db, table_of
from palace.errors import NotFound
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.models import Member
from palace.members.rules import mask_name
from palace.strikes.models import Appeal, Strike, StrikePreset
from palace.strikes.rules import Ladder
from palace.text import N_
from palace.venues.queries import house_rules

WAITING = and_(
    Appeal.strike_id.is_not(None), Appeal.decided_at.is_(None), Strike.forgiven_at.is_(None)
)
MOST_SHOWN = 20


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
    lock = select(Strike.id).where(Strike.id == strike_id).with_for_update(key_share=True)
    if db.session.scalar(lock) is None:
        raise NotFound
    # a statement of its own: the one that waited for the lock still sees the appeal as it was
    wanted = select(Strike).where(Strike.id == strike_id).execution_options(populate_existing=True)
    return db.session.scalars(wanted).one()


def ladder() -> Ladder:
    """Return what strikes lead to here."""
    house = house_rules()
    return Ladder(
        strikes=house.strikes_to_bar,
        within_days=house.strike_within_days,
        bar_days=house.bar_days,
    )


def presets() -> Sequence[StrikePreset]:
    """Return what strikes may lead to by a tap, the mildest first."""
    return db.session.scalars(select(StrikePreset).order_by(StrikePreset.position)).all()


def days_of_everybody(now: datetime, bar_days: int) -> list[list[date]]:
    """Return the palace days of the strikes that stand, a list for each who may be barred now.

    Nobody is whose last strike is longer ago than the longest bar in question.
    """
    recent = select(Strike.member_id).where(
        Strike.forgiven_at.is_(None), Strike.happened_at > now - timedelta(days=bar_days + 1)
    )
    wanted = select(Strike.member_id, Strike.happened_at).where(
        Strike.forgiven_at.is_(None), Strike.member_id.in_(recent)
    )
    days: dict[int, list[date]] = {}
    for member_id, happened_at in db.session.execute(wanted):
        days.setdefault(member_id, []).append(palace_day(happened_at))
    return list(days.values())


def open_appeals() -> Sequence[Strike]:
    """Return the strikes whose members wait for an answer, who asked first before the others."""
    wanted = select(Strike).join(Appeal).where(WAITING).order_by(Appeal.asked_at, Appeal.strike_id)
    return db.session.scalars(wanted.limit(MOST_SHOWN)).all()


def open_appeal_count() -> int:
    """Return how many members wait for an answer."""
    return db.session.scalar(select(func.count(Strike.id)).join(Appeal).where(WAITING)) or 0


def who(strike: Strike) -> str:
    """Return whose strike it is, as staff may read it."""
    found = db.session.get_one(Member, strike.member_id)
    return _told(found.name, found.phone)


def _told(name: str, phone: str | None) -> str:
    return f"{mask_name(name) if name else ''} {(phone or '')[-4:]}".strip()


STRIKES = List(
    endpoint="strikes.home",
    title=N_("预约了没来"),
    source=table_of(Strike)
    .join(table_of(Member), Member.id == Strike.member_id)
    .outerjoin(table_of(Appeal), Appeal.strike_id == Strike.id),
    template="strikes/home.html",
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
            heading=N_("什么"),
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
            name="waiting",
            heading=N_("请人再看"),
            of=WAITING,
            kind=Kind.YES_NO,
            filters=True,
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
