"""What people read of a notice, from the wish on the page to the message on the phone."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.door.claims import admit
from palace.joining import services as joining
from palace.members.services import ask_code, code_of
from palace.notices import senders
from palace.notices.services import tell_old_number
from palace.programme.models import Performance
from palace.strikes.models import Strike
from palace.strikes.rules import Verdict
from palace.strikes.services import appeal, decide, forgive
from palace.tickets import services as tickets
from palace.tickets.rules import Wish
from palace.waiting import services as queue
from palace.waiting.rules import Wanted
from tests.factory import Factory
from tests.notices.test_words_of_changes import CHANGED
from tests.notices.test_words_of_places import PLACES
from tests.notices.test_words_of_rolls import ROLLS
from tests.notices.test_words_of_rooms import ROOMS
from tests.notices.test_words_of_sessions import SESSIONS

SATURDAY = date(2026, 11, 28)


@pytest.fixture
def member(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of a member, a week before Saturday."""
    make.site()
    make.set_clock(clock.at(date(2026, 11, 21), time(12)))
    make.sign_in(client, make.member(phone="13700137000"))
    return client


def on_saturday(make: Factory, **prices: int) -> Performance:
    """Return a performance at 19:30 on Saturday."""
    return make.performance(seats=2, prices=prices, starts_at=clock.at(SATURDAY, time(19, 30)))


def hold_and_confirm(member: FlaskClient, performance: Performance, *seats: str) -> None:
    """Choose seats and confirm them, as the pages do."""
    wish = {"seats": list(seats), "key": "a-key-for-this"}
    held = member.post(f"/performances/{performance.id}/hold", data=wish)
    assert member.post(f"{held.headers['Location']}/confirm").status_code == 303


def newest(member: FlaskClient, language: str) -> str:
    """Return the newest message on the demonstration's page."""
    page = member.get("/demo/messages", headers={"Accept-Language": language}).text
    return str(re.findall(r"<span>(.*)</span></li>", page)[0])


def test_free_tickets_that_were_issued(make: Factory, member: FlaskClient) -> None:
    hold_and_confirm(member, on_saturday(make, free=0), "ST-01-01", "ST-01-02")

    assert newest(member, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，2张票已出，登录后在“我的”里查看。"
    )
    assert newest(member, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: 2 ticket(s) issued. Sign in and open Mine to see them."
    )


def test_seats_kept_until_they_are_paid(make: Factory, member: FlaskClient) -> None:
    make.rules().pay_before_minutes = 120
    hold_and_confirm(member, on_saturday(make, member=1250), "ST-01-01", "ST-01-02")

    assert newest(member, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，座位留到11月28日 周六 17:30，请到售票处付25元。"
    )
    assert newest(member, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: seats kept until Sat 28 Nov 17:30."
        " Please pay ¥25 at the box office."
    )


def test_a_ticket_that_was_given_back(make: Factory, member: FlaskClient) -> None:
    performance = on_saturday(make, free=0)
    hold_and_confirm(member, performance, "ST-01-01")
    make.set_clock(clock.at(date(2026, 11, 21), time(12, 1)))
    [ticket] = make.tickets(performance)
    assert member.post(f"/tickets/{ticket.code}/return").status_code == 303

    assert newest(member, "zh") == "晋剧《打金枝》，11月28日 周六 19:30，您的一张票已退。"
    assert newest(member, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: one of your tickets was returned."
    )


def test_a_sign_in_code(member: FlaskClient) -> None:
    code = code_of(f"challenge:{ask_code('13800138000', browser='b', address='a').id}")

    assert newest(member, "zh") == f"登录验证码 {code}，10分钟内有效，请勿告诉他人。"
    assert (
        newest(member, "en") == f"Your sign-in code is {code}. Valid for 10 minutes; tell nobody."
    )


def test_what_a_unit_says_of_somebody_who_applied(make: Factory, client: FlaskClient) -> None:
    make.site()
    unit, one = make.unit(), make.member(valid=False)
    make.sign_in(client, one)
    joining.refuse(joining.apply(one, unit.id).id, "staff:1", "没有这个人")
    assert newest(client, "zh") == (
        "第一出租汽车公司工会没有核对上您，登录后可以换一个单位，或到售票处办理。"
    )
    joining.confirm(joining.apply(one, unit.id).id, "staff:1")
    assert newest(client, "en") == (
        "第一出租汽车公司工会 has confirmed you:"
        " you are a union member now and may book member tickets."
    )


def test_a_number_that_a_member_left(make: Factory, client: FlaskClient) -> None:
    make.site()
    one = make.member()
    make.sign_in(client, one)
    tell_old_number(one.phone or "", one.id, clock.now())
    assert newest(client, "zh") == "您在文化宫的手机号换掉了。不是您本人办的，请马上到售票处。"
    assert newest(client, "en") == (
        "Your phone number at the palace was changed. If it was not you, tell the box office now."
    )


def test_a_show_that_was_missed(make: Factory, member: FlaskClient) -> None:
    performance = on_saturday(make, free=0)
    hold_and_confirm(member, performance, "ST-01-01")
    other = make.member()
    order = tickets.hold(other, performance.id, Wish(count=1), key="another-key", confirm=True)
    admit(order.tickets[0].id, "main")
    make.set_clock(performance.ends_at + timedelta(hours=2))
    tickets.write_missed(clock.now())

    assert newest(member, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，预约了没来。"
        "下次去不了请先退票。记错了，登录后在“我的”里说一声。"
    )
    assert newest(member, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: booked, but nobody came."
        " Please return tickets you cannot use. If this is wrong, sign in and say so under Mine."
    )

    [strike] = db.session.scalars(select(Strike))
    now = clock.now()
    appeal(strike.member_id, strike.id, "", now)
    decide(strike.id, "staff:3", Verdict.KEPT, "没查到", now)
    assert newest(member, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，您说的我们看过了，这一次还是算，原因登录后在“我的”里看。"
    )
    assert newest(member, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: we have looked again, and it still counts."
        " Sign in and see why under Mine."
    )
    forgive(strike.id, "staff:4", "查到了", now)
    assert newest(member, "zh") == "晋剧《打金枝》，11月28日 周六 19:30，预约了没来的这一次不算了。"
    assert newest(member, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: that nobody came does not count any more."
    )


def test_a_unit_that_needs_a_name(make: Factory, client: FlaskClient) -> None:
    make.site()
    unit, one = make.unit(), make.member("", valid=False)
    make.sign_in(client, one)
    joining.ask_name(joining.apply(one, unit.id))
    assert newest(client, "zh") == ("第一出租汽车公司工会要核对您，请登录后在“我的”里填好姓名。")
    assert newest(client, "en") == (
        "第一出租汽车公司工会 wants to confirm you. Please sign in and give your name under Mine."
    )


def test_whose_turn_it_is(make: Factory, member: FlaskClient) -> None:
    make.rules().offer_minutes = 60
    show, owner = on_saturday(make, free=0), make.member()
    waits = make.member(phone="13700137001")
    wish = Wish(seats=(("ST-01-01", None), ("ST-01-02", None)))
    sold = tickets.hold(owner, show.id, wish, key="sell-out-key", confirm=True)
    entry = queue.join(waits, show.id, Wanted(count=1))
    tickets.give_back(owner, sold.tickets[0].code)

    assert newest(member, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，轮到您了，1张，请在11月21日 周六 13:00前登录“我的”确认，"
        "过时让给后面的人。"
    )
    assert newest(member, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: your turn, 1 ticket(s). Sign in and confirm under Mine before"
        " Sat 21 Nov 13:00; after that they go to the next."
    )

    make.set_clock(clock.at(date(2026, 11, 21), time(13)))
    queue.pass_on(show.id)
    assert newest(member, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，您的排队结束了，登录后在“我的”里看原因。"
    )
    assert newest(member, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: you wait no longer. Sign in and see why under Mine."
    )
    assert entry.state == "lapsed"


def test_reminders_of_a_show_that_is_near(make: Factory, member: FlaskClient) -> None:
    show = on_saturday(make, free=0)
    hold_and_confirm(member, show, "ST-01-01", "ST-01-02")

    make.set_clock(show.starts_at - timedelta(hours=24))
    queue.remind(clock.now())
    assert newest(member, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，您有2张票。去不了请登录后在“我的”里点“我去不了”，让给排队的人。"
    )
    assert newest(member, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: you have 2 ticket(s). If you cannot come, sign in and say so"
        " under Mine, for those who wait."
    )

    make.set_clock(show.starts_at - timedelta(hours=2))
    queue.remind(clock.now())
    assert newest(member, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30开演，您有2张票。"
        "去不了请现在登录“我的”点“我去不了”，还来得及让给别人。"
    )
    assert newest(member, "en") == (
        "The Golden Branch begins Sat 28 Nov 19:30: you have 2 ticket(s). If you cannot come, sign in and"
        " say so under Mine now: somebody else still can."
    )


def test_every_kind_is_read_here() -> None:
    waiting = {"waiting_offer", "waiting_over", "reminder_day", "reminder_hours"}
    read = {"sign_in_code", "tickets_issued", "ticket_returned", "awaiting_payment"}
    read |= {"awaiting_payment_online", "account_due", "account_overdue"}
    units = {"unit_confirmed", "unit_refused", "unit_asks_name"}
    strikes = {"missed", "strike_kept", "strike_forgiven"}
    elsewhere = {"number_changed", "email_code", "broadcast"}
    blocks = {"block_given", "block_release", "block_none_left", "block_refused"}
    known = (
        read
        | units
        | strikes
        | waiting
        | blocks
        | elsewhere
        | ROOMS
        | ROLLS
        | PLACES
        | SESSIONS
        | set(CHANGED)
    )
    assert set(senders.KINDS) == known
