"""Units are told of what they have to settle, once before the day it is due and once after it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from palace import clock
from palace.clock import palace_day
from palace.db import db
from palace.members.models import Member, Unit
from palace.members.rules import Role
from palace.notices.models import Notice
from palace.till import services
from palace.till.models import OnAccount
from palace.till.rules import account_news
from palace.upkeep import tend_money
from tests.factory import Factory
from tests.notices.test_words_of_rooms import said
from tests.till.conftest import Sold, Till

DUE = date(2026, 12, 20)


@pytest.mark.parametrize(
    ("today", "told", "said"),
    [
        (12, None, None),
        (13, None, "account_due"),
        (20, None, "account_due"),
        (20, 13, None),
        (21, 13, "account_overdue"),
        (21, 20, "account_overdue"),
        (21, None, "account_overdue"),
        (22, 21, None),
    ],
)
def test_once_before_and_once_after_the_day(today: int, told: int | None, said: str | None) -> None:
    told_on = None if told is None else date(2026, 12, told)
    assert account_news(DUE, date(2026, 12, today), days=7, told_on=told_on) == said


def test_no_days_before_is_the_day_itself() -> None:
    assert account_news(DUE, DUE - timedelta(days=1), days=0, told_on=None) is None
    assert account_news(DUE, DUE, days=0, told_on=None) == "account_due"


@pytest.fixture
def unit(till: Till, sold: Sold) -> Unit:
    """Return a unit that took a seat for thirty yuan on account."""
    entry = sold.member.roster_entry
    assert entry
    till.begin()
    taken = till.post(
        f"/payments/{sold.payment.id}/account",
        amount=3000,
        unit=entry.unit.name_zh,
        due_on=(palace_day(clock.now()) + timedelta(days=30)).isoformat(),
    )
    assert taken.status_code == 303
    return entry.unit


def organiser(make: Factory, unit: Unit) -> Member:
    """Return who organises a unit."""
    member = make.member()
    make.post(member, Role.UNIT, unit=unit)
    return member


def noon(make: Factory, sold: Sold, days: int) -> datetime:
    """Make it noon so many days after the day it is due."""
    account = db.session.get_one(OnAccount, sold.payment.id)
    now = clock.at(account.due_on + timedelta(days=days), time(12))
    make.set_clock(now)
    return now


def told(member: Member) -> list[str]:
    """Return what somebody was told of accounts, in order."""
    wanted = select(Notice).where(
        Notice.receiver == f"member:{member.id}", Notice.kind.startswith("account_")
    )
    return [one.kind for one in db.session.scalars(wanted.order_by(Notice.id))]


def test_its_organisers_hear_it_a_week_before_and_the_day_after(
    make: Factory, unit: Unit, sold: Sold
) -> None:
    member, other = organiser(make, unit), make.member()
    for days, kinds in (
        (-8, []),
        (-7, ["account_due"]),
        (0, ["account_due"]),
        (1, ["account_due", "account_overdue"]),
        (9, ["account_due", "account_overdue"]),
    ):
        services.remind_units(noon(make, sold, days))
        assert told(member) == kinds, days
    assert told(other) == []


def test_a_unit_without_organisers_hears_it_once_it_has_one(
    make: Factory, unit: Unit, sold: Sold
) -> None:
    assert services.remind_units(noon(make, sold, -7)) == 0
    member = organiser(make, unit)
    assert services.remind_units(noon(make, sold, -6)) == 1
    assert told(member) == ["account_due"]


def test_what_is_settled_is_not_asked_for(
    make: Factory, till: Till, unit: Unit, sold: Sold
) -> None:
    member = organiser(make, unit)
    till.post(f"/payments/{sold.payment.id}/settle", method="transfer", reference="T-1")
    services.remind_units(noon(make, sold, 1))
    assert told(member) == []


def test_the_worker_does_it_and_the_house_says_how_early(
    make: Factory, unit: Unit, sold: Sold
) -> None:
    make.rules().account_remind_days = 0
    member = organiser(make, unit)
    make.commit()
    noon(make, sold, -1)
    tend_money()
    assert told(member) == []
    noon(make, sold, 0)
    tend_money()
    assert told(member) == ["account_due"]


@pytest.mark.parametrize(
    ("kind", "zh", "en"),
    [
        ("account_due", "请在2026年12月20日或以前结清", "Please settle it by 20 Dec 2026"),
        (
            "account_overdue",
            "2026年12月20日到期，还没有结清",
            "was due 20 Dec 2026 and is not settled",
        ),
    ],
)
def test_the_words(app: Flask, kind: str, zh: str, en: str) -> None:
    values = {"title": {"zh": "雷雨", "en": "Storm"}, "amount": 3000, "due_on": DUE.isoformat()}
    chinese, english = said(app, kind, values)
    assert chinese.startswith("雷雨，单位签单30元，")
    assert zh in chinese
    assert en in english
