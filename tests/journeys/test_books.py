"""A member asks for an invoice; finance issues and reverses it, and settles what did not match."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from palace.books import services
from palace.books.models import Difference
from palace.db import db
from palace.members.rules import Role
from palace.payments.models import Movement, Payment
from palace.tickets.models import Ticket
from tests.books.conftest import TAX, numbers, pay_for
from tests.books.test_days import noon, yesterday
from tests.factory import Factory
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_an_invoice_is_asked_for_issued_and_reversed(
    live: Factory, enter: Callable[..., Person]
) -> None:
    paid = pay_for(live)
    member = enter(paid.member)
    member.go("/mine/invoices")
    member.look("invoices-mine-390")
    member.taps = 0
    member.tap("开发票", role="link")
    member.page.get_by_label("单位", exact=True).check()
    member.page.get_by_label("发票抬头").fill("太原公交公司工会")
    member.tap("申请发票")
    assert "请写单位的税号" in member.say()
    member.look("invoices-refused-390")
    member.page.get_by_label(re.compile("税号")).fill(TAX)
    member.tap("申请发票")
    assert "等着开" in member.say()
    assert member.taps == 3  # one of them to be told what is missing

    finance = enter(live.staff(Role.FINANCE))
    finance.go("/staff/books")
    finance.look("books-home-390")
    finance.taps = 0
    finance.tap(re.compile("1张发票等着开"), role="link")
    finance.tap("做一批")
    finance.look("books-batches-390")
    finance.tap("导入发票号码", role="link")
    lines = numbers(paid.request())
    finance.page.get_by_label(re.compile("粘贴")).fill(lines)
    finance.tap("先看看")
    finance.look("books-numbers-390")
    finance.tap(re.compile("记下这1个"))
    assert finance.taps == 5
    finance.look("books-invoices-390")
    finance.tap(str(paid.request().id), role="link")
    finance.page.get_by_label("冲红日期").fill(str(paid.request().issued_on))
    finance.look("books-invoice-390")
    finance.tap("记下冲红")
    assert "冲红了" in finance.say()
    finance.go("/staff/books/columns")
    finance.look("books-columns-390")


def test_a_difference_is_settled_with_words(live: Factory, enter: Callable[..., Person]) -> None:
    paid = pay_for(live)
    db.session.execute(update(Payment).values(paid_at=noon()))
    db.session.execute(update(Movement).values(moved_at=noon(), amount=2900))
    db.session.execute(update(Ticket).values(issued_at=noon()))
    services.match_day(yesterday())
    live.commit()
    finance = enter(live.staff(Role.FINANCE))
    finance.go("/staff/books")
    finance.taps = 0
    finance.tap(re.compile("1处差异"), role="link")
    finance.look("books-differences-390")
    finance.tap(re.compile("付款"), role="link")
    finance.page.get_by_label("怎么回事").fill("少收一元，第二天补了")
    finance.look("books-difference-390")
    finance.tap("处理好了")
    assert finance.taps == 3
    db.session.expire_all()
    assert db.session.scalars(select(Difference.why)).one() == "少收一元，第二天补了"
    assert paid.payment_id


def test_finance_s_pages_stand_in_every_look(live: Factory, enter: Callable[..., Person]) -> None:
    paid = pay_for(live)
    paid.ask()
    paid.owe(1000)
    who = live.staff(Role.FINANCE)
    for look in ("large", "dark", "wide"):
        finance = enter(who, look)
        for page in ("", "/movements", "/refunds", f"/payments/{paid.payment_id}", "/provider"):
            finance.go(f"/staff/books{page}")
            finance.look(f"books-{page.strip('/').replace('/', '-') or 'home'}-{look}")
