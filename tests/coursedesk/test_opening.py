"""A line of a menu becomes a class: who fits and is free, where and when, in one step; voters are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from palace import clock
from palace.coursedesk.errors import DatesChanged, NotReviewed
from palace.coursedesk.queries import opening
from palace.coursedesk.queries.opening import Proposal, Sought
from palace.coursedesk.services.opening import Chosen, become_class
from palace.courses.catalogue import Course
from palace.courses.models import Offering
from palace.courses.queries.facts import sessions_of
from palace.courses.states import OfferingState
from palace.db import db
from palace.errors import NotFound
from palace.members.rules import Role
from palace.review.models import Revision
from palace.review.rules import RevisionState
from palace.surveys import services as surveys
from palace.surveys.models import SurveyLine
from palace.teachers.models import Teacher, TeacherSkill, TeacherTime
from tests.factory import Factory
from tests.lending import Lending
from tests.surveys.conftest import a_menu, by_title
from tests.teaching import Teaching
from tests.troupes.conftest import told

WEDNESDAY = 3


@dataclass
class Wished:
    """A line of a menu that three chose, the course it could be, and who could teach it."""

    line: SurveyLine
    course: Course
    teacher: Teacher
    sought: Sought
    voters: list[int]


def reviewed(course: Course) -> None:
    """Have the words of a course passed by the review."""
    passed = Revision(
        subject=f"course:{course.id}",
        state=RevisionState.PASSED,
        before={},
        fields={},
        steps=[],
        authors=["staff:1"],
        proposed_at=clock.now(),
        closed_at=clock.now(),
    )
    db.session.add(passed)
    db.session.flush()


def able(teaching: Teaching, *free: tuple[int, str, str]) -> Teacher:
    """Return a teacher of calligraphy who is free on some weekdays; without any they said nothing."""
    teacher = teaching.teacher()
    teaching.make.add(TeacherSkill(teacher_id=teacher.id, subject="calligraphy"))
    for weekday, begins, ends in free:
        row = TeacherTime(
            teacher_id=teacher.id,
            weekday=weekday,
            begins=time.fromisoformat(begins),
            ends=time.fromisoformat(ends),
        )
        teaching.make.add(row)
    return teacher


@pytest.fixture
def wished(make: Factory, teaching: Teaching, lending: Lending) -> Wished:
    """Return a line that three people chose, a room for courses, and a teacher of Wednesdays."""
    teaching.rules()
    menu, course = a_menu(make), teaching.course("楷书 入门")
    reviewed(course)
    lending.room(purposes=["course"], capacity=40)
    line = by_title(menu)["楷书入门"]
    voters = [make.member().id for _ in range(3)]
    for voter in voters:
        surveys.vote(voter, menu.id, {line.id})
    teacher = able(teaching, (WEDNESDAY, "18:00", "21:00"))
    sought = opening.sought(teaching.term(), course, now=clock.now())
    return Wished(line, course, teacher, sought, voters)


def chosen(wished: Wished, proposal: Proposal) -> Chosen:
    return Chosen(
        course=wished.course,
        term=wished.sought.term,
        teacher=wished.teacher,
        proposal=proposal,
        places=25,
    )


def become(wished: Wished, proposal: Proposal, key: str = "opening-1") -> Offering:
    """Make the class of a line as it was shown."""
    seen = proposal.looked.seen
    return become_class(wished.line, chosen(wished, proposal), seen=seen, by="staff:1", key=key)


def test_the_course_of_the_same_title_is_the_line_s(teaching: Teaching, wished: Wished) -> None:
    teaching.course("行书")
    site_id = wished.sought.term.site_id
    assert opening.courses_for(wished.line, site_id) == [wished.course]
    wished.line.title_zh = "魏碑"
    assert len(opening.courses_for(wished.line, site_id)) == 2


def test_who_fits_and_is_free_is_proposed_in_hours_of_theirs(
    teaching: Teaching, wished: Wished
) -> None:
    teaching.teacher()  # who cannot teach it
    (one,) = opening.able(wished.sought)
    assert one.teacher is wished.teacher
    assert {(each.weekday, each.begins) for each in one.proposals} == {
        (WEDNESDAY, time(18)),
        (WEDNESDAY, time(18, 30)),
        (WEDNESDAY, time(19)),
    }
    for each in one.proposals:
        spans = each.looked.spans
        assert len(spans) == 12
        assert all(span.day.isoweekday() == WEDNESDAY for span in spans)
        assert wished.sought.term.first_on <= spans[0].day
        assert spans[-1].day <= wished.sought.term.last_on


def test_how_long_and_how_large_a_class_is_proposed_is_a_figure_of_the_house(
    teaching: Teaching, lending: Lending, wished: Wished
) -> None:
    term, course = wished.sought.term, wished.course
    teaching.rules(usual_sessions=8, usual_minutes=120, usual_places=40)
    sought = opening.sought(term, course, now=clock.now())
    found = opening.proposals_for(sought, wished.teacher)
    assert [one.begins for one in found] == [time(18), time(18, 30), time(19)]
    assert all(len(one.looked.spans) == 8 for one in found)
    assert {span.minutes for one in found for span in one.looked.spans} == {120}
    assert opening.proposals_for(sought, able(teaching))  # who said nothing: from seven on
    teaching.rules(usual_places=41)  # the only room has 40
    assert (
        opening.proposals_for(opening.sought(term, course, now=clock.now()), wished.teacher) == []
    )
    smaller = opening.sought(term, course, now=clock.now(), places=40)
    assert opening.proposals_for(smaller, wished.teacher)
    teaching.rules(usual_minutes=181, usual_places=40)  # they are free for three hours
    longer = opening.sought(term, course, now=clock.now())
    assert opening.proposals_for(longer, wished.teacher) == []


def test_no_more_than_three_teachers_and_who_said_nothing_is_asked_for_evenings(
    teaching: Teaching, wished: Wished
) -> None:
    others = [able(teaching) for _ in range(3)]
    found = opening.able(wished.sought)
    assert len(found) == 3
    (quiet, *_rest) = [one for one in found if one.teacher in others]
    assert [one.weekday for one in quiet.proposals] == [1, 2, 3]
    assert {one.begins for one in quiet.proposals} == {time(19)}


def test_no_room_and_no_time_are_proposed_that_are_taken(lending: Lending, wished: Wished) -> None:
    first = opening.proposals_for(wished.sought, wished.teacher)[0]
    become(wished, first)
    lending.room(purposes=["course"], capacity=10)  # too small
    (left,) = opening.proposals_for(wished.sought, wished.teacher)
    assert (first.begins, left.begins) == (time(18), time(19, 30))


def test_a_term_that_is_short_has_fewer_sessions(teaching: Teaching, wished: Wished) -> None:
    term = wished.sought.term
    term.last_on = term.first_on + timedelta(days=20)
    proposal = opening.proposals_for(wished.sought, wished.teacher)[0]
    assert len(proposal.looked.spans) == 3


def test_a_line_becomes_a_published_class_and_its_voters_are_told_once(wished: Wished) -> None:
    proposal = opening.proposals_for(wished.sought, wished.teacher)[0]
    offering = become(wished, proposal)
    assert (offering.state, offering.places) == (OfferingState.PUBLISHED, 25)
    assert (wished.line.offering_id, wished.line.course_id) == (offering.id, wished.course.id)
    sessions = sessions_of(offering.id)
    assert [one.day for one in sessions] == [span.day for span in proposal.looked.spans]
    assert all(one.occupancy_id and one.teacher_id == wished.teacher.id for one in sessions)
    assert told("survey_class") == [f"member:{one}" for one in wished.voters]
    assert become(wished, proposal, key="opening-2") is offering
    assert len(told("survey_class")) == 3


def test_what_came_in_between_is_told_and_nothing_is_planned(
    lending: Lending, wished: Wished
) -> None:
    proposal = opening.proposals_for(wished.sought, wished.teacher)[0]
    become(wished, proposal)
    other = by_title_of(wished, "合唱基础")
    with pytest.raises(DatesChanged):
        become_class(
            other,
            chosen(wished, proposal),
            seen=proposal.looked.seen,
            by="staff:1",
            key="opening-3",
        )
    assert other.offering_id is None


def by_title_of(wished: Wished, title: str) -> SurveyLine:
    """Return another line of the same menu."""
    wanted = db.session.query(SurveyLine).filter_by(survey_id=wished.line.survey_id, title_zh=title)
    return wanted.one()


def test_a_course_that_was_never_reviewed_is_not_published(wished: Wished) -> None:
    db.session.query(Revision).delete()
    proposal = opening.proposals_for(wished.sought, wished.teacher)[0]
    with pytest.raises(NotReviewed):
        become(wished, proposal)


def test_a_line_that_was_taken_off_meanwhile_becomes_nothing(wished: Wished) -> None:
    other = by_title_of(wished, "合唱基础")
    gone = replace(wished, line=other)
    proposal = opening.proposals_for(wished.sought, wished.teacher)[0]
    db.session.execute(
        delete(SurveyLine)
        .where(SurveyLine.id == other.id)
        .execution_options(synchronize_session=False)
    )
    with pytest.raises(NotFound):
        become(gone, proposal)


@pytest.mark.parametrize("missing", ["course", "term", "teacher", "place", "seen"])
def test_a_page_that_lacks_what_nobody_sees_says_so(
    client: FlaskClient, make: Factory, wished: Wished, missing: str
) -> None:
    shown = opening.proposals_for(wished.sought, wished.teacher)[0]
    fields = {
        "course": wished.course.id,
        "term": wished.sought.term.id,
        "teacher": wished.teacher.id,
        "place": shown.value,
        "places": 23,
        "seen": shown.looked.seen,
        "key": "opening-stale-1",
    }
    make.sign_in(client, make.staff(Role.PROGRAMME))
    page = f"/staff/courses/menu-lines/{wished.line.id}/open"
    answer = client.post(page, data=fields | {missing: ""})
    assert (answer.status_code, "请刷新这一页再改" in answer.text) == (422, True)
