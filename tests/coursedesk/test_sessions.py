"""One session: called off, made up for, moved, taught by somebody else; everybody is told old → new."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.coursedesk.queries.places import proposals
from palace.coursedesk.queries.rooms import span_of
from palace.courses.errors import SessionOver
from palace.courses.models import ClassSession, Offering
from palace.courses.queries.teaching import choices
from palace.courses.services import planning
from palace.courses.services.places import Place
from palace.courses.states import SessionState
from palace.db import db
from palace.notices.models import Notice
from palace.teachers.errors import TeacherBusy
from palace.teachers.models import TeacherSkill, TeacherTime
from palace.teachers.rules import Span
from palace.venues.errors import SpaceTaken
from palace.venues.models import Occupancy
from tests.coursedesk.conftest import BY, Planned, opened, opening, skilled
from tests.factory import Factory
from tests.lending import Lending
from tests.teaching import Teaching


def first_of(of: Offering) -> ClassSession:
    """Return a class's first session."""
    wanted = select(ClassSession).where(ClassSession.offering_id == of.id)
    return db.session.scalars(wanted.order_by(ClassSession.number)).unique().first()  # type: ignore[return-value]  # it has some


def told(kind: str) -> list[Notice]:
    """Return who is told what of a kind."""
    wanted = select(Notice).where(Notice.kind == kind)
    return list(db.session.scalars(wanted.order_by(Notice.receiver)))


def place(one: ClassSession, ahead: int = 1, begins: str | None = None) -> Place:
    """Return the time of a session so many days later, in its room."""
    by = timedelta(days=ahead)
    span = Span(one.day + by, one.starts_at + by, one.ends_at + by)
    if begins:
        hour, minute = map(int, begins.split(":"))
        span = span_of(one.day + by, span.starts_at.time().replace(hour, minute), span.minutes)
    return Place(span=span, space_id=one.space_id)


def test_a_session_called_off_frees_its_room_and_tells_everybody(
    teaching: Teaching, planned: Planned
) -> None:
    made = planned()
    enrolled = teaching.enrolment(made)
    one = first_of(made)
    held = one.occupancy_id
    assert planning.cancel_session(one, by=BY, why="老师病了") is None

    assert (one.state, one.why, one.occupancy_id) == (SessionState.CANCELLED, "老师病了", None)
    assert db.session.get(Occupancy, held) is None
    assert [notice.receiver for notice in told("class_session_cancelled")] == [
        f"member:{enrolled.member_id}"
    ]
    entry = db.session.scalars(
        select(AgendaEntry).where(AgendaEntry.subject == f"class_session:{one.id}")
    ).one()
    assert entry.status is EntryStatus.CANCELLED
    with pytest.raises(SessionOver):
        planning.cancel_session(one, by=BY)


def test_made_up_for_in_the_same_step_everybody_reads_old_and_new(
    make: Factory, teaching: Teaching, planned: Planned
) -> None:
    teacher = skilled(teaching, member=make.member("王老师"))
    made = planned(teacher=teacher)
    teaching.enrolment(made)
    one = first_of(made)
    new = planning.cancel_session(one, by=BY, instead=place(one))

    assert new is not None
    assert (new.number, new.instead_of, new.teacher_id) == (4, one.id, teacher.id)
    both = told("class_session_moved")
    assert len(both) == 2
    assert both[0].values["starts_at"] == {
        "old": one.starts_at.isoformat(),
        "new": new.starts_at.isoformat(),
    }
    assert f"member:{teacher.member_id}" in {notice.receiver for notice in both}
    mine = select(AgendaEntry.status).where(AgendaEntry.member_id == teacher.member_id)
    assert sorted(db.session.scalars(mine.order_by(AgendaEntry.id))) == sorted(
        [EntryStatus.CANCELLED] + [EntryStatus.CONFIRMED] * 3
    )
    with pytest.raises(SessionOver):
        planning.make_up(one, place(one, 2), by=BY)


def test_a_session_that_cannot_be_made_up_for_like_this_is_not_called_off(
    make: Factory, teaching: Teaching, planned: Planned
) -> None:
    made = planned()
    one = first_of(made)
    other = opened(opening(teaching, space=make.space(), begins="09:00"))
    taken = Place(span=place(one, 0, "09:00").span, space_id=other.space_id)
    with pytest.raises(SpaceTaken), db.session.begin_nested():
        planning.cancel_session(one, by=BY, instead=taken)
    db.session.expire_all()
    assert one.state is SessionState.PLANNED


def test_another_teaches_in_the_same_room_and_all_are_told(
    make: Factory, teaching: Teaching, planned: Planned
) -> None:
    before, after = (skilled(teaching, member=make.member(name)) for name in ("王老师", "李老师"))
    made = planned(teacher=before)
    enrolled = teaching.enrolment(made)
    one = first_of(made)
    held = one.occupancy_id
    planning.substitute(one, after, by=BY)

    assert (one.teacher_id, one.occupancy_id, made.teacher_id) == (after.id, held, before.id)
    notices = told("class_substitute")
    assert {notice.receiver for notice in notices} == {
        f"member:{number}" for number in (enrolled.member_id, before.member_id, after.member_id)
    }
    assert notices[0].values["teacher"]["new"]["zh"] == after.name_zh
    theirs = select(AgendaEntry).where(AgendaEntry.subject == f"teaching:{one.id}")
    status = {entry.member_id: entry.status for entry in db.session.scalars(theirs)}
    assert status == {
        before.member_id: EntryStatus.CANCELLED,
        after.member_id: EntryStatus.CONFIRMED,
    }
    planning.substitute(one, before, by=BY)
    assert one.teacher_id == before.id


def test_who_teaches_elsewhere_then_does_not_substitute(
    make: Factory, teaching: Teaching, planned: Planned
) -> None:
    made, other = planned(), planned(space=make.space())
    with pytest.raises(TeacherBusy):
        planning.substitute(first_of(made), other.teacher, by=BY)  # type: ignore[arg-type]  # it has one


def test_a_session_moves_to_another_time(teaching: Teaching, planned: Planned) -> None:
    made = planned()
    teaching.enrolment(made)
    one = first_of(made)
    number, old = one.number, one.starts_at
    planning.replan(one, place(one, 1), by=BY)
    assert (one.number, one.starts_at) == (number, old + timedelta(days=1))
    assert one.day == old.date() + timedelta(days=1)
    (notice,) = told("class_session_moved")
    assert notice.values["place"] == {"zh": one.space.name_zh, "en": one.space.name_en}


def test_what_has_begun_is_not_changed(make: Factory, teaching: Teaching, planned: Planned) -> None:
    made = planned()
    one = first_of(made)
    make.set_clock(one.starts_at)
    with pytest.raises(SessionOver):
        planning.cancel_session(one, by=BY)
    with pytest.raises(SessionOver):
        planning.replan(one, place(one), by=BY)
    with pytest.raises(SessionOver):
        planning.substitute(one, skilled(teaching), by=BY)
    make.set_clock(None)


def test_three_places_are_proposed_where_room_and_teacher_are_free(
    make: Factory, teaching: Teaching, planned: Planned, lending: Lending
) -> None:
    lending.hours()
    made = planned()
    one = first_of(made)
    found = proposals(one, clock.now())

    assert len(found) == 3
    assert len({each.place.span.day for each in found}) == 3
    assert {each.space.id for each in found} == {made.space_id}
    assert found[0].place.span.day == one.day + timedelta(weeks=3)
    assert all(each.place.span.starts_at > clock.now() for each in found)
    new = planning.cancel_session(one, by=BY, instead=found[1].place)
    assert new is not None


def test_proposals_keep_to_when_the_teacher_is_free(
    teaching: Teaching, planned: Planned, lending: Lending
) -> None:
    lending.hours()
    made = planned()
    one = first_of(made)
    weekday = (one.day + timedelta(days=2)).isoweekday()
    db.session.add(
        TeacherTime(teacher_id=made.teacher_id, weekday=weekday, begins=time(9), ends=time(21))
    )
    db.session.flush()
    found = proposals(one, clock.now())
    assert found
    assert {each.place.span.day.isoweekday() for each in found} == {weekday}


def test_teachers_who_fit_and_are_free_stand_first(teaching: Teaching, planned: Planned) -> None:
    made = planned()
    one = first_of(made)
    free, beginner, dancer = (teaching.teacher() for _ in range(3))
    db.session.add_all(
        [
            TeacherSkill(teacher_id=free.id, subject="calligraphy", level=3),
            TeacherSkill(teacher_id=beginner.id, subject="calligraphy", level=1),
            TeacherSkill(teacher_id=dancer.id, subject="dance", level=0),
        ]
    )
    db.session.flush()
    span = Span(one.day, one.starts_at, one.ends_at)
    found = choices("calligraphy", 2, made.term.site_id, [span])
    assert [each.teacher.id for each in found] == [free.id, made.teacher_id]
    assert [each.free for each in found] == [True, False]
