"""A class with fees is called off by two people, and what failed of its money is tried again alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from palace.courses.models import Offering
from palace.courses.states import OfferingState
from palace.db import db
from palace.members.models import Staff
from palace.members.rules import Role
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Refund
from palace.payments.states import Backend, RefundState
from tests.coursedesk.test_calling_off import pay
from tests.factory import Factory
from tests.journeys.conftest import Person
from tests.teaching import Teaching

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
DESK = "/staff/courses"


@pytest.fixture
def of(live: Factory) -> Offering:
    """Return a class for twenty yuan: three paid, one by a provider, one has a part back, one waits."""
    teaching = Teaching(live)
    made = teaching.offering(member_fee=Fen(2000), places=4, minimum=4)
    paid = [pay(teaching.enrolment(made)) for _ in range(3)]
    paid[0].backend = Backend.STRIPE
    payments.propose_refund(paid[1].id, Fen(500), why="停过课", by="staff:1")
    teaching.enrolment(made)
    teaching.wait(made)
    live.commit()
    return made


def by_two(first: Person, second: Person, of: Offering) -> None:
    """Propose from the class's page and confirm from where the other begins."""
    first.go(f"{DESK}/classes/{of.id}")
    first.taps = second.taps = 0
    first.tap("取消这个班", role="link")
    first.page.get_by_label("原因，大家看得到").fill("老师病了")
    first.tap("提出，请第二个人确认")
    assert "请另一位同事打开这一页确认" in first.say()
    assert first.taps == 2
    second.go("/staff")
    second.tap(re.compile("1个班取消等第二个人确认"), role="link")
    second.tap(re.compile("书法基础"), role="link")
    second.tap("确认，取消这个班")
    assert "办完了" in second.say()
    assert second.taps == 3
    db.session.expire_all()
    assert db.session.get_one(Offering, of.id).state is OfferingState.CANCELLED


def test_two_people_call_a_class_off_and_finance_tries_its_refunds_again(
    live: Factory, enter: Callable[..., Person], of: Offering
) -> None:
    first, second = enter(live.staff()), enter(live.staff(Role.REVIEWER))
    first.go(f"{DESK}/classes/{of.id}/call-off")
    first.look("call-off-begun-390")
    by_two(first, second, of)
    second.look("call-off-done-390")
    failing = update(Refund).where(Refund.backend == Backend.STRIPE)
    db.session.execute(failing.values(state=RefundState.FAILED, failure="card_expired"))
    live.commit()
    first.go(f"{DESK}/classes/{of.id}")
    first.look("call-off-class-390")
    first.taps = 0
    first.tap(re.compile("没退成"), role="link")
    first.look("call-off-refunds-390")
    first.tap("这里没退成的再退一次")
    assert "1笔重新去退了" in first.say()
    assert first.taps == 2
    states = select(Refund.state).where(Refund.backend == Backend.STRIPE)
    db.session.expire_all()
    assert db.session.scalars(states).all() == [RefundState.OWED]


def test_it_works_with_scripts_off(
    live: Factory, enter: Callable[..., Person], of: Offering
) -> None:
    by_two(enter(live.staff(), "plain"), enter(live.staff(Role.REVIEWER), "plain"), of)


def test_every_page_of_it_in_every_look(
    live: Factory, enter: Callable[..., Person], of: Offering
) -> None:
    first, second = live.staff(), live.staff(Role.REVIEWER)
    enter(first).go(f"{DESK}/classes/{of.id}/call-off")
    proposing = enter(first)
    proposing.go(f"{DESK}/classes/{of.id}/call-off")
    proposing.page.get_by_label("原因，大家看得到").fill("")
    proposing.tap("提出，请第二个人确认")
    assert "请写原因" in proposing.say()
    proposing.look("call-off-refused-390")
    proposing.page.get_by_label("原因，大家看得到").fill("老师病了")
    proposing.tap("提出，请第二个人确认")
    proposing.look("call-off-proposed-390")
    look_around(enter, first, second, of)


def look_around(enter: Callable[..., Person], first: Staff, second: Staff, of: Offering) -> None:
    """Look at what each of the two sees, in every look."""
    for look in ("phone", "large", "dark", "wide"):
        one, other = enter(first, look), enter(second, look)
        other.go(f"{DESK}/classes/{of.id}/call-off")
        other.look(f"call-off-confirm-{look}")
        other.go(f"{DESK}/decisions")
        other.look(f"call-off-waiting-{look}")
        one.go(f"{DESK}/classes/{of.id}")
        one.look(f"call-off-of-class-{look}")
