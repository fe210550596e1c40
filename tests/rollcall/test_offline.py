"""Rolls that a phone kept while it had no network: of whom they are, and by which clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask.testing import FlaskClient

from palace import clock
from palace.courses.services.ending import withdraw
from palace.rollcall import queries, services
from palace.rollcall.rules import Mark
from tests.rollcall.conftest import Class
from tests.rollcall.test_pages import sent

PRESENT, ABSENT = Mark.PRESENT, Mark.ABSENT


def test_of_who_left_before_the_session_an_old_page_marks_nothing(group: Class) -> None:
    group.at(0, -600)
    saying = group.say(absent=(1,))
    for gone in group.people[:2]:
        withdraw(gone.member, gone.code, by=f"member:{gone.member_id}")
    group.at(0, 30)
    called = services.call_roll(group.sessions[0], saying, by=group.actor)
    assert group.marks() == [None, None, PRESENT]
    assert set(queries.attendance_of(group.offering.id)) == {group.people[2].id}
    assert called.tally.came == 1


def test_a_phone_whose_clock_was_wrong_says_nothing_older_than_its_page(group: Class) -> None:
    group.at(0, 0)
    group.call(absent=(0,))
    group.at(0, 5)
    later = replace(group.say(), device="phone-two")
    group.at(0, 30)
    saved = replace(later, said={**later.said, group.people[0].id: PRESENT}, ago=timedelta(days=9))
    services.call_roll(group.sessions[0], saved, by=group.actor)
    assert group.marks()[0] is PRESENT


def test_a_roll_saved_longer_ago_than_anybody_waits_is_taken(
    group: Class, phone: FlaskClient
) -> None:
    address = f"/teaching/sessions/{group.sessions[0].id}"
    fields = sent(phone.get(address).text, absent=[group.people[0].id], ago=10**15)
    assert phone.post(address, data=fields).status_code == 303
    assert group.marks()[0] is ABSENT
    assert clock.now() == group.sessions[0].starts_at
