"""Whose unit a date counts for: the one its member has when it is taken, also from a queue or by a change."""

from __future__ import annotations

from datetime import time

import pytest

from palace.db import db
from palace.members.models import Member, Unit
from palace.rooms import services
from palace.rooms.models import Room
from palace.rooms.queries.changing import Change
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.series import Scope
from palace.rooms.services import offering, waiting
from palace.rooms.services.editing import change
from palace.rooms.states import OccurrenceState
from tests.factory import Factory
from tests.lending import Lending


@pytest.fixture
def court(lending: Lending) -> Room:
    """Return a court that is open for tomorrow."""
    lending.clock_at(lending.day(), "12:00")
    return lending.court()


def moved(make: Factory, member_id: int) -> Unit:
    """Let a member's roster say another unit."""
    unit, member = make.unit(), db.session.get_one(Member, member_id)
    assert member.roster_entry is not None
    member.roster_entry.unit_id = unit.id
    db.session.flush()
    db.session.expire(member)
    return unit


def test_what_is_accepted_counts_for_the_unit_of_that_day(
    lending: Lending, make: Factory, court: Room
) -> None:
    day = lending.day(1)
    held = lending.reservation(court, day, minutes=60)
    wish = lending.wish(court, day, minutes=60)
    wait = waiting.join(wish, by="member:1")
    services.cancel(held, None, by="member:1")
    unit = moved(make, wish.member.id)
    offered = offering.accept(wish.member, wait, by="member:1")
    assert (offered.state, offered.unit_id) == (OccurrenceState.CONFIRMED, unit.id)


def test_what_is_changed_counts_for_the_unit_of_that_day(
    lending: Lending, make: Factory, court: Room
) -> None:
    one = lending.occurrence(court, lending.day(1), minutes=60)
    unit = moved(make, one.member_id)
    wanted = Change(scope=Scope.ONE, begins=time(10), minutes=60, people=one.reservation.people)
    of = change(db.session.get_one(Member, one.member_id), one.id, wanted, by="member:1")
    assert occurrences_of(of.id)[0].unit_id == unit.id
