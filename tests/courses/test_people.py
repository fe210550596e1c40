"""Who may have a place: caps, children and their guardian, what was learned before, exceptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from palace import clock
from palace.consents import queries as consents
from palace.consents.rules import Purpose
from palace.courses import claims, services
from palace.courses.errors import ClassFull, NotYoursToExcuse, RulesFailed
from palace.courses.queries.facts import sessions_of
from palace.courses.rules import Excuse
from palace.courses.states import Channel, EnrolmentState
from palace.db import db
from palace.errors import NotFound, PalaceError
from palace.members.models import AuditLine
from tests.factory import Factory
from tests.teaching import Teaching


def why(job: Callable[[], object]) -> list[str]:
    """Return the codes of the rules that refuse."""
    with pytest.raises(PalaceError) as refused:
        job()
    if isinstance(refused.value, RulesFailed):
        return [one.code for one in refused.value.failures]
    return [refused.value.code]


def test_a_person_has_so_many_classes_in_a_term_and_one_of_a_course(teaching: Teaching) -> None:
    course = teaching.course()
    member = teaching.enrolment(teaching.offering(course=course)).member

    again = teaching.offering(course=course, begins="09:00")
    assert why(lambda: teaching.enrolment(again, member)) == ["one_per_course"]
    second = teaching.enrolment(teaching.offering(begins="11:00"), member)
    third = teaching.offering(begins="13:00")
    assert why(lambda: teaching.enrolment(third, member)) == ["too_many"]
    services.withdraw(member, second.code, by="x")
    assert teaching.enrolment(third, member).state is EnrolmentState.CONFIRMED


def test_nobody_is_in_two_classes_at_once_but_one_after_the_other(teaching: Teaching) -> None:
    member = teaching.enrolment(teaching.offering(begins="19:00", minutes=90)).member
    for begins in ("18:01", "20:29"):
        over = teaching.offering(begins=begins, minutes=60)
        assert why(partial(teaching.enrolment, over, member)) == ["overlaps"]
        child = teaching.child(member, years=15, name=begins)
        assert teaching.enrolment(over, member, companion_id=child.id)
    assert teaching.enrolment(teaching.offering(begins="20:30"), member)


def test_another_term_counts_for_itself(teaching: Teaching) -> None:
    one, other = (teaching.term(per_person=1) for _ in range(2))
    course = teaching.course()
    member = teaching.enrolment(teaching.offering(course=course, term=one)).member
    offering = teaching.offering(course=course, term=other, begins="09:00")
    assert teaching.enrolment(offering, member)


def test_a_child_counts_for_itself_and_once(make: Factory, teaching: Teaching) -> None:
    teaching.term(per_person=1)
    offering, parent = teaching.offering(), make.member()
    child, again = teaching.child(parent, years=15), teaching.child(parent, years=15)

    assert teaching.enrolment(offering, parent)
    theirs = teaching.enrolment(offering, parent, companion_id=child.id)

    assert theirs.companion_id == child.id
    assert why(lambda: teaching.enrolment(offering, parent, companion_id=again.id)) == [
        "enrolled_before"
    ]


def test_who_keeps_themselves_under_their_own_name_has_no_second_place(
    make: Factory, teaching: Teaching
) -> None:
    offering, member = teaching.offering(), make.member("张建华")
    teaching.enrolment(offering, member)
    twin = teaching.child(member, name="张建华", years=16)

    assert why(lambda: teaching.enrolment(offering, member, companion_id=twin.id)) == [
        "enrolled_before"
    ]


def test_somebody_elses_child_is_not_there(make: Factory, teaching: Teaching) -> None:
    stranger = teaching.child(make.member())
    with pytest.raises(NotFound):
        teaching.enrolment(teaching.offering(), companion_id=stranger.id)


def test_a_young_child_needs_its_guardians_word_once(make: Factory, teaching: Teaching) -> None:
    parent = make.member()
    child = teaching.child(parent, years=8)
    offering = teaching.offering()

    assert why(lambda: teaching.enrolment(offering, parent, companion_id=child.id)) == [
        "consent_needed"
    ]
    assert teaching.enrolment(offering, parent, companion_id=child.id, guardian=True)
    assert consents.due(parent.id, Purpose.GUARDIAN, clock.now()) is None
    other = teaching.offering(begins="09:00")
    assert teaching.enrolment(other, parent, companion_id=child.id)


def test_ages_are_those_of_the_first_day(make: Factory, teaching: Teaching) -> None:
    parent = make.member()
    child = teaching.child(parent, years=8)
    assert child.born_on
    birthday = child.born_on.replace(year=child.born_on.year + 9)
    course = teaching.course(min_age=9, max_age=9)
    early = teaching.offering(course=course, first=birthday - timedelta(days=1))
    on_time = teaching.offering(course=course, first=birthday)
    for offering in (early, on_time):
        offering.late_sessions = 3
    wished: dict[str, Any] = {"companion_id": child.id, "guardian": True}

    assert why(lambda: teaching.enrolment(early, parent, **wished)) == ["too_young"]
    assert teaching.enrolment(on_time, parent, **wished)
    assert why(lambda: teaching.enrolment(on_time)) == ["too_old"]


def test_what_has_to_be_learned_before(make: Factory, teaching: Teaching) -> None:
    entry = teaching.course("书法入门")
    course = teaching.course("书法提高", prerequisite_id=entry.id)
    over = teaching.term(first_on=teaching.day(-100), last_on=teaching.day(-1))
    now = teaching.term(name_zh="这学期")
    offering = teaching.offering(course=course, term=now)
    member = make.member()
    learned = teaching.offering(course=entry, term=over, begins="09:00")

    assert why(lambda: teaching.enrolment(offering, member)) == ["prerequisite"]
    place = teaching.enrolment(learned, member)
    assert place.state is EnrolmentState.CONFIRMED
    assert teaching.enrolment(offering, member)


class TestExceptions:
    """Somebody of the palace lets in beyond a rule, with a reason; nobody themselves."""

    EXCUSE = Excuse(by="staff:7", why="上学期没有开成，答应过的")

    def test_the_cap_is_excused_and_the_record_says_by_whom_and_why(
        self, teaching: Teaching
    ) -> None:
        teaching.term(per_person=1)
        member = teaching.enrolment(teaching.offering()).member

        made = teaching.enrolment(teaching.offering(), member, excused=self.EXCUSE)

        assert (made.excused_by, made.excused_why) == ("staff:7", "上学期没有开成，答应过的")
        line = db.session.scalars(
            select(AuditLine).where(AuditLine.subject == f"enrolment:{made.id}")
        ).one()
        assert (line.actor, line.why) == ("staff:7", "上学期没有开成，答应过的")

    def test_a_full_class_stays_full(self, teaching: Teaching) -> None:
        offering = teaching.offering(places=1)
        teaching.enrolment(offering)
        with pytest.raises(ClassFull):
            teaching.enrolment(offering, excused=self.EXCUSE)

    def test_nobody_excuses_themselves(self, teaching: Teaching) -> None:
        wish = teaching.wish(teaching.offering(), excused=self.EXCUSE)
        with pytest.raises(NotYoursToExcuse):
            services.enrol(wish, by="staff:7")
        own = Excuse(by=f"member:{wish.member.id}", why="我想上")
        with pytest.raises(NotYoursToExcuse):
            services.enrol(replace(wish, excused=own), by="staff:1")


def test_kept_places_go_in_person_and_to_everybody_when_their_time_is_over(
    make: Factory, teaching: Teaching
) -> None:
    until = clock.now() + timedelta(hours=72)
    offering = teaching.offering(places=3, in_person=2, in_person_until=until)
    teaching.enrolment(offering)

    assert why(lambda: teaching.enrolment(offering)) == ["kept_in_person"]
    in_person = teaching.enrolment(offering, channel=Channel.COUNTER)
    assert in_person.channel is Channel.COUNTER
    make.set_clock(until)
    assert teaching.enrolment(offering).channel is Channel.ONLINE
    assert why(lambda: teaching.enrolment(offering)) == ["class_full"]
    assert claims.live_places(offering.id) == 3


def test_late_joining_ends_when_the_session_after_the_last_allowed_begins(
    make: Factory, teaching: Teaching
) -> None:
    offering = teaching.offering(sessions=3, late_sessions=1)
    second = sessions_of(offering.id)[1].starts_at
    make.set_clock(second - timedelta(seconds=1))
    assert teaching.enrolment(offering).state is EnrolmentState.CONFIRMED
    make.set_clock(second)
    assert why(lambda: teaching.enrolment(offering)) == ["too_late"]
