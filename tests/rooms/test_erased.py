"""Who has a room still to come is not erased; what is left of who was is tidied up all the same."""

from __future__ import annotations

import pytest

from palace import clock
from palace.db import db
from palace.privacy import queries, services
from palace.privacy.errors import ThingsAhead
from palace.privacy.rules import Line, mark_of
from palace.rooms.models import Occurrence
from palace.rooms.states import OccurrenceState
from palace.strikes.models import Strike
from palace.upkeep import miss_due
from tests.lending import Lending


@pytest.fixture
def date(lending: Lending) -> Occurrence:
    """Return an hour of tomorrow on a court."""
    lending.clock_at(lending.today(), "12:00")
    lending.make.site()
    return lending.occurrence(lending.court(), lending.day(1), "10:00", 60, people=1)


def test_who_has_a_court_to_come_is_not_erased(date: Occurrence) -> None:
    ahead = queries.ahead(date.member_id, clock.now())
    assert [one.starts_at for one in ahead.dates] == [date.starts_at]
    with pytest.raises(ThingsAhead):
        services.erase(date.member_id, clock.now(), asked_by="x")


def test_a_court_of_who_was_erased_is_tidied_up(lending: Lending, date: Occurrence) -> None:
    erased = queries.get_member(date.member_id)
    other = lending.occurrence(lending.court(), lending.day(1), "10:00", 60, people=1)
    line = Line(date.member_id, mark_of(date.member_id, erased.created_at), clock.now(), "x")
    services.replay([line])
    lending.clock_at(date.day, "10:15")
    miss_due()
    db.session.expire_all()
    assert date.state is other.state is OccurrenceState.MISSED
    assert {one.member_id for one in db.session.query(Strike)} == {other.member_id}
