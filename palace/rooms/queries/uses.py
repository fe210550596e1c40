"""What holds a room, in words, for whoever wants to have it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, select

from palace import words
from palace.db import db
from palace.hours.models import Closure
from palace.programme.models import Performance
from palace.rooms.models import Occurrence, Purpose, Reservation
from palace.troupes.models import Troupe
from palace.venues.models import Occupancy
from palace.venues.rules import USE_WORDS


@dataclass(frozen=True, kw_only=True)
class Said:
    """A use of a space in words, with the page where it can be moved, if there is one."""

    words: str
    address: str = ""


def said_of(occupancy_ids: Collection[int]) -> dict[int, Said]:
    """Return what some occupancies are for, in words."""
    ids = list(occupancy_ids)
    found = dict(_others(ids)) | dict(_performances(ids)) | dict(_dates(ids))
    return found | dict(_closures(ids))


def _others(ids: list[int]) -> list[tuple[int, Said]]:
    wanted = select(Occupancy.id, Occupancy.use).where(Occupancy.id.in_(ids))
    return [(one, Said(words=gettext(USE_WORDS[use]))) for one, use in db.session.execute(wanted)]


def _performances(ids: list[int]) -> list[tuple[int, Said]]:
    wanted = select(Performance).where(Performance.occupancy_id.in_(ids))
    return [
        (
            one.occupancy_id or 0,
            Said(
                words=words.named(one.production, "title"),
                address=url_for("desk.performance", performance_id=one.id),
            ),
        )
        for one in db.session.scalars(wanted).unique()
    ]


def _dates(ids: list[int]) -> list[tuple[int, Said]]:
    return [
        (one.occupancy_id or 0, Said(words=called(purpose, troupe)))
        for one, purpose, troupe in with_names(Occurrence.occupancy_id.in_(ids))
    ]


def with_names(
    those: ColumnElement[bool],
) -> list[tuple[Occurrence, Purpose, Troupe | None]]:
    """Return dates of reservations with what they are for and whose troupe's, by their beginning."""
    wanted = (
        select(Occurrence, Purpose, Troupe)
        .join(Reservation, Reservation.id == Occurrence.reservation_id)
        .join(Purpose, Purpose.code == Reservation.purpose)
        .outerjoin(Troupe, Troupe.id == Occurrence.troupe_id)
        .where(those)
        .order_by(Occurrence.starts_at)
    )
    found = db.session.execute(wanted).unique()
    return [(one, purpose, troupe) for one, purpose, troupe in found]


def called(purpose: Purpose, troupe: Troupe | None) -> str:
    """Return what a date is called: whose troupe's and what for; a member has no name here."""
    whose = words.named(troupe) if troupe else gettext("会员")
    return f"{whose} · {words.named(purpose)}"


def _closures(ids: list[int]) -> list[tuple[int, Said]]:
    wanted = select(Closure).where(Closure.occupancy_id.in_(ids))
    return [
        (
            one.occupancy_id or 0,
            Said(
                words=words.named(one, "reason"),
                address=url_for("closures.closure", code=one.batch),
            ),
        )
        for one in db.session.scalars(wanted)
    ]
