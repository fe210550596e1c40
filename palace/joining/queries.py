"""Units somebody may choose, posters, applications, and what is open next; reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from palace.db import db
from palace.errors import NotFound
from palace.joining.errors import UnitUnknown
from palace.joining.models import Application, Poster
from palace.joining.rules import SUGGESTED, is_search, suggested
from palace.members.models import Member, RosterEntry, Unit
from palace.members.rules import tidy_name
from palace.programme.models import Performance, Price, Production, Tier
from palace.programme.rules import Qualifies
from palace.tickets import queries as tickets

BASIC = "basic"
MOST_FOUND = 12
EXHIBITION = "exhibition"


def find_poster(code: str) -> Poster | None:
    """Return a poster that still holds."""
    return db.session.scalars(
        select(Poster).where(Poster.code == code, Poster.retired_at.is_(None))
    ).first()


def get_poster(code: str) -> Poster:
    """Return a poster, also one that was taken down.

    Raises:
        NotFound: there is none.
    """
    poster = db.session.scalars(select(Poster).where(Poster.code == code)).first()
    if poster is None:
        raise NotFound
    return poster


def posters() -> Sequence[Poster]:
    """Return all posters, those that hold first, newest first."""
    order = (Poster.retired_at.is_not(None), Poster.id.desc())
    return db.session.scalars(select(Poster).order_by(*order)).all()


def suggestions(poster: Poster | None) -> list[Unit]:
    """Return the units offered before anybody types: the poster's own, then its neighbours most chosen."""
    if poster is None:
        return []
    own = [poster.unit] if poster.unit.kind == BASIC else []
    below = poster.unit.id if not own else poster.unit.parent_id
    return suggested(own, db.session.scalars(_most_chosen(below)))


def _most_chosen(parent_id: int | None) -> Select[Unit]:
    tree = select(Unit.id).where(Unit.id == parent_id).cte(recursive=True)
    tree = tree.union_all(select(Unit.id).join(tree, Unit.parent_id == tree.c.id))
    chosen = (
        select(func.count()).where(Application.unit_id == Unit.id).correlate(Unit).scalar_subquery()
    )
    wanted = select(Unit).where(Unit.id.in_(select(tree.c.id)), Unit.kind == BASIC)
    return wanted.order_by(chosen.desc(), Unit.name_zh).limit(SUGGESTED)


def units_called(typed: str) -> Sequence[Unit]:
    """Return basic unions by what somebody typed of their name; nothing while it is too short."""
    return _called(typed, Unit.kind == BASIC)


def any_units_called(typed: str) -> Sequence[Unit]:
    """Return unions of any kind by what somebody typed of their name."""
    return _called(typed)


def _called(words: str, *conditions: ColumnElement[bool]) -> Sequence[Unit]:
    if not is_search(words):
        return []
    wanted = select(Unit).where(Unit.name_zh.contains(words, autoescape=True), *conditions)
    return db.session.scalars(wanted.order_by(func.length(Unit.name_zh)).limit(MOST_FOUND)).all()


def get_unit(unit_id: int) -> Unit:
    """Return a union of any kind.

    Raises:
        UnitUnknown: there is none.
    """
    unit = db.session.get(Unit, unit_id)
    if unit is None:
        raise UnitUnknown
    return unit


def find_basic_unit(unit_id: int) -> Unit | None:
    """Return a basic union."""
    return db.session.scalars(select(Unit).where(Unit.id == unit_id, Unit.kind == BASIC)).first()


def _open() -> Select[Application]:
    return select(Application).where(
        Application.decided_at.is_(None), Application.withdrawn_at.is_(None)
    )


def open_application(member_id: int) -> Application | None:
    """Return a member's application that nobody has decided."""
    return db.session.scalars(_open().where(Application.member_id == member_id)).first()


def last_application(member_id: int) -> Application | None:
    """Return what a member applied for last, decided or not."""
    wanted = select(Application).where(Application.member_id == member_id)
    return db.session.scalars(wanted.order_by(Application.id.desc()).limit(1)).first()


def lock_open_application(application_id: int) -> Application | None:
    """Lock and return an application that nobody has decided."""
    wanted = _open().where(Application.id == application_id)
    fresh = {"populate_existing": True}
    return db.session.scalars(
        wanted.with_for_update(key_share=True, of=Application), execution_options=fresh
    ).first()


def unclaimed_called(unit_id: int, name: str) -> list[RosterEntry]:
    """Return a unit's roster entries of this name that belong to no account, locked, by id."""
    claimed = select(Member.id).where(Member.roster_entry_id == RosterEntry.id).exists()
    wanted = select(RosterEntry).where(RosterEntry.unit_id == unit_id, ~claimed)
    named = wanted.where(RosterEntry.name == tidy_name(name)).order_by(RosterEntry.id)
    return list(db.session.scalars(named.with_for_update(key_share=True, of=RosterEntry)))


def carded(unit_id: int, card_number: str) -> RosterEntry | None:
    """Return the entry of a card number on a unit's own roster."""
    wanted = select(RosterEntry).where(
        RosterEntry.unit_id == unit_id, RosterEntry.card_number == card_number
    )
    return db.session.scalars(wanted).first()


def next_open(now: datetime, *, for_members: bool) -> Performance | None:
    """Return the next performance on sale with places left, at a price this person may pay."""
    anyone = Tier.qualifies == Qualifies.ANYONE
    priced = (
        select(Price.id)
        .join(Tier, Tier.id == Price.tier_id)
        .where(Price.performance_id == Performance.id, *([] if for_members else [anyone]))
    )
    wanted = select(Performance).where(
        Performance.published_at.is_not(None),
        Performance.cancelled_at.is_(None),
        Performance.sale_opens_at <= now,
        Performance.sale_closes_at > now,
        Performance.starts_at > now,
        priced.exists(),
    )
    entries_last = (Production.kind == EXHIBITION, Performance.starts_at)
    wanted = wanted.join(Performance.production).order_by(*entries_last).limit(MOST_FOUND)
    found = db.session.scalars(wanted).all()
    taken = tickets.taken_counts([performance.id for performance in found], now)
    return next((one for one in found if taken.get(one.id, 0) < one.capacity), None)
