"""Reads for slips, the week of a house and the report of use; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import BigInteger, ColumnElement, cast, func, select

from palace import words
from palace.courses.models import Enrolment, Offering
from palace.db import db, table_of
from palace.errors import NotFound
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn
from palace.rooms.models import Occurrence, Purpose, Reservation
from palace.rooms.queries import grid
from palace.rooms.queries.grid import Seen
from palace.rooms.queries.places import places_at
from palace.rooms.states import STANDING_WORDS, OccurrenceState
from palace.rooms.timetable import Lane, Place
from palace.rooms.wishes import Takers
from palace.text import N_
from palace.troupes.models import Troupe
from palace.usage import rules
from palace.usage.rules import Date, Day, Report
from palace.venues import queries as venues
from palace.venues.models import Site, Space
from palace.venues.queries import at_sites

Sites = frozenset[int] | None
COUNTED = (OccurrenceState.CONFIRMED, OccurrenceState.MISSED)


def houses(sites: Sites) -> list[Site]:
    """Return these houses (None: all), the head first."""
    return [one for one in venues.sites() if sites is None or one.id in sites]


def get_house(sites: Sites, code: str | None) -> Site:
    """Return one of these houses by its code, the first where none is named.

    Raises:
        NotFound: there is none.
    """
    found = [one for one in houses(sites) if code in (None, "", one.code)]
    if not found:
        raise NotFound
    return found[0]


def reservation_at(sites: Sites, code: str) -> Reservation:
    """Return a reservation of a room of these houses.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Reservation).join(Space, Space.id == Reservation.space_id)
    found = db.session.scalars(wanted.where(Reservation.code == code, _within(sites))).first()
    if found is None:
        raise NotFound
    return found


def enrolment_at(sites: Sites, code: str) -> Enrolment:
    """Return a place in a class of these houses.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Enrolment).join(Enrolment.offering).join(Space, Space.id == Offering.space_id)
    found = db.session.scalars(wanted.where(Enrolment.code == code, _within(sites))).first()
    if found is None:
        raise NotFound
    return found


def _within(sites: Sites) -> ColumnElement[bool]:
    return at_sites(Space.site_id, sites)


def week(site_id: int, days: Sequence[date], now: datetime) -> list[tuple[Place, list[Lane]]]:
    """Return every room of a house with its days, those of troupes first."""
    places = _places(site_id)
    found = grid.lanes(places, days, now, Seen()) if places else []
    return [
        (place, found[number * len(days) : (number + 1) * len(days)])
        for number, place in enumerate(places)
    ]


def _places(site_id: int) -> list[Place]:
    return [
        *places_at(site_id, Takers.TROUPE),
        *places_at(site_id, Takers.MEMBER),
    ]


@dataclass(frozen=True)
class Used:
    """The report of a house over some days, its rooms, and the troupes by their ids."""

    report: Report
    rooms: list[Place]
    troupes: dict[int | None, Troupe]


def used(site_id: int, first: date, last: date, now: datetime) -> Used:
    """Return how the rooms of a house were used, both days included."""
    places = _places(site_id)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    lanes = grid.lanes(places, days, now, Seen()) if places else []
    dates = _dates(site_id, first, last)
    told = rules.report([_day(lane) for lane in lanes], dates)
    return Used(told, places, _troupes(told.troupes.keys() - {None}))


def _day(lane: Lane) -> Day:
    return Day(
        space_id=lane.place.space_id,
        day=lane.day,
        parts=lane.parts,
        held=[(one.begins, one.ends) for one in lane.taken],
    )


def _dates(site_id: int, first: date, last: date) -> list[Date]:
    wanted = (
        select(
            Occurrence.space_id,
            Occurrence.troupe_id,
            Occurrence.day,
            Occurrence.starts_at,
            Occurrence.ends_at,
            Occurrence.arrived_at,
            Occurrence.state,
        )
        .join(Space, Space.id == Occurrence.space_id)
        .where(Space.site_id == site_id, Occurrence.day.between(first, last))
        .where(Occurrence.state.in_(COUNTED))
        .order_by(Occurrence.day, Occurrence.id)
    )
    return [
        Date(
            space_id=row.space_id,
            troupe_id=row.troupe_id,
            day=row.day,
            span=(
                grid.minute_of(row.day, row.starts_at),
                grid.minute_of(row.day, row.ends_at),
            ),
            arrived=row.arrived_at is not None,
            missed=row.state is OccurrenceState.MISSED,
        )
        for row in db.session.execute(wanted)
    ]


def _troupes(ids: set[int | None]) -> dict[int | None, Troupe]:
    wanted = select(Troupe).where(Troupe.id.in_(ids)).order_by(Troupe.name_zh, Troupe.id)
    return {one.id: one for one in db.session.scalars(wanted)}


def _of_their_sites(actor: SignedIn, **_: object) -> ColumnElement[bool]:
    return _within(actor.sites(*AT_PROGRAMME))


def _taker(row: Any) -> str:
    return words.named(row, "troupe") if row.troupe_zh else gettext("会员")


def _minutes() -> ColumnElement[int]:
    seconds = func.extract("epoch", Occurrence.ends_at - Occurrence.starts_at)
    return cast(seconds / 60, BigInteger)


DATES = List(
    endpoint="usage.dates",
    title=N_("每一次预约"),
    source=table_of(Occurrence)
    .join(table_of(Reservation), Reservation.id == Occurrence.reservation_id)
    .join(table_of(Space), Space.id == Occurrence.space_id)
    .join(table_of(Purpose), Purpose.code == Reservation.purpose)
    .outerjoin(table_of(Troupe), Troupe.id == Occurrence.troupe_id),
    key=Occurrence.id,
    order="-day",
    scope=_of_their_sites,
    template="usage/dates.html",
    empty=N_("还没有人预约过。"),
    more=[
        Space.name_en.label("room_en"),
        Troupe.name_en.label("troupe_en"),
        Purpose.name_en.label("purpose_en"),
        Occurrence.ends_at,
        Reservation.code,
    ],
    columns=[
        Column(
            name="day",
            heading=N_("日期"),
            of=Occurrence.day,
            kind=Kind.DAY,
            sorts=True,
            filters=True,
            link=lambda row: url_for("usage.staff_slip", code=row.code),
        ),
        Column(
            name="starts_at",
            heading=N_("时间"),
            of=Occurrence.starts_at,
            say=lambda row: f"{words.time_words(row.starts_at)}–{words.time_words(row.ends_at)}",
        ),
        Column(name="minutes", heading=N_("分钟"), of=_minutes(), kind=Kind.NUMBER),
        Column(
            name="room_zh",
            heading=N_("场地"),
            of=Space.name_zh,
            filters=True,
            say=lambda row: words.named(row, "room"),
        ),
        Column(name="troupe_zh", heading=N_("团队"), of=Troupe.name_zh, filters=True, say=_taker),
        Column(
            name="purpose_zh",
            heading=N_("用途"),
            of=Purpose.name_zh,
            say=lambda row: words.named(row, "purpose"),
        ),
        Column(name="people", heading=N_("人数"), of=Reservation.people, kind=Kind.NUMBER),
        Column(
            name="state",
            heading=N_("情况"),
            of=Occurrence.state,
            kind=Kind.WORD,
            choices={state.value: said for state, said in STANDING_WORDS.items()},
            filters=True,
        ),
        Column(
            name="arrived_at",
            heading=N_("签到"),
            of=Occurrence.arrived_at,
            kind=Kind.INSTANT,
            nullable=True,
        ),
    ],
)
"""Every date of a reservation, also those that were given back: what the report counts."""
