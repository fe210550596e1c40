"""Waiting for any court of a kind: whose turn it is, whichever comes free; strangers come after."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.clock import at
from palace.db import db
from palace.members.models import Member
from palace.notices.models import Notice
from palace.rooms import services
from palace.rooms.errors import AlreadyWaiting, NothingToWaitFor, Taken
from palace.rooms.models import Reservation, Room, RoomWait
from palace.rooms.queries import waits
from palace.rooms.services import Wish, offering, waiting
from palace.rooms.states import WaitState
from palace.upkeep import pass_rooms_on_due
from tests.lending import COURT, Lending

FREE_RULES = {"opens_days": 3, "member_day_minutes": 0, "unit_day_count": 0}


class Courts:
    """Three courts of one kind, all taken for an hour of tomorrow, and another kind beside them."""

    def __init__(self, lending: Lending, **figures: object) -> None:
        self.lending, self.make = lending, lending.make
        self.make.site()
        self.make.rules().quiet_from = self.make.rules().quiet_until = 0
        self.make.set_clock(at(lending.today(), time(9)))
        self.day = lending.day(1)
        self.kind = lending.policy(**(COURT | FREE_RULES | figures))
        self.courts = [self._court() for _ in range(3)]
        self.held = [self.take(court) for court in self.courts]
        self.other = lending.court(policy=lending.policy(**(COURT | FREE_RULES)))

    def _court(self) -> Room:
        return self.lending.court(policy=self.kind, capacity=4, purposes=["sport"])

    def wish(self, court: Room, member: Member | None = None, begins: str = "19:00") -> Wish:
        """Return a wish for an hour."""
        return self.lending.wish(court, self.day, begins, 60, member=member, people=2)

    def take(self, court: Room, member: Member | None = None) -> Reservation:
        """Take a court for the hour."""
        return services.reserve(self.wish(court, member), by="x")

    def join(self, member: Member | None = None, begins: str = "19:00") -> RoomWait:
        """Let somebody wait for any of them."""
        wish = self.wish(self.courts[0], member, begins)
        return waiting.join(wish, kind_id=self.kind.id, by="x")

    def give_back(self, number: int) -> None:
        """Cancel what holds one of them."""
        services.cancel(self.held[number], None, by="x")


@pytest.fixture
def courts(lending: Lending) -> Courts:
    """Return three courts that are taken."""
    return Courts(lending)


def states(*of: RoomWait) -> list[tuple[WaitState, int]]:
    """Return how entries stand, and for which space."""
    for one in of:
        db.session.refresh(one)
    return [(one.state, one.space_id) for one in of]


def test_the_first_that_comes_free_goes_to_who_joined_first(courts: Courts) -> None:
    first, second = courts.join(), courts.join()
    assert [waits.standing_of(one).place for one in (first, second)] == [1, 2]
    courts.give_back(2)
    last, asked = courts.courts[2].space_id, courts.courts[0].space_id
    assert states(first, second) == [(WaitState.OFFERED, last), (WaitState.WAITING, asked)]
    courts.give_back(1)
    assert states(second) == [(WaitState.OFFERED, courts.courts[1].space_id)]


def test_who_waits_for_one_court_and_who_for_any_stand_in_one_order(courts: Courts) -> None:
    one = waiting.join(courts.wish(courts.courts[1]), by="x")
    any_of = courts.join()
    later = waiting.join(courts.wish(courts.courts[0]), by="x")
    assert [waits.standing_of(each).place for each in (one, any_of, later)] == [1, 2, 2]
    courts.give_back(0)
    assert [state for state, _ in states(one, any_of, later)] == [
        WaitState.WAITING,
        WaitState.OFFERED,
        WaitState.WAITING,
    ]


def test_a_stranger_comes_after_who_waits_for_any(courts: Courts) -> None:
    wait = courts.join()
    for court in courts.courts:
        with pytest.raises(Taken):
            courts.take(court)
    courts.give_back(1)
    with pytest.raises(Taken):
        courts.take(courts.courts[1])
    assert states(wait) == [(WaitState.OFFERED, courts.courts[1].space_id)]


def test_what_is_offered_is_taken_as_any_court(courts: Courts) -> None:
    member = courts.make.member()
    wait = courts.join(member)
    courts.give_back(2)
    taken = offering.accept(member, wait, by="x")
    assert taken.space_id == courts.courts[2].space_id
    assert states(wait) == [(WaitState.TAKEN, courts.courts[2].space_id)]


def test_a_lapsed_offer_goes_to_the_next_and_each_has_one_offer(courts: Courts) -> None:
    first, second = courts.join(), courts.join()
    courts.give_back(0)
    courts.make.set_clock(clock.now() + timedelta(minutes=courts.kind.offer_minutes))
    pass_rooms_on_due_here()
    assert [state for state, _ in states(first, second)] == [WaitState.LAPSED, WaitState.OFFERED]
    courts.give_back(1)
    assert [state for state, _ in states(first, second)] == [WaitState.LAPSED, WaitState.OFFERED]


def pass_rooms_on_due_here() -> None:
    """Let the worker look, in this test's transaction."""
    db.session.commit()
    pass_rooms_on_due()


def test_the_worker_finds_a_court_that_came_free_by_itself(courts: Courts) -> None:
    wait = courts.join()
    new = courts.lending.court(policy=courts.kind, capacity=4, purposes=["sport"])
    pass_rooms_on_due_here()
    assert states(wait) == [(WaitState.OFFERED, new.space_id)]


def test_it_is_over_when_the_hour_has_begun(courts: Courts) -> None:
    wait = courts.join()
    courts.make.set_clock(at(courts.day, time(19)))
    pass_rooms_on_due_here()
    assert [state for state, _ in states(wait)] == [WaitState.OVER]
    over = db.session.scalars(select(Notice).where(Notice.kind == "room_wait_over")).one()
    assert over.values["place"]["zh"] == courts.kind.name_zh


def test_another_kind_another_hour_and_a_room_too_small_are_none_of_theirs(courts: Courts) -> None:
    wait = courts.join()
    elsewhere = courts.take(courts.other)
    services.cancel(elsewhere, None, by="x")
    assert [state for state, _ in states(wait)] == [WaitState.WAITING]
    small = courts.lending.court(policy=courts.kind, capacity=1, purposes=["sport"])
    pass_rooms_on_due_here()
    assert [state for state, _ in states(wait)] == [WaitState.WAITING], small.space_id


def test_where_one_is_free_there_is_nothing_to_wait_for(courts: Courts) -> None:
    courts.give_back(1)
    with pytest.raises(NothingToWaitFor):
        courts.join()


def test_joining_twice_changes_nothing_and_one_court_beside_any_is_refused(courts: Courts) -> None:
    member = courts.make.member()
    wait = courts.join(member)
    assert courts.join(member) is wait
    with pytest.raises(AlreadyWaiting):
        waiting.join(courts.wish(courts.courts[1], member), by="x")
    other = courts.make.member()
    waiting.join(courts.wish(courts.courts[1], other), by="x")
    with pytest.raises(AlreadyWaiting):
        courts.join(other)


def test_who_leaves_an_offer_leaves_it_to_the_next(courts: Courts) -> None:
    first, second = courts.join(), courts.join()
    courts.give_back(2)
    waiting.leave(first, by="x")
    assert states(second) == [(WaitState.OFFERED, courts.courts[2].space_id)]


def test_a_whole_hall_that_comes_free_is_as_many_courts(lending: Lending) -> None:
    courts = Courts(lending)
    halves = [lending.court(policy=courts.kind, atoms=[atom], capacity=4) for atom in (901, 902)]
    hall = lending.room(atoms=[901, 902])
    evening = lending.reservation(hall, courts.day, "19:00", 60)
    one, two, three = (courts.join() for _ in range(3))
    services.cancel(evening, None, by="x")
    assert states(one, two) == [(WaitState.OFFERED, half.space_id) for half in halves]
    assert [state for state, _ in states(three)] == [WaitState.WAITING]


def test_from_a_full_hour_to_the_queue_and_to_the_court(
    courts: Courts, client: FlaskClient
) -> None:
    member = courts.make.member()
    courts.make.sign_in(client, member)
    page = client.get(f"/courts?kind={courts.kind.code}&day={courts.day}").text
    path = f"/spaces/{courts.courts[0].space_id}/wait"
    starts = f"{courts.day}T19:00"
    assert f'href="{path}?starts={starts}&amp;minutes=60&amp;any=1"' in page
    shown = client.get(f"{path}?starts={starts}&minutes=60&any=1").text
    assert "排练厅，哪个场地都行" in shown
    assert "排队等场地，第1位" in shown
    asked = {"starts": starts, "minutes": 60, "purpose": "sport", "people": 2, "any": 1}
    joined = client.post(path, data=asked)
    assert joined.status_code == 303
    assert "哪个场地都行" in client.get(joined.headers["Location"]).text
    assert "您是第1位" in client.get(f"{path}?starts={starts}&minutes=60&any=1").text
    assert "哪个场地都行" in client.get("/mine").text
    courts.give_back(1)
    offered = client.get(joined.headers["Location"]).text
    assert "轮到您了" in offered
    assert "哪个场地都行" not in offered
    taken = client.post(f"{joined.headers['Location']}/accept")
    assert taken.status_code == 303
    again = client.get(joined.headers["Location"], headers={"Accept": "application/json"}).json
    assert again
    assert (again["state"], again["any_of"]) == ("taken", courts.kind.code)


def test_a_room_of_troupes_has_no_queue_for_any(lending: Lending, client: FlaskClient) -> None:
    troupe, room = lending.troupe(), lending.room()
    lending.make.sign_in(client, lending.leader(troupe))
    lending.reservation(room)
    path = f"/spaces/{room.space_id}/wait"
    said = {"starts": f"{lending.day()}T19:00", "minutes": 120, "purpose": "choir", "people": 20}
    joined = client.post(
        path, data=said | {"troupe": troupe.id, "any": 1}, headers={"Accept": "application/json"}
    )
    assert (joined.status_code, (joined.json or {})["any_of"]) == (201, None)
