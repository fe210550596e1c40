"""The demonstration's rooms: all 18 and every court are lent, and their houses are open."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace.clock import at
from palace.db import db
from palace.demo import house, rooms
from palace.hours.queries import open_spans
from palace.rooms.models import Equipment, NoisePair, Purpose, Room
from palace.rooms.policies import Policy
from palace.rooms.wishes import Approval, Takers
from palace.venues.models import Space

DAY = date(2026, 12, 1)


@pytest.fixture
def palace(app: Flask) -> Flask:
    """Bring the houses and their rooms in."""
    house.bring_in()
    rooms.bring_in()
    return app


@pytest.mark.usefixtures("palace")
def test_every_room_and_court_is_lent_by_its_policy() -> None:
    counted = select(Policy.code, func.count().label("rooms")).join(
        Room, Room.policy_id == Policy.id
    )
    rows = db.session.execute(counted.group_by(Policy.code))
    by_policy = {row.code: row.rooms for row in rows}

    courts = {"badminton": 6, "table-tennis": 12, "billiards": 4}
    assert by_policy == {"rehearsal": 15, "hall": 3} | courts
    court = db.session.scalars(select(Policy).where(Policy.code == "badminton")).one()
    assert (court.takers, court.opens_days, court.unit_day_count) == (Takers.MEMBER, 1, 2)
    assert (court.opens_at, court.approval) == (time(8), Approval.NEVER)


@pytest.mark.usefixtures("palace")
def test_rooms_are_for_purposes_there_are_and_hold_what_the_house_has() -> None:
    known = set(db.session.scalars(select(Purpose.code)))
    lent = db.session.scalars(select(Room)).all()

    assert all(set(room.purposes) <= known and room.purposes for room in lent)
    assert all(room.min_people <= room.space.capacity for room in lent)
    assert db.session.scalar(select(func.count()).select_from(NoisePair)) == 3
    assert (db.session.scalar(select(func.sum(Equipment.stock))) or 0) > 0


@pytest.mark.usefixtures("palace")
@pytest.mark.parametrize(
    ("code", "opens", "closes"),
    [
        ("201", time(8, 30), at(DAY, time(21, 30))),
        ("theatre", time(8, 30), at(DAY, time(23))),
        ("square", time(6), at(DAY, time(22))),
        ("yangqu-hall", time(9), at(DAY, time(20))),
        ("station-lounge", time(), at(DAY.replace(day=2), time())),
    ],
)
def test_houses_and_spaces_are_open_as_their_rows_say(
    code: str, opens: time, closes: datetime
) -> None:
    space = db.session.scalars(select(Space).where(Space.code == code)).one()

    found = open_spans({space.id: space.site_id}, [DAY])[space.id, DAY]

    assert found == ((at(DAY, opens), closes),)
