"""Rolls: what phones say is kept once, the newest holds; what staying away leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.courses.states import EnrolmentState, SessionState
from palace.db import db
from palace.errors import NotFound
from palace.notices.models import Notice
from palace.rollcall import queries, services
from palace.rollcall.errors import NotInClass, RollEarly, SessionOff, SignInOver
from palace.rollcall.models import AttendanceMark
from palace.rollcall.rules import Mark
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from tests.rollcall.conftest import INSTANT, Class

PRESENT, LATE, ABSENT = Mark.PRESENT, Mark.LATE, Mark.ABSENT


def strikes() -> list[Strike]:
    return list(db.session.scalars(select(Strike).order_by(Strike.id)))


def how_many() -> int:
    return db.session.scalar(select(func.count(AttendanceMark.id))) or 0


def test_all_are_there_but_who_was_tapped(group: Class) -> None:
    group.at(0, 5)
    called = group.call(absent=(0,), late=(1,))
    assert group.marks() == [ABSENT, LATE, PRESENT]
    assert (called.tally.came, called.tally.late, called.tally.absent) == (2, 1, 1)


def test_a_roll_that_is_sent_again_changes_nothing(group: Class) -> None:
    group.at(0, 5)
    saying = group.say(absent=(0,))
    first = services.call_roll(group.sessions[0], saying, by=group.actor)
    again = services.call_roll(group.sessions[0], saying, by=group.actor)
    assert (first.repeated, again.repeated) == (False, True)
    assert how_many() == 3


def test_two_phones_that_were_offline_are_merged_and_all_they_said_is_kept(group: Class) -> None:
    group.at(0, 0)
    one, other = group.say(absent=(0,)), group.say(absent=(1,))
    group.at(0, 30)
    one = replace(one, device="phone-one", ago=timedelta(minutes=25))
    other = replace(other, device="phone-two", ago=timedelta(minutes=20))
    services.call_roll(group.sessions[0], other, by=group.actor)
    services.call_roll(group.sessions[0], one, by=group.actor)
    assert group.marks() == [ABSENT, ABSENT, PRESENT]
    assert how_many() == 6


def test_of_two_phones_the_later_tap_holds_whichever_came_first(group: Class) -> None:
    group.at(0, 0)
    early, later = group.say(absent=(0,)), group.say(late=(0,))
    group.at(0, 60)
    later = replace(later, device="phone-two", ago=timedelta(minutes=10))
    early = replace(early, device="phone-one", ago=timedelta(minutes=50))
    services.call_roll(group.sessions[0], later, by=group.actor)
    services.call_roll(group.sessions[0], early, by=group.actor)
    assert group.marks() == [LATE, PRESENT, PRESENT]


def test_a_roll_is_called_from_twenty_minutes_before(group: Class) -> None:
    group.at(0, -20, earlier=INSTANT)
    with pytest.raises(RollEarly):
        group.call()
    group.at(0, -20)
    group.call()


def test_no_roll_of_a_session_that_is_off(group: Class) -> None:
    group.sessions[0].state = SessionState.CANCELLED
    db.session.flush()
    group.at(0, 5)
    with pytest.raises(SessionOff):
        group.call()


def test_nobody_of_another_class_is_marked(group: Class) -> None:
    other = group.teaching.offering(first=group.sessions[0].day)
    stranger = group.teaching.enrolment(other)
    group.at(0, 5)
    saying = group.say()
    said = {**saying.said, stranger.id: ABSENT}
    with pytest.raises(NotFound):
        services.call_roll(group.sessions[0], replace(saying, said=said), by=group.actor)
    assert how_many() == 0


def test_the_third_absence_frees_the_place_and_writes_one_strike(group: Class) -> None:
    for session in range(2):
        group.at(session, 5)
        assert not group.call(session, absent=(0,)).outcome.freed
    group.at(2, 5)
    called = group.call(2, absent=(0,))
    assert called.outcome.freed == [group.people[0]]
    assert group.people[0].state is EnrolmentState.ABSENT
    [strike] = strikes()
    assert (strike.kind, strike.subject) == (StrikeKind.CLASS, f"enrolment:{group.people[0].id}")
    assert strike.happened_at == group.sessions[2].starts_at
    group.at(3, 5)
    group.call(3, absent=(1,))
    assert group.marks(3) == [None, ABSENT, PRESENT]
    assert len(strikes()) == 1


@pytest.mark.parametrize("absences", [0, 4])
def test_nought_frees_nothing_and_more_than_missed_neither(group: Class, absences: int) -> None:
    group.offering.absences = absences
    db.session.flush()
    for session in range(3):
        group.at(session, 5)
        group.call(session, absent=(0,))
    assert group.people[0].state is EnrolmentState.CONFIRMED
    assert strikes() == []


def test_leave_excuses_and_its_line_is_away_from_the_start(group: Class) -> None:
    for session in range(3):
        group.at(session, -90)
        services.ask_leave(group.people[0], group.sessions[session], "", by="member:1")
        group.at(session, 5)
        called = group.call(session, absent=(0,))
        assert (called.tally.excused, called.tally.absent) == (1, 0)
    assert group.people[0].state is EnrolmentState.CONFIRMED
    found = queries.attendance_of(group.offering.id)[group.people[0].id]
    assert (found.attended, found.excused, found.absent, found.held) == (0, 3, 0, 3)


def test_without_a_roll_nobody_was_absent(group: Class) -> None:
    group.at(2, 5)
    group.call(2, absent=(0,))
    assert group.people[0].state is EnrolmentState.CONFIRMED
    assert queries.attendance_of(group.offering.id)[group.people[0].id].held == 1


def test_an_absence_at_a_session_that_was_called_off_does_not_count(group: Class) -> None:
    for session in range(2):
        group.at(session, 5)
        group.call(session, absent=(0,))
    group.sessions[1].state = SessionState.CANCELLED
    db.session.flush()
    group.at(2, 5)
    group.call(2, absent=(0,))
    assert group.people[0].state is EnrolmentState.CONFIRMED


def test_a_mark_put_right_takes_the_strike_back_and_says_how_the_place_stands(group: Class) -> None:
    for session in range(3):
        group.at(session, 5)
        group.call(session, absent=(0,))
    group.at(2, 60)
    saying = group.say(2)
    right = {**saying.said, group.people[0].id: PRESENT}
    called = services.call_roll(group.sessions[2], replace(saying, said=right), by=group.actor)
    assert called.outcome.given_back == [group.people[0]]
    [strike] = strikes()
    assert (strike.forgiven_by, strike.why) == ("system", "corrected")
    assert group.people[0].state is EnrolmentState.ABSENT
    told = db.session.scalars(select(Notice).where(Notice.kind == "class_mark_corrected")).one()
    assert told.receiver == f"member:{group.people[0].member_id}"
    assert told.values["count"] == 18


def test_a_scan_marks_who_scanned_once(group: Class) -> None:
    group.at(0, -20)
    member = group.people[0].member_id
    services.sign_in(group.sessions[0], member, by=f"member:{member}")
    services.sign_in(group.sessions[0], member, by=f"member:{member}")
    assert group.marks() == [PRESENT, None, None]
    assert how_many() == 1


def test_a_parent_signs_their_child_in(group: Class) -> None:
    parent = group.make.member("刘芳")
    group.make.set_clock(group.sessions[0].starts_at - timedelta(days=1))
    child = group.teaching.child(parent)
    place = group.teaching.enrolment(group.offering, parent, companion_id=child.id, guardian=True)
    group.at(0, 0)
    assert services.sign_in(group.sessions[0], parent.id, by="member:9") == [place]


def test_nobody_signs_in_to_another_class_nor_after_its_end(group: Class) -> None:
    group.at(0, 0)
    with pytest.raises(NotInClass):
        services.sign_in(group.sessions[0], group.make.member().id, by="member:9")
    group.at(0, 90)
    with pytest.raises(SignInOver):
        services.sign_in(group.sessions[0], group.people[0].member_id, by="member:9")


def test_a_late_scan_stands_above_what_the_roll_took_for_granted(group: Class) -> None:
    group.at(0, 0)
    saying = group.say()
    absent = dict.fromkeys(saying.said, ABSENT)
    rest = replace(saying, said=absent, shown=absent)
    group.at(0, 5)
    services.sign_in(group.sessions[0], group.people[0].member_id, by="member:9")
    group.at(0, 10)
    services.call_roll(group.sessions[0], rest, by=group.actor)
    assert group.marks() == [PRESENT, ABSENT, ABSENT]
    assert clock.now() == group.sessions[0].starts_at + timedelta(minutes=10)
