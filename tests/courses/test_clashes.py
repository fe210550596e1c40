"""What clashes with a class: everything of one's agenda, and the children's classes, named once each."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.agenda import services as agenda
from palace.agenda.rules import Owner
from palace.agenda.services import Dated
from palace.courses.models import Offering
from palace.courses.queries.clashes import clashes_with
from palace.courses.queries.facts import sessions_of
from palace.courses.services import announcing
from palace.members.models import Member
from tests.agenda.troupes import on_roster, troupe_of
from tests.factory import Factory
from tests.teaching import Teaching


@pytest.fixture
def member(make: Factory) -> Member:
    """Return a member of a palace."""
    make.site()
    make.rules()
    return make.member()


@pytest.fixture
def wanted(member: Member, teaching: Teaching) -> Offering:
    """Return a class of three weeks that a member would like."""
    assert member
    return teaching.offering()


def dated(subject: str, starts_at: datetime, title: str) -> Dated:
    return Dated(
        subject=subject,
        kind="room",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        title_zh=title,
        title_en=title,
        place_zh="排练厅",
        place_en="Room",
        path="/",
    )


def entered(of: Offering) -> Offering:
    announcing.enter(sessions_of(of.id), clock.now())
    return of


def found(member: Member, of: Offering) -> list[tuple[str, int, tuple[str, ...]]]:
    clashes = clashes_with(member, of.id, clock.now())
    return [(one.entry.title_zh, one.count, one.whose) for one in clashes]


def test_a_show_and_a_rehearsal_at_the_hour_are_named_and_what_touches_is_not(
    make: Factory, member: Member, wanted: Offering
) -> None:
    first, second, third = (one.starts_at for one in sessions_of(wanted.id))
    troupe = troupe_of(make)
    on_roster(make, troupe, member)
    for_troupe = [dated(f"occurrence:{day}", day, "合唱排练") for day in (second, third)]
    agenda.put_many(Owner(troupe_id=troupe.id), for_troupe, clock.now())
    agenda.put(member.id, dated("performance:1", first - timedelta(minutes=59), "戏"), clock.now())
    agenda.put(member.id, dated("performance:2", first - timedelta(hours=1), "早"), clock.now())
    agenda.put(member.id, dated("performance:3", first + timedelta(minutes=90), "晚"), clock.now())

    assert found(member, wanted) == [("戏", 1, ()), ("合唱排练", 2, ())]


def test_ones_own_other_class_and_a_childs_are_named_with_whose(
    member: Member, teaching: Teaching, wanted: Offering
) -> None:
    other = entered(teaching.offering(course=teaching.course("太极拳"), begins="20:00"))
    child = teaching.child(member)
    teaching.enrolment(other, member, companion_id=child.id, guardian=True)

    assert found(member, wanted) == [("太极拳", 3, ("小宝",))]
    teaching.enrolment(entered(wanted), member)
    assert found(member, wanted) == [("太极拳", 3, ("小宝",))]
    assert found(member, other) == [("书法基础", 3, ())]


def test_the_page_of_a_class_and_the_one_to_confirm_on_warn_and_forbid_nothing(
    make: Factory, client: FlaskClient, member: Member, wanted: Offering
) -> None:
    first = sessions_of(wanted.id)[0].starts_at
    agenda.put(member.id, dated("performance:1", first, "晋剧《打金枝》"), clock.now())
    page = f"/offerings/{wanted.id}"
    assert "时间撞了" not in client.get(page).text
    make.sign_in(client, member)

    for path in (page, f"{page}/enrol", f"{page}/wait"):
        told = client.get(path).text
        assert "时间撞了" in told
        assert "晋剧《打金枝》" in told
    done = client.post(f"{page}/enrol", data={"key": "a-regular-key"})
    assert done.status_code == 303
