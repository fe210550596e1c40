"""Rooms in the way of erasing: a court to come is the member's, a rehearsal the troupe's."""

from __future__ import annotations

import pytest

from palace import clock
from palace.privacy import queries, services
from palace.privacy.errors import ThingsAhead
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.services import cancel
from palace.rooms.states import OccurrenceState
from tests.factory import Factory
from tests.lending import Lending


def test_a_court_to_come_stands_in_the_way_until_it_is_cancelled(
    make: Factory, lending: Lending
) -> None:
    member, court = make.member(), lending.court()
    lending.clock_at(lending.today(), "09:00")
    made = lending.reservation(court, lending.day(1), "10:00", 60, member=member)
    assert len(queries.ahead(member.id, clock.now()).dates) == 1
    with pytest.raises(ThingsAhead):
        services.erase(member.id, clock.now(), asked_by=f"member:{member.id}")
    cancel(made, None, by=f"member:{member.id}")
    services.erase(member.id, clock.now(), asked_by=f"member:{member.id}")


def test_a_troupes_rehearsals_stay_when_its_leader_goes(lending: Lending) -> None:
    troupe = lending.troupe()
    leader = lending.leader(troupe)
    made = lending.reservation(lending.room(), troupe=troupe, member=leader)
    services.erase(leader.id, clock.now(), asked_by=f"member:{leader.id}")
    assert occurrences_of(made.id)[0].state is OccurrenceState.CONFIRMED
