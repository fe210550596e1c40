"""What others learn of a reservation: the agenda of its troupe or member, and the notices owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from palace.agenda import services as agenda
from palace.agenda.rules import Owner
from palace.agenda.services import Dated
from palace.db import db
from palace.members.models import Post
from palace.notices import services as notices
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries import facts
from palace.rooms.queries.named import Named, named_of
from palace.rooms.states import OccurrenceState
from palace.statements import Question, execute_all

PENDING_ZH, PENDING_EN = "（等审批）", " (waiting for approval)"


def owner_of(one: Reservation | Occurrence) -> Owner:
    """Return in whose agenda a reservation stands: its troupe's, or its member's."""
    if one.troupe_id is not None:
        return Owner(troupe_id=one.troupe_id)
    return Owner(member_id=one.member_id)


def subject_of(one: Occurrence) -> str:
    """Return how agenda, notices and strikes name a date."""
    return f"occurrence:{one.id}"


def dated(one: Occurrence, told: Named | None = None) -> Dated:
    """Return a date as agendas have it; `told`: the names of its reservation, where they are known."""
    of = one.reservation
    told = told or named_of(of.purpose, of.troupe_id, [one.space_id])
    place = told.places[one.space_id]
    pending = one.state is OccurrenceState.PENDING
    return Dated(
        subject=subject_of(one),
        kind="room",
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        title_zh=told.title_zh + (PENDING_ZH if pending else ""),
        title_en=told.title_en + (PENDING_EN if pending else ""),
        place_zh=f"{place.site_zh} {place.name_zh}",
        place_en=f"{place.site_en}, {place.name_en}",
        path=f"/reservations/{of.code}",
    )


def titles(of: Reservation) -> tuple[str, str]:
    """Return what a reservation is called: what for, and whose troupe."""
    told = named_of(of.purpose, of.troupe_id, [of.space_id])
    return told.title_zh, told.title_en


def tell_taken(
    of: Reservation,
    dates: Sequence[Occurrence],
    named: Named | None = None,
    *,
    now: datetime,
    beside: Sequence[Question] = (),
) -> None:
    """Put the dates of a reservation that were taken into the agenda, and tell who took them.

    Args:
        named: the names of the reservation and the places of its dates, where they are known.
        beside: what else is to be written, in the same round trip.
    """
    held = [one for one in dates if one.state is not OccurrenceState.SKIPPED]
    spaces = sorted({one.space_id for one in held})
    named = named or named_of(of.purpose, of.troupe_id, spaces)
    owner = owner_of(of)
    there = {
        space_id: [dated(one, named) for one in held if one.space_id == space_id]
        for space_id in spaces
    }
    found = execute_all(
        *(agenda.entering_many(owner, many, now, space_id) for space_id, many in there.items()),
        *_owing_taken(of, held, named, now),
        *beside,
    )
    for (space_id, many), entered in zip(there.items(), found, strict=False):
        agenda.bring_up_many(owner, many, now, space_id, entered=entered)


def _owing_taken(
    of: Reservation, held: Sequence[Occurrence], named: Named, now: datetime
) -> Iterator[Question]:
    """Yield what tells who took dates: of those that are theirs, and of those somebody decides about."""
    confirmed = [one for one in held if one.state is OccurrenceState.CONFIRMED]
    for kind, some in (
        ("room_taken", confirmed),
        ("room_pending", [one for one in held if one not in confirmed]),
    ):
        if some:
            values = values_of(some, named)
            yield notices.owing(kind, subject_of(some[0]), f"member:{of.member_id}", values, now)


def values_of(dates: Sequence[Occurrence], told: Named | None = None) -> dict[str, Any]:
    """Return what a notice says of dates of one reservation."""
    first, of = dates[0], dates[0].reservation
    told = told or named_of(of.purpose, of.troupe_id, [first.space_id])
    place = told.places[first.space_id]
    return {
        "place": {"zh": place.name_zh, "en": place.name_en},
        "starts_at": first.starts_at.isoformat(),
        "count": len(dates),
    }


def tell_all(kind: str, dates: Sequence[Occurrence], now: datetime) -> None:
    """Tell everybody who may act for the taker what became of dates: all its leaders, or the member."""
    first = dates[0]
    for member_id in sorted(told(first)):
        notices.owe(kind, subject_of(first), f"member:{member_id}", values_of(dates), now)


def told(one: Occurrence) -> set[int]:
    """Return who hears of a date: all who lead its troupe, or its member."""
    return {one.member_id} if one.troupe_id is None else leaders_of(one.troupe_id)


def leaders_of(troupe_id: int) -> set[int]:
    """Return the members who lead a troupe, or are its deputies."""
    leading = select(Post.member_id).where(
        Post.troupe_id == troupe_id, Post.role.in_(facts.LEADING), Post.ended_at.is_(None)
    )
    return {found for found in db.session.scalars(leading) if found is not None}
