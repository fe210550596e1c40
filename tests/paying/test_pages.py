"""The member's page of what is to be paid, and the way to a provider's page and back."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from palace import clock
from palace.db import db
from palace.payments import services as payments
from palace.payments.models import Ladder
from palace.till.models import PrintedCode
from tests.factory import Factory
from tests.paying.conftest import JSON, Buyer
from tests.standin.api import Fault, StandIn
from tests.tickets.conftest import Booker


def test_without_a_provider_the_counter_takes_it(buyer: Buyer) -> None:
    page = buyer.see()
    assert buyer.order.code in page
    assert "到售票处付" in page
    assert "网上付" not in page
    assert "开演2天以前退票，退80%" in page
    assert buyer.ask() | {"pay_by": "", "payment": 0} == {
        "payment": 0,
        "for": page.split('<h2 id="what">')[1].split("<")[0],
        "path": f"/orders/{buyer.order.code}",
        "state": "waiting",
        "amount": 3000,
        "pay_by": "",
        "online": False,
        "digits": None,
        "ladder": [
            {"minutes_before": 2880, "percent": 80},
            {"minutes_before": 1440, "percent": 50},
        ],
        "refunds": [],
        "address": None,
    }
    assert buyer.press("open").status_code == 404


@pytest.mark.parametrize(("came", "state"), [(False, "waiting"), (True, "paid")])
def test_an_order_names_its_payment(buyer: Buyer, came: bool, state: str) -> None:
    if came:
        payments.receive(buyer.payment, reference=None, now=clock.now())
        db.session.commit()
    order = buyer.browser.get(f"/orders/{buyer.order.code}", headers=JSON).get_json()
    assert order["payment"] == {
        "payment": buyer.payment.id,
        "state": state,
        "amount": 3000,
        "pay_by": clock.iso(buyer.payment.pay_by),
        "path": buyer.path,
        "online": False,
    }


def test_a_provider_is_not_asked_without_end(buyer: Buyer) -> None:
    asked = [buyer.browser.get(f"{buyer.path}/back").status_code for _ in range(61)]
    assert asked == [303] * 60 + [429]


def test_somebody_else_s_payment_is_not_found(buyer: Buyer, make: Factory) -> None:
    path = buyer.path
    make.sign_in(buyer.browser, make.member())
    assert buyer.browser.get(path).status_code == 404
    assert buyer.browser.get(f"{path}/back").status_code == 404
    assert buyer.browser.post(f"{path}/open").status_code == 404
    assert buyer.browser.post(f"{path}/digits").status_code == 404


def test_an_order_leads_to_the_provider_s_page_in_one_tap(buyer: Buyer, told: StandIn) -> None:
    order = buyer.browser.get(f"/orders/{buyer.order.code}").text
    assert f'action="{buyer.path}/open"' in order
    onward = buyer.press("open")
    (session,) = told.provider.sessions.values()
    assert onward.headers["Refresh"] == f"0; url={session['url']}"
    assert session["url"] in onward.text
    assert session["amount_total"] == 3000
    assert str(buyer.member.phone) not in str(told.asked)


def test_who_comes_back_having_paid_has_the_ticket(buyer: Buyer, told: StandIn) -> None:
    told.provider.pay(buyer.opened())
    back = buyer.browser.get(f"{buyer.path}/back")
    assert (back.status_code, back.headers["Location"]) == (303, f"/orders/{buyer.order.code}")
    assert buyer.tickets() == 1
    assert "收到" in buyer.see()
    buyer.browser.get(f"{buyer.path}/back")
    assert buyer.tickets() == 1


def test_who_comes_back_without_paying_may_pay_by_the_same_page(
    buyer: Buyer, told: StandIn
) -> None:
    first = buyer.opened()
    back = buyer.browser.get(f"{buyer.path}/back")
    assert back.headers["Location"] == buyer.path
    assert "网上付30元" in buyer.see()
    assert buyer.opened() == first
    assert len(told.provider.sessions) == 1


def test_money_under_way_is_said_and_not_asked_again(buyer: Buyer, told: StandIn) -> None:
    told.provider.pay(buyer.opened(), "alipay", later=True)
    buyer.browser.get(f"{buyer.path}/back")
    assert "钱正在路上" in buyer.see()
    again = buyer.press("open", headers=JSON)
    assert (again.status_code, again.get_json()["code"]) == (409, "money_on_its_way")
    assert len(told.provider.sessions) == 1


@pytest.mark.parametrize("fault", [Fault.AWAY, Fault.LOST, Fault.STORED])
def test_a_provider_that_is_away_leaves_the_counter(
    buyer: Buyer, told: StandIn, fault: Fault
) -> None:
    told.fail(fault, times=20)
    answer = buyer.press("open")
    assert answer.status_code == 503
    assert "网上付款暂时用不了" in answer.text
    assert buyer.order.code in answer.text
    assert "到售票处付" in buyer.see()

    told.heal()
    assert buyer.opened() in told.provider.sessions


def test_who_comes_back_while_the_provider_is_away_is_told_to_look_later(
    buyer: Buyer, told: StandIn
) -> None:
    told.provider.pay(buyer.opened())
    told.fail(Fault.AWAY, times=20)
    back = buyer.browser.get(f"{buyer.path}/back", follow_redirects=True)
    assert back.status_code == 200
    assert "付款结果还没有到" in back.text

    told.heal()
    buyer.browser.get(f"{buyer.path}/back")
    assert buyer.tickets() == 1


def test_an_order_let_go_closes_its_page(buyer: Buyer, told: StandIn) -> None:
    page = buyer.opened()
    assert buyer.browser.post(f"/orders/{buyer.order.code}/cancel").status_code == 303
    assert told.provider.session(page)["status"] == "expired"
    assert "这一单取消了" in buyer.see()
    assert buyer.press("open", headers=JSON).get_json()["code"] == "not_asked"


def test_late_money_goes_back_and_its_page_says_so(buyer: Buyer, told: StandIn) -> None:
    page = buyer.opened()
    told.provider.pay(page)
    buyer.show.cancelled_at = clock.now()
    db.session.flush()
    back = buyer.browser.get(f"{buyer.path}/back", follow_redirects=True)
    assert "钱全部退给您" in back.text
    assert "正在原路退回" in back.text
    assert buyer.ask()["state"] == "late"


def test_what_is_not_paid_in_time_is_over(buyer: Buyer) -> None:
    payment = buyer.payment
    payment.pay_by = clock.now() - timedelta(seconds=58)
    db.session.flush()
    assert buyer.ask()["state"] == "waiting"
    payment.pay_by = clock.now() - timedelta(seconds=60)
    db.session.flush()
    assert buyer.ask()["state"] == "over"
    assert "不再保留" in buyer.see()


def test_the_printed_code_wants_four_digits(buyer: Buyer, make: Factory) -> None:
    assert "收款码付" not in buyer.see()
    code = PrintedCode(site_id=buyer.payment.site_id, position=1, name_zh="微信", name_en="WeChat")
    code.content = "wxp://f2f0"
    make.add(code)
    assert "看收款码" in buyer.see()
    buyer.press("digits")
    digits = buyer.payment.digits or ""
    assert len(digits) == 4
    assert digits in buyer.see()
    buyer.press("digits")
    assert buyer.payment.digits == digits


def test_the_steps_are_shown_before_booking_and_refused_when_others_by_now(
    buyer: Buyer, make: Factory
) -> None:
    buyer.browser.post(f"/orders/{buyer.order.code}/cancel")
    assert "开演1天以前退票，退50%" in buyer.browser.get(f"/performances/{buyer.show.id}").text
    held = buyer.browser.post(
        f"/performances/{buyer.show.id}/hold",
        data={"seats": "ST-01-02", "key": "paying-ladder"},
        headers=JSON,
    ).get_json()["order"]
    page = buyer.browser.get(f"/orders/{held}").text
    assert 'name="ladder" value="2880:80 1440:50"' in page
    (ladder,) = db.session.query(Ladder)
    ladder.steps[0].percent = 70
    db.session.flush()

    answer = buyer.browser.post(f"/orders/{held}/confirm", data={"ladder": "2880:80 1440:50"})
    assert answer.status_code == 409
    assert "刚刚改了" in answer.text
    assert 'value="2880:70 1440:50"' in answer.text
    done = buyer.browser.post(f"/orders/{held}/confirm", data={"ladder": "2880:70 1440:50"})
    assert done.status_code == 303


def test_a_free_order_says_nothing_of_money(make: Factory, buyer: Buyer) -> None:
    show = make.performance(seats=2)
    assert "退多少" not in buyer.browser.get(f"/performances/{show.id}").text


def paid(buyer: Buyer) -> str:
    """Let the money come at the counter; return the address of the ticket."""
    payments.receive(buyer.payment, reference="slip-1", now=clock.now())
    (ticket,) = buyer.make.tickets(buyer.show)
    return f"/tickets/{ticket.code}"


def test_a_paid_ticket_says_what_comes_back_and_gives_just_that(buyer: Buyer) -> None:
    ticket = paid(buyer)
    page = buyer.browser.get(f"{ticket}/return").text
    assert "现在退票，退给您24元" in page
    assert 'name="back" value="2400"' in page
    refused = buyer.browser.post(f"{ticket}/return", data={"back": "3000"})
    assert refused.status_code == 409
    assert "只能退回24元" in refused.text

    assert buyer.browser.post(f"{ticket}/return", data={"back": "2400"}).status_code == 303
    assert buyer.path in buyer.browser.get(ticket).text
    assert "请到售票处领" in buyer.see()
    assert buyer.ask()["refunds"] == [{"amount": 2400, "state": "counter"}]


def test_several_paid_tickets_say_it_each(buyer: Buyer) -> None:
    ticket = paid(buyer)
    here, code = f"/performances/{buyer.show.id}/return", ticket.rpartition("/")[2]
    assert f'value="{code}:2400"' in buyer.browser.get(here).text
    too_much = buyer.browser.post(here, data={"ticket": f"{code}:3000"})
    assert too_much.status_code == 409
    assert buyer.browser.post(here, data={"ticket": f"{code}:2400"}).status_code == 303
    assert buyer.ask()["refunds"] == [{"amount": 2400, "state": "counter"}]


def test_late_in_the_steps_nothing_comes_back(buyer: Buyer, make: Factory) -> None:
    ticket = paid(buyer)
    buyer.show.starts_at = clock.now() + timedelta(minutes=1439)
    db.session.flush()
    assert "现在退票，钱不退" in buyer.browser.get(f"{ticket}/return").text


def test_digits_that_somebody_has_are_not_given_again(
    buyer: Buyer, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Booker().book(make.member(), buyer.show, "ST-01-02")
    second = payments.find("tickets", other.id)
    assert second is not None
    drawn = iter([7, 7, 8])
    monkeypatch.setattr(secrets, "randbelow", lambda _most: next(drawn))
    assert payments.give_digits(buyer.payment.id) == "0007"
    assert payments.give_digits(second.id) == "0008"


class TestWhatFollowsForWhoDoesNotCome:
    """Pages of what is kept unpaid say it before: by the figures of the house, in both languages."""

    ZH = "记一次“预约了没来”"
    EN = "has a no-show written down (2 no-shows within 30 days: no new bookings for 7 days)"

    @pytest.fixture(autouse=True)
    def strict(self, make: Factory) -> None:
        """Let two shows missed in a month stop bookings for a week."""
        house = make.rules()
        house.strikes_to_bar, house.strike_within_days, house.bar_days = 2, 30, 7
        make.commit()

    def both(self, buyer: Buyer, path: str) -> tuple[str, str]:
        """Return a page in both languages."""
        zh = buyer.browser.get(path).text
        buyer.browser.get("/display?lang=en&next=/performances")
        return zh, buyer.browser.get(path).text

    def test_it_stands_on_the_order_and_on_its_payment(self, buyer: Buyer) -> None:
        for path in (f"/orders/{buyer.order.code}", buyer.path):
            buyer.browser.get("/display?lang=zh&next=/performances")
            zh, en = self.both(buyer, path)
            assert f"{self.ZH}（30天内2次没来，停7天）" in zh
            assert self.EN in en

    def test_it_stands_there_before_anything_is_kept(self, buyer: Buyer) -> None:
        member = buyer.make.member()
        held = Booker().hold(member, buyer.show, "ST-01-02")
        buyer.make.sign_in(buyer.browser, member)
        buyer.make.commit()
        assert self.ZH in buyer.browser.get(f"/orders/{held.code}").text

    def test_not_where_the_money_has_to_come_at_once(self, buyer: Buyer) -> None:
        buyer.order.pay_by = buyer.order.hold_ends_at
        buyer.make.commit()
        for path in (f"/orders/{buyer.order.code}", buyer.path):
            assert self.ZH not in buyer.browser.get(path).text
