"""Classes with their sessions: exactly what was shown is planned; what is in the way is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.agenda.models import AgendaEntry
from palace.coursedesk.errors import DatesChanged, InThePast, NotReviewed, OutsideTerm
from palace.coursedesk.queries.looking import look
from palace.coursedesk.services.classes import change, facts_of, open_class, publish, seen_of
from palace.courses.models import ClassSession, Offering
from palace.courses.series import Pattern, Series
from palace.courses.states import OfferingState
from palace.db import db
from palace.hours.models import SpecialDay
from palace.rooms.models import Occurrence
from palace.rooms.states import OccurrenceState
from palace.teachers.errors import TeacherBusy
from palace.venues.errors import SpaceTaken
from palace.venues.models import Occupancy
from palace.venues.rules import Use
from tests.coursedesk.conftest import BY, Planned, facts, opened, opening, skilled, weekly
from tests.factory import Factory
from tests.lending import Lending
from tests.teaching import Teaching


def sessions(of: Offering) -> list[ClassSession]:
    wanted = select(ClassSession).where(ClassSession.offering_id == of.id)
    return list(db.session.scalars(wanted.order_by(ClassSession.number)).unique())


def test_a_class_holds_its_room_and_its_teacher_on_every_date(
    make: Factory, teaching: Teaching
) -> None:
    space, teacher = make.space(), skilled(teaching)
    made = opened(opening(teaching, space=space, teacher=teacher))

    assert made.state is OfferingState.DRAFT
    first = teaching.day()
    assert [(one.number, one.day) for one in sessions(made)] == [
        (number, first + timedelta(weeks=number - 1)) for number in (1, 2, 3)
    ]
    assert {one.teacher_id for one in sessions(made)} == {teacher.id}
    held = select(func.count()).where(
        Occupancy.space_id == space.id, Occupancy.use == Use.CLASS_SESSION
    )
    assert db.session.scalar(held) == 3


def test_sent_twice_a_class_is_opened_once(make: Factory, teaching: Teaching) -> None:
    of = opening(teaching, space=make.space())
    seen = look(of.wanted).seen
    first = open_class(of, seen=seen, displaces=False, by=BY, key="a-key-of-a-page")
    again = open_class(of, seen=seen, displaces=False, by=BY, key="a-key-of-a-page")
    assert again.id == first.id
    assert db.session.scalar(select(func.count()).select_from(Offering)) == 1


def test_holidays_are_left_out_and_made_up_for_at_the_end(
    make: Factory, teaching: Teaching
) -> None:
    first = teaching.day()
    feast, swapped = first + timedelta(weeks=1), first + timedelta(weeks=2)
    make.add(
        SpecialDay(day=feast, counts_as=7, name_zh="元旦", name_en="New Year"),
        SpecialDay(day=swapped, counts_as=5, name_zh="调休上班", name_en="Working day"),
    )
    looked = look(opening(teaching, space=make.space()).wanted)

    assert [one.span.day for one in looked.dates] == [
        first,
        swapped,
        first + timedelta(weeks=3),
    ]
    assert [(day, special and special.name_zh) for day, special in looked.skipped] == [
        (feast, "元旦")
    ]
    assert [one.special and one.special.name_zh for one in looked.dates] == [None, "调休上班", None]


def test_what_is_in_the_way_is_named_and_nothing_is_planned(
    make: Factory, teaching: Teaching
) -> None:
    space, teacher = make.space(), skilled(teaching)
    first = opened(opening(teaching, space=space, teacher=teacher))
    wanted = opening(teaching, space=space, teacher=teacher, begins="20:00")
    looked = look(wanted.wanted)

    assert all(one.ways and one.teacher_busy and one.clashes for one in looked.dates)
    assert {way.occupancy_id for one in looked.dates for way in one.ways} == {
        one.occupancy_id for one in sessions(first)
    }
    assert not looked.displaceable
    with pytest.raises(SpaceTaken) as refused:
        opened(wanted)
    assert list(refused.value.days) == [one.span.day for one in looked.dates]


def test_a_teacher_teaches_once_at_a_time(make: Factory, teaching: Teaching) -> None:
    teacher = skilled(teaching)
    opened(opening(teaching, space=make.space(), teacher=teacher))
    with pytest.raises(TeacherBusy):
        opened(opening(teaching, space=make.space(), teacher=teacher, begins="20:15"))
    opened(opening(teaching, space=make.space(), teacher=teacher, begins="20:30"))


def test_other_times_and_rooms_are_found_where_something_is_in_the_way(
    make: Factory, teaching: Teaching
) -> None:
    space, other = make.space(), make.space()
    opened(opening(teaching, space=space, teacher=skilled(teaching)))
    looked = look(opening(teaching, space=space, teacher=skilled(teaching)).wanted)

    assert f"{looked.others[0]:%H:%M}" == "17:00"
    assert {f"{begins:%H:%M}" for begins in looked.others} == {"17:00", "17:30", "20:30"}
    free = [one.space.id for one in looked.rooms if not one.taken]
    assert other.id in free
    assert space.id not in free
    assert looked.rooms[-1].space.id == space.id


def test_a_hall_and_its_half_are_not_used_at_once(make: Factory, teaching: Teaching) -> None:
    whole, half = make.space([901, 902]), make.space([902])
    opened(opening(teaching, space=whole))
    looked = look(opening(teaching, space=half).wanted)
    assert all(one.ways for one in looked.dates)


def test_what_changed_since_it_was_shown_is_not_planned(make: Factory, teaching: Teaching) -> None:
    space = make.space()
    of = opening(teaching, space=space)
    seen = look(of.wanted).seen
    opened(opening(teaching, space=space, begins="18:00"))
    with pytest.raises(DatesChanged):
        open_class(of, seen=seen, displaces=False, by=BY, key="a-key-of-a-page")


@pytest.mark.parametrize(
    ("first", "refusal"), [(-1, InThePast), (200, OutsideTerm), (115, OutsideTerm)]
)
def test_a_class_lies_in_its_term_and_ahead(
    make: Factory, teaching: Teaching, first: int, refusal: type[Exception]
) -> None:
    of = opening(teaching, space=make.space(), series=weekly(teaching.day(first), 3))
    with pytest.raises(refusal):
        opened(of)


def test_running_days_and_single_ones(make: Factory, teaching: Teaching) -> None:
    running = Series(pattern=Pattern.RUNNING, first=teaching.day(), count=10)
    days = [
        one.span.day
        for one in look(opening(teaching, space=make.space(), series=running).wanted).dates
    ]
    assert len(days) == 10
    assert all(day.isoweekday() <= 5 for day in days)
    assert (days[-1] - days[0]).days <= 14
    single = Series(pattern=Pattern.SINGLE, first=teaching.day(), count=7)
    looked = look(opening(teaching, space=make.space(), series=single).wanted)
    assert [one.span.day for one in looked.dates] == [teaching.day()]


def test_lent_rooms_give_way_only_where_somebody_says_so(
    make: Factory, teaching: Teaching, lending: Lending
) -> None:
    room, first = lending.room(policy=lending.policy(opens_days=60)), teaching.day(14)
    lent = lending.reservation(room, first, "19:00", 60, troupe=lending.troupe())
    of = opening(teaching, space=room.space, series=weekly(first, 2))
    looked = look(of.wanted)
    assert looked.displaceable
    with pytest.raises(SpaceTaken), db.session.begin_nested():
        opened(of)

    opened(of, displaces=True)
    (occurrence,) = db.session.scalars(
        select(Occurrence).where(Occurrence.reservation_id == lent.id)
    )
    assert occurrence.state is OccurrenceState.DISPLACED


def test_nobody_reads_of_a_class_before_it_is_published(
    make: Factory, teaching: Teaching, planned: Planned
) -> None:
    draft = planned(publish=False)
    entries = select(func.count()).where(AgendaEntry.offering_id == draft.id)
    assert db.session.scalar(entries) == 0
    draft.course.title_zh = ""
    with pytest.raises(NotReviewed):
        publish(draft)
    published = planned()
    assert publish(published) is False
    of_it = select(func.count()).where(AgendaEntry.offering_id == published.id)
    assert db.session.scalar(of_it) == 3


def test_what_is_written_of_a_class_changes_as_it_was_seen(
    teaching: Teaching, planned: Planned
) -> None:
    made = planned()
    seen = seen_of(made)
    assert change(made, facts(places=30, name_zh="晚班"), seen=seen, bought=False)
    assert (made.places, made.name_zh, made.revision) == (30, "晚班", 1)
    titles = select(AgendaEntry.title_zh).where(AgendaEntry.offering_id == made.id)
    assert set(db.session.scalars(titles)) == {"书法基础 晚班"}
    assert not change(made, facts_of(made), seen="old", bought=False)


def test_a_room_is_held_as_long_as_it_is_set_up_and_cleared(
    make: Factory, teaching: Teaching, lending: Lending
) -> None:
    room = lending.room(setup_minutes=15, teardown_minutes=30)
    made = opened(opening(teaching, space=room.space))
    (first, *_) = sessions(made)
    held: Any = db.session.get_one(Occupancy, first.occupancy_id).during
    assert held.lower == first.starts_at - timedelta(minutes=15)
    assert held.upper == first.ends_at + timedelta(minutes=30)
    assert clock.now() < first.starts_at
