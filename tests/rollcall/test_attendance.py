"""Attendance: people and person-times apart, per session, class and term; the list leaves the house."""

from __future__ import annotations

from flask.testing import FlaskClient

from palace.courses.states import SessionState
from palace.db import db
from palace.members.rules import Role
from palace.rollcall import queries
from palace.rollcall.queries import attendance, office
from tests.rollcall.conftest import Class, read


def two_rolls(group: Class) -> None:
    """Call two rolls: the first comes twice, the second once and late, the third never."""
    group.at(0, 5)
    group.call(0, absent=(2,), late=(1,))
    group.at(1, 5)
    group.call(1, absent=(1, 2))


def test_people_and_person_times_are_counted_apart(group: Class) -> None:
    two_rolls(group)
    [term] = office.terms(None)
    assert (term.classes, term.people, term.times) == (1, 2, 3)
    found = queries.attendance_of(group.offering.id)
    first, second, third = (found[one.id] for one in group.people)
    assert (first.attended, first.held) == (2, 2)
    assert (second.attended, second.late, second.absent) == (1, 1, 1)
    assert (third.attended, third.absent) == (0, 2)
    tallies = attendance.tallies_of(group.offering.id)
    assert [tallies[one.id].came for one in group.sessions[:2]] == [2, 1]


def test_one_person_in_two_classes_is_one_of_the_term(group: Class) -> None:
    two_rolls(group)
    course = group.teaching.course("国画")
    other = group.teaching.offering(
        course=course, first=group.sessions[2].day, begins="09:00", teacher=group.teacher
    )
    place = group.teaching.enrolment(other, group.people[0].member)
    session = group.teaching.session(other, group.sessions[2].day, "14:00")
    theirs = Class(group.teaching, group.account, group.teacher, other, [place])
    theirs.sessions = [session]
    theirs.numbers = 90
    theirs.at(0, 5)
    theirs.call()
    [term] = office.terms(None)
    assert (term.classes, term.people, term.times) == (2, 2, 4)


def test_a_session_that_was_called_off_counts_for_nobody(group: Class) -> None:
    two_rolls(group)
    group.sessions[1].state = SessionState.CANCELLED
    db.session.flush()
    [term] = office.terms(None)
    assert (term.people, term.times) == (2, 2)
    assert queries.attendance_of(group.offering.id)[group.people[0].id].held == 1


def test_the_office_has_a_list_that_leaves_the_house(group: Class, client: FlaskClient) -> None:
    two_rolls(group)
    group.make.sign_in(client, group.make.staff(Role.PROGRAMME))
    assert "人次" in client.get("/staff/attendance").text
    [row] = read(client, "/staff/attendance")["rows"]
    assert (row["called"], row["people"], row["times"]) == (2, 2, 3)
    file = client.get("/staff/attendance?format=csv").text
    assert "书法基础" in file
    page = f"/staff/attendance/{group.offering.id}"
    assert "没有点名" in client.get(page).text
    body = read(client, page)
    assert body["sessions"][0]["tally"] == {"present": 1, "late": 1, "excused": 0, "absent": 1}


def test_another_houses_class_is_not_found(group: Class, client: FlaskClient) -> None:
    staff = group.make.staff(Role.PROGRAMME, site=group.make.branch())
    group.make.sign_in(client, staff)
    assert client.get(f"/staff/attendance/{group.offering.id}").status_code == 404
    assert read(client, "/staff/attendance")["rows"] == []
