"""The palace takes a room back while people take, cancel and decide: nobody has an hour twice, no circle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.approvals import services as approvals
from palace.db import db
from palace.members.models import Member
from palace.rooms import services
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.queries.displaced import in_the_way
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.services.displacing import make_way
from palace.rooms.states import OccurrenceState
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use
from palace.venues.services import occupy
from tests.factory import Factory
from tests.lending import Lending, span
from tests.races.together import codes, together

ROUNDS = 20


@pytest.fixture
def lending(live: Factory) -> Lending:
    """Return the factory of lent rooms whose rows are committed."""
    return Lending(live)


def evening(lending: Lending, day: int) -> Range[datetime]:
    """Return the hours of a show on a day."""
    that = span(lending.day(day), "17:00", 300)
    return Range(that.starts_at, that.ends_at)


def showing(space_id: int, during: Range[datetime], agreed: set[int]) -> Callable[[], object]:
    """Return a try of the palace to take a hall from who has it."""

    def show() -> object:
        space = db.session.get_one(Space, space_id)
        make_way(space, during, agreed, by="staff:1")
        return occupy(space, during, Use.PERFORMANCE).id

    return show


def cancelling(of: int) -> Callable[[], object]:
    """Return a try to give a reservation back."""
    return lambda: len(services.cancel(db.session.get_one(Reservation, of), None, by="member:1"))


def taking(lending: Lending, room: Room, day: int) -> Callable[[], object]:
    """Return a stranger's try to take the room."""
    troupe = lending.troupe("民族管弦乐团")
    wish = lending.wish(room, lending.day(day), troupe=troupe, member=lending.leader(troupe))
    member_id = wish.member.id

    def take() -> object:
        member = db.session.get_one(Member, member_id)
        return services.reserve(replace(wish, member=member), by=f"member:{member_id}").id

    return take


def test_a_show_and_who_takes_or_gives_back_its_hall(
    live: Factory, live_app: Flask, lending: Lending
) -> None:
    policy = lending.policy(opens_days=366, troupe_week_minutes=0)
    room, other = lending.room(policy=policy), lending.room(policy=policy)
    seen: set[str] = set()
    for day in range(3, 3 + ROUNDS):
        made = lending.reservation(room, lending.day(day))
        stranger, elsewhere = taking(lending, room, day), taking(lending, other, day)
        during = evening(lending, day)
        agreed = {one.occurrence.id for one in in_the_way(room.space, during, clock.now())}
        live.commit()
        results = codes(
            together(
                live_app,
                [
                    showing(room.space_id, during, agreed),
                    cancelling(made.id),
                    stranger,
                    elsewhere,
                    showing(room.space_id, during, agreed),
                ],
            )
        )
        seen |= set(results)
        uses = db.session.scalars(
            select(Occupancy.use).where(
                Occupancy.space_id == room.space_id, Occupancy.during.op("&&")(during)
            )
        ).all()
        assert len(uses) == 1 or uses == []
        (state,) = db.session.scalars(
            select(Occurrence.state).where(Occurrence.reservation_id == made.id)
        )
        assert state in {OccurrenceState.DISPLACED, OccurrenceState.CANCELLED}
        live.commit()
    allowed = {"won", "in_the_way_changed", "room_taken", "occurrence_over", "space_occupied"}
    assert seen <= allowed, seen


def test_two_decide_while_its_leader_gives_back(
    live: Factory, live_app: Flask, lending: Lending
) -> None:
    room = lending.room(approval=True, policy=lending.policy(opens_days=366))
    for day in range(3, 3 + ROUNDS):
        made = lending.reservation(room, lending.day(day))
        ids = {one.id for one in occurrences_of(made.id)}
        live.commit()

        def decide(passed: bool, of: int = made.id, those: set[int] = ids) -> Callable[[], object]:
            return lambda: approvals.decide(
                db.session.get_one(Reservation, of), those, passed=passed, why="", by="staff:1"
            )

        results = codes(together(live_app, [decide(True), decide(False), cancelling(made.id)]))
        assert set(results) <= {"won", "nothing_waits"}, results
        held, state = db.session.execute(
            select(Occurrence.occupancy_id, Occurrence.state).where(
                Occurrence.reservation_id == made.id
            )
        ).one()
        assert (held is not None) == (state is OccurrenceState.CONFIRMED)
        live.commit()
