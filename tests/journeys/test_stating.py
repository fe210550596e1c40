"""What only people can see: a provider's page that cannot be asked about, an invoice that was not issued."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members.rules import Role
from palace.payments.models import Attempt, Payment
from palace.payments.services.locking import lock
from palace.payments.services.reviewing import look_into
from palace.payments.states import AttemptState, Backend, Review
from tests.books.conftest import Paid, pay_for
from tests.factory import Factory
from tests.journeys.conftest import LOOKS, Person
from tests.tickets.conftest import Booker

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest.fixture
def stuck(live: Factory) -> int:
    """Return a payment whose page is open at a provider whose keys are gone."""
    order = Booker().book(
        live.member(), live.performance(seats=2, prices={"member": 3000}), "ST-01-01"
    )
    payment_id = db.session.scalars(select(Payment.id).where(Payment.subject_id == order.id)).one()
    now = clock.now()
    page = Attempt(
        payment_id=payment_id,
        number=1,
        backend=Backend.STRIPE,
        reference="cs_live_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0",
        state=AttemptState.OPEN,
        request={},
        made_at=now,
        page_ends_at=now + timedelta(minutes=31),
        look_at=now,
    )
    live.add(page)
    look_into(lock(payment_id), Review.UNASKED, now)
    live.commit()
    return payment_id


@pytest.fixture
def batched(live: Factory) -> Paid:
    """Return a payment that a refund of waits for, as its invoice is at the finance tool."""
    paid = pay_for(live)
    paid.ask()
    live.commit()
    return paid


def saw(person: Person, *, paid: str, name: str, where: str = "平台的付款记录") -> None:
    """Write down what somebody saw of a page."""
    person.page.get_by_label(re.compile("收到多少元")).fill(paid)
    person.page.get_by_label(re.compile("付款编号，例如")).fill(name)
    person.page.get_by_label("在哪里看到的").fill(where)
    person.tap("我看到的就是这样")


@pytest.mark.parametrize("look", LOOKS)
def test_two_people_say_what_they_saw_of_a_page(
    live: Factory, enter: Callable[..., Person], stuck: int, look: str
) -> None:
    first, second = (enter(live.staff(Role.FINANCE), look) for _ in range(2))
    first.go("/staff/books")
    first.taps = second.taps = 0
    first.tap(re.compile("1笔钱要核对"), role="link")
    first.look(f"stating-reviews-{look}")
    first.page.locator("#main ul.lines a").first.click()
    first.taps += 1
    first.look(f"stating-begun-{look}")
    saw(first, paid="30", name="")
    assert "收到了钱要写付款编号" in first.say()
    assert first.page.get_by_label("在哪里看到的").input_value() == "平台的付款记录"
    first.look(f"stating-refused-{look}")
    saw(first, paid="30", name="pi_3QabcDEF")
    assert "等另一个人也看过" in first.say()
    assert first.taps == 4  # one of them to be told what is missing
    first.look(f"stating-mine-{look}")
    second.go(f"/staff/books/payments/{stuck}")
    assert "pi_3QabcDEF" not in second.say()
    second.look(f"stating-other-{look}")
    saw(second, paid="30", name="pi_3QabcDEF")
    assert second.taps == 1
    assert "我看到的就是这样" not in second.say()
    second.look(f"stating-done-{look}")
    db.session.expire_all()
    assert db.session.get_one(Payment, stuck).paid_at is not None


@pytest.mark.parametrize("look", LOOKS)
def test_what_was_not_issued_is_taken_back(
    live: Factory, enter: Callable[..., Person], batched: Paid, look: str
) -> None:
    finance = enter(live.staff(Role.FINANCE), look)
    finance.go("/staff/books/batches")
    finance.tap("做一批")
    batched.owe()
    live.commit()
    finance.go("/staff/books/invoices")
    finance.look(f"not-issued-list-{look}")
    finance.taps = 0
    finance.tap(str(batched.request().id), role="link")
    finance.look(f"not-issued-{look}")
    finance.tap("没有开成，撤下")
    assert "请写" in finance.say()
    finance.look(f"not-issued-refused-{look}")
    finance.page.get_by_label("怎么回事").fill("税号被开票软件退回")
    finance.tap("没有开成，撤下")
    assert finance.taps == 3  # one of them to be told what is missing
    assert "撤下了" in finance.say()
    finance.look(f"not-issued-done-{look}")
