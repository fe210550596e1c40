"""Units somebody may choose, posters, applications, and what is open next; reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, select

from palace.db import db
from palace.errors import NotFound
from palace.joining.errors import UnitUnknown
from palace.joining.models import Application, Poster
from palace.joining.rules import SUGGESTED, Verdict, is_search, suggested
from palace.members.models import Member, Post, RosterEntry, Unit
from palace.members.rules import tidy_name
from palace.members.units import UnitKind
from palace.programme.models import Performance, Price, Production, Tier
from palace.programme.rules import Qualifies
from palace.roster.tree import below, find_units
from palace.tickets import queries as tickets

MOST_FOUND = 12
CHOSEN = (Unit.kind == UnitKind.BASIC, Unit.closed_at.is_(None))
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
    own = [poster.unit] if poster.unit.kind is UnitKind.BASIC else []
    return suggested(own, db.session.scalars(_most_chosen(_around(poster))))


def _most_chosen(parent_id: int | None) -> Select[Unit]:
    chosen = (
        select(func.count()).where(Application.unit_id == Unit.id).correlate(Unit).scalar_subquery()
    )
    wanted = select(Unit).where(Unit.id.in_(below(parent_id)), *CHOSEN)
    return wanted.order_by(chosen.desc(), Unit.name_zh).limit(SUGGESTED)


def units_called(typed: str, poster: Poster | None = None) -> Sequence[Unit]:
    """Return basic unions by what people call them, near the poster first; nothing for one letter.

    By name, nickname, pinyin or initials.
    """
    near = _around(poster) if poster else None
    return find_units(typed, near)[:MOST_FOUND] if is_search(typed) else []


def any_units_called(typed: str) -> Sequence[Unit]:
    """Return unions of any kind by what people call them."""
    return find_units(typed, basic=False)[:MOST_FOUND] if is_search(typed) else []


def _around(poster: Poster) -> int | None:
    """Return the unit whose tree is near a poster: its own, or the one above a firm's."""
    unit = poster.unit
    return unit.parent_id if unit.kind is UnitKind.BASIC else unit.id


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
    """Return a basic union that is open."""
    return db.session.scalars(select(Unit).where(Unit.id == unit_id, *CHOSEN)).first()


def _open() -> Select[Application]:
    return select(Application).where(
        Application.decided_at.is_(None), Application.withdrawn_at.is_(None)
    )


def open_counts() -> tuple[int, int]:
    """Return how many applications wait for a unit's word, and for how many nobody has its post."""
    waiting = _open().subquery()
    heard = exists().where(Post.unit_id == waiting.c.unit_id, Post.ended_at.is_(None))
    counts = select(func.count(), func.count().filter(~heard)).select_from(waiting)
    all_open, unheard = db.session.execute(counts).one()
    return all_open, unheard


def open_application(member_id: int) -> Application | None:
    """Return a member's application that nobody has decided."""
    return db.session.scalars(_open().where(Application.member_id == member_id)).first()


def last_application(member_id: int) -> Application | None:
    """Return what a member applied for last, decided or not."""
    wanted = select(Application).where(Application.member_id == member_id)
    return db.session.scalars(wanted.order_by(Application.id.desc()).limit(1)).first()


def standing_application(member_id: int) -> Application | None:
    """Return a member's last application while it waits for the unit's word or was refused."""
    last = last_application(member_id)
    if last is None or last.withdrawn_at or last.verdict is Verdict.CONFIRMED:
        return None
    return last


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
