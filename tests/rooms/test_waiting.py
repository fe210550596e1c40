"""Waiting for a room at a time: whose turn it is, offers at their edges, strangers come after."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.clock import at
from palace.db import db
from palace.members.models import Member
from palace.notices.models import Notice
from palace.rooms import services
from palace.rooms.errors import (
    AlreadyWaiting,
    NoOfferYet,
    NothingToWaitFor,
    OfferOver,
    RulesFailed,
    Taken,
)
from palace.rooms.models import Occurrence, Reservation, Room, RoomWait
from palace.rooms.queries import waits
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.services import offering, waiting
from palace.rooms.states import OccurrenceState, WaitState
from palace.troupes.models import Troupe
from palace.upkeep import pass_rooms_on_due
from palace.venues.models import Occupancy
from tests.lending import Lending, span

DAY = date(2026, 12, 2)
NOON = at(date(2026, 11, 28), time(12))


class Queue:
    """A room that is taken from 19:00 to 21:00 of a day, and who waits for it."""

    def __init__(self, lending: Lending, **figures: object) -> None:
        self.lending, self.make = lending, lending.make
        self.make.set_clock(NOON)
        self.make.site()
        self.make.rules().quiet_from = self.make.rules().quiet_until = 0
        self.room = lending.room(policy=lending.policy(**figures))
        self.holder = lending.troupe("先到的团")
        self.leader = lending.leader(self.holder)
        self.held = self.reserve(self.holder, self.leader)

    def reserve(self, troupe: Troupe, member: Member, **wished: object) -> Reservation:
        """Take the room's evening."""
        return self.lending.reservation(self.room, DAY, troupe=troupe, member=member, **wished)  # type: ignore[arg-type]  # of a wish

    def join(
        self, troupe: Troupe | None = None, begins: str = "19:00", minutes: int = 120, **how: object
    ) -> RoomWait:
        """Let a troupe wait, by default a new one."""
        troupe = troupe or self.lending.troupe("等着的团")
        room = how.pop("room", self.room)
        assert isinstance(room, Room)
        wish = self.lending.wish(room, DAY, begins, minutes, troupe=troupe, **how)  # type: ignore[arg-type]  # of a wish
        return waiting.join(wish, by="x")

    def give_back(self) -> None:
        """Cancel what holds the evening."""
        services.cancel(self.held, None, by="x")

    def come(self) -> Reservation:
        """Let a stranger try to take the evening."""
        troupe = self.lending.troupe("过路的团")
        return self.reserve(troupe, self.lending.leader(troupe))

    def later(self, **ahead: float) -> datetime:
        """Let time go by."""
        instant = clock.now() + timedelta(**ahead)
        self.make.set_clock(instant)
        return instant

    def states(self, *of: RoomWait) -> list[WaitState]:
        """Return where they stand in the table."""
        for one in of:
            db.session.refresh(one)
        return [one.state for one in of]

    def who(self, wait: RoomWait) -> Member:
        """Return who joined."""
        return db.session.get_one(Member, wait.member_id)


@pytest.fixture
def queue(lending: Lending) -> Queue:
    """Return a room that is taken on an evening."""
    return Queue(lending)


def told(kind: str) -> list[Notice]:
    """Return the notices of a kind."""
    return list(db.session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id)))


def test_what_comes_free_is_offered_to_who_joined_first(queue: Queue) -> None:
    first, second = queue.join(), queue.join()
    assert [waits.standing_of(one).place for one in (first, second)] == [1, 2]
    queue.give_back()

    assert queue.states(first, second) == [WaitState.OFFERED, WaitState.WAITING]
    standing = waits.standing_of(first)
    assert standing.lapses_at == clock.now() + timedelta(minutes=60)
    assert standing.offered
    assert standing.offered.state is OccurrenceState.OFFERED
    assert [one.receiver for one in told("room_offer")] == [f"member:{first.member_id}"]


def test_a_stranger_does_not_get_what_is_offered(queue: Queue) -> None:
    queue.join()
    queue.give_back()
    with pytest.raises(Taken):
        queue.come()


def test_an_offer_is_taken_in_one_step_and_is_any_date_then(queue: Queue) -> None:
    wait = queue.join()
    queue.give_back()
    taken = offering.accept(queue.who(wait), wait, by="x")

    assert queue.states(wait) == [WaitState.TAKEN]
    assert taken.state is OccurrenceState.CONFIRMED
    use = db.session.get_one(Occupancy, taken.occupancy_id, populate_existing=True)
    assert use.lapses_at == taken.starts_at + timedelta(minutes=15)
    assert len(told("room_taken")) == 2
    assert offering.accept(queue.who(wait), wait, by="x") is taken
    assert len(told("room_taken")) == 2


@pytest.mark.parametrize(("seconds", "open_still"), [(3599, True), (3600, False)])
def test_an_offer_ends_at_its_end(queue: Queue, seconds: int, open_still: bool) -> None:
    wait, behind = queue.join(), queue.join()
    queue.give_back()
    queue.later(seconds=seconds)
    if open_still:
        assert offering.accept(queue.who(wait), wait, by="x").state is OccurrenceState.CONFIRMED
        return
    with pytest.raises(OfferOver):
        offering.accept(queue.who(wait), wait, by="x")
    assert waits.standing_of(wait).state is WaitState.LAPSED
    waiting.tend(queue.room.space_id, span(DAY, "19:00", 120))
    assert queue.states(wait, behind) == [WaitState.LAPSED, WaitState.OFFERED]


def test_a_stranger_who_comes_after_a_lapsed_offer_finds_the_next_one_there(queue: Queue) -> None:
    first, second = queue.join(), queue.join()
    queue.give_back()
    queue.later(minutes=61)
    with pytest.raises(Taken):
        queue.come()
    assert queue.states(first, second) == [WaitState.LAPSED, WaitState.OFFERED]


def test_a_stranger_gets_what_nobody_waits_for_any_more(queue: Queue) -> None:
    wait = queue.join()
    queue.give_back()
    queue.later(minutes=61)
    queue.come()
    assert queue.states(wait) == [WaitState.LAPSED]
    assert len(told("room_wait_over")) == 1


def test_the_worker_passes_on_what_nobody_looked_at(queue: Queue) -> None:
    first, second = queue.join(), queue.join()
    queue.give_back()
    queue.later(minutes=60)
    db.session.commit()
    pass_rooms_on_due()
    assert queue.states(first, second) == [WaitState.LAPSED, WaitState.OFFERED]


def test_who_declines_lets_the_next_have_it_at_once(queue: Queue) -> None:
    first, second = queue.join(), queue.join()
    queue.give_back()
    waiting.leave(first, by="x")
    assert queue.states(first, second) == [WaitState.LEFT, WaitState.OFFERED]
    assert db.session.scalar(select(func.count()).select_from(Occupancy)) == 1


def test_who_leaves_keeps_nobody_waiting(queue: Queue) -> None:
    first, second = queue.join(), queue.join()
    waiting.leave(first, by="x")
    assert waits.standing_of(second).place == 1
    assert waiting.leave(first, by="x").state is WaitState.LEFT
    queue.give_back()
    assert queue.states(first, second) == [WaitState.LEFT, WaitState.OFFERED]


def test_who_does_not_fit_is_passed_by_and_keeps_the_place(queue: Queue) -> None:
    long = queue.join(begins="18:00", minutes=180)
    blocking = queue.lending.troupe()
    queue.reserve(blocking, queue.lending.leader(blocking), begins="18:00", minutes=60)
    short = queue.join(begins="19:00", minutes=60)
    queue.give_back()
    assert queue.states(long, short) == [WaitState.WAITING, WaitState.OFFERED]
    assert waits.standing_of(long).place == 1


def test_several_are_offered_their_parts_of_what_comes_free(queue: Queue) -> None:
    one, other = queue.join(minutes=60), queue.join(begins="20:00", minutes=60)
    queue.give_back()
    assert queue.states(one, other) == [WaitState.OFFERED, WaitState.OFFERED]


def test_nobody_waits_for_what_is_free(queue: Queue) -> None:
    with pytest.raises(NothingToWaitFor):
        queue.join(begins="10:00")


def test_nobody_waits_for_what_the_rules_forbid(queue: Queue) -> None:
    with pytest.raises(RulesFailed):
        queue.join(begins="21:00", minutes=120)
    with pytest.raises(RulesFailed):
        queue.join(queue.lending.troupe(certified=False))


def test_joining_twice_changes_nothing_and_an_overlapping_wish_is_refused(queue: Queue) -> None:
    troupe = queue.lending.troupe()
    leader = queue.lending.leader(troupe)
    wait = queue.join(troupe, member=leader)
    assert queue.join(troupe, member=leader).id == wait.id
    with pytest.raises(AlreadyWaiting):
        queue.join(troupe, begins="20:00", minutes=120, member=leader)


def test_a_queue_ends_when_its_time_has_come(queue: Queue) -> None:
    wait = queue.join()
    queue.make.set_clock(at(DAY, time(19)))
    waiting.tend(queue.room.space_id, span(DAY, "19:00", 120))
    assert queue.states(wait) == [WaitState.OVER]
    with pytest.raises(NoOfferYet):
        offering.accept(queue.who(wait), wait, by="x")


def test_an_offer_never_outlives_the_start(queue: Queue) -> None:
    wait = queue.join()
    queue.make.set_clock(at(DAY, time(18, 30)))
    queue.give_back()
    assert waits.standing_of(wait).lapses_at == wait.starts_at


def test_an_offer_s_minutes_do_not_run_at_night(queue: Queue) -> None:
    queue.make.rules().quiet_from, queue.make.rules().quiet_until = 2130, 800
    wait = queue.join()
    queue.make.set_clock(at(date(2026, 11, 28), time(21)))
    queue.give_back()
    morning = at(date(2026, 11, 29), time(8, 30))
    assert waits.standing_of(wait).lapses_at == morning


def test_the_rules_are_asked_again_when_an_offer_is_taken(queue: Queue) -> None:
    wait = queue.join()
    queue.give_back()
    queue.room.bookable = False
    db.session.flush()
    with pytest.raises(RulesFailed):
        offering.accept(queue.who(wait), wait, by="x")


def test_who_may_not_take_it_is_passed_by(queue: Queue) -> None:
    barred, fine = queue.lending.troupe(), queue.lending.troupe()
    first, second = queue.join(barred), queue.join(fine)
    barred.ended_at = clock.now()
    db.session.flush()
    queue.give_back()
    assert queue.states(first, second) == [WaitState.WAITING, WaitState.OFFERED]


def test_beyond_the_quota_an_offer_waits_for_a_decision(queue: Queue) -> None:
    troupe = queue.lending.troupe(week_minutes=60)
    wait = queue.join(troupe)
    queue.give_back()
    assert offering.accept(queue.who(wait), wait, by="x").state is OccurrenceState.PENDING


def test_who_waits_takes_it_themselves_in_their_turn(queue: Queue) -> None:
    troupe = queue.lending.troupe()
    leader = queue.lending.leader(troupe)
    wait, behind = queue.join(troupe, member=leader), queue.join()
    queue.give_back()
    queue.reserve(troupe, leader)
    assert queue.states(wait, behind) == [WaitState.TAKEN, WaitState.WAITING]


def test_who_waits_takes_nothing_before_those_in_front(queue: Queue) -> None:
    troupe = queue.lending.troupe()
    leader = queue.lending.leader(troupe)
    queue.join()
    queue.join(troupe, member=leader)
    queue.give_back()
    with pytest.raises(Taken):
        queue.reserve(troupe, leader)


def test_a_whole_hall_is_waited_for_while_a_part_is_taken(lending: Lending) -> None:
    queue = Queue(lending)
    policy = lending.policy()
    half = lending.room("half", policy=policy, atoms=[71])
    whole = lending.room("whole", policy=policy, atoms=[71, 72])
    troupe = lending.troupe()
    held = lending.reservation(half, DAY, troupe=troupe, member=lending.leader(troupe))
    wait = queue.join(room=whole)
    services.cancel(held, None, by="x")
    assert queue.states(wait) == [WaitState.OFFERED]


def test_a_skipped_date_is_offered_to_its_leader_and_added(queue: Queue) -> None:
    troupe = queue.lending.troupe()
    leader = queue.lending.leader(troupe)
    series = queue.lending.reservation(
        queue.room, DAY, troupe=troupe, member=leader, weeks=2, skips=[DAY]
    )
    skipped = occurrences_of(series.id)[0]
    wait = waiting.wait_for_skipped(skipped, clock.now())
    assert waiting.wait_for_skipped(skipped, clock.now()).id == wait.id
    queue.give_back()

    assert queue.states(wait) == [WaitState.OFFERED]
    assert skipped.state == OccurrenceState.OFFERED
    taken = offering.accept(leader, wait, by="x")
    assert (taken.id, taken.state) == (skipped.id, OccurrenceState.CONFIRMED)


def test_a_skipped_date_that_is_not_wanted_stays_skipped(queue: Queue) -> None:
    troupe = queue.lending.troupe()
    leader = queue.lending.leader(troupe)
    series = queue.lending.reservation(
        queue.room, DAY, troupe=troupe, member=leader, weeks=2, skips=[DAY]
    )
    skipped = occurrences_of(series.id)[0]
    wait = waiting.wait_for_skipped(skipped, clock.now())
    queue.give_back()
    queue.later(minutes=61)
    waiting.tend(queue.room.space_id, span(DAY, "19:00", 120))
    assert queue.states(wait) == [WaitState.LAPSED]
    assert skipped.state is OccurrenceState.SKIPPED
    assert services.add_back(leader, skipped.id, by="x").state is OccurrenceState.CONFIRMED


def test_nobody_waits_for_a_date_that_was_given_up(queue: Queue) -> None:
    troupe = queue.lending.troupe()
    leader = queue.lending.leader(troupe)
    series = queue.lending.reservation(
        queue.room, DAY, troupe=troupe, member=leader, weeks=2, skips=[DAY]
    )
    wait = waiting.wait_for_skipped(occurrences_of(series.id)[0], clock.now())
    services.cancel(series, None, by="x")
    queue.give_back()
    assert queue.states(wait) == [WaitState.LEFT]


def displaced(queue: Queue) -> Occurrence:
    """Return the evening, which the palace took."""
    one = occurrences_of(queue.held.id)[0]
    services.end(one, OccurrenceState.DISPLACED, by="x", now=clock.now())
    return one


def test_who_was_displaced_is_offered_other_rooms_and_takes_one(queue: Queue) -> None:
    policy = queue.lending.policy(lead_minutes=60 * 24 * 30)
    others = [queue.lending.room(policy=policy) for _ in range(2)]
    one = displaced(queue)
    offers = [
        offering.offer(one, room.space_id, span(DAY, "19:00", 120), clock.now()) for room in others
    ]
    first, second = (offer for offer in offers if offer)
    taken = offering.accept(queue.leader, first, by="x")

    assert taken.instead_of == one.id
    assert (taken.state, taken.space_id) == (OccurrenceState.CONFIRMED, others[0].space_id)
    assert queue.states(first, second) == [WaitState.TAKEN, WaitState.LEFT]
    assert len(told("room_instead")) == 2


def test_a_taken_room_is_not_offered_to_who_was_displaced(queue: Queue) -> None:
    other = queue.lending.room(policy=queue.lending.policy())
    queue.lending.reservation(other, DAY)
    one = displaced(queue)
    assert offering.offer(one, other.space_id, span(DAY, "19:00", 120), clock.now()) is None
