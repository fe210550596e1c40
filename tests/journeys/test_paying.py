"""Paying in a browser: by a provider's page and back, at the counter, with the provider away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.payments import services as payments
from palace.payments import states
from palace.payments.backends import breaker
from palace.payments.backends.base import backends
from palace.payments.backends.stripe import Stripe
from palace.payments.models import Ladder, LadderStep, Payment
from palace.programme.models import Performance
from palace.till.models import PrintedCode
from tests.factory import Factory
from tests.journeys.conftest import LOOKS, Person
from tests.payments.stripe.conftest import settings_of
from tests.standin.api import Fault, StandIn
from tests.standin.server import stand_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Enter = Callable[..., Person]
STRIPE = states.Backend.STRIPE


@pytest.fixture
def show(live: Factory) -> Performance:
    """Return a show for thirty yuan that goes back by steps, in a house with a printed code."""
    steps = [LadderStep(minutes_before=2880, percent=80), LadderStep(minutes_before=90, percent=50)]
    live.add(Ladder(name_zh="通常", name_en="Usual", usual=True, steps=steps))
    site = live.site()
    code = PrintedCode(site_id=site.id, position=1, name_zh="微信收款码", name_en="WeChat code")
    code.content = "wxp://f2f0abcdefgh"
    live.add(code)
    return live.performance(seats=6, prices={"member": 3000})


@pytest.fixture
def told(house: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Let Stripe take money in this house."""
    monkeypatch.setattr(breaker, "PAUSE", 0.0)
    with stand_in() as told:
        backends[STRIPE] = Stripe(replace(settings_of(told), public_url=house))
        yield told
        backends.pop(STRIPE)
        assert told.breaches == []


def book(member: Person, show: Performance) -> None:
    """Take a seat that waits for its money."""
    member.go(f"/performances/{show.id}")
    member.tap(re.compile("^1张"), role="radio")
    member.tap("帮我选连座")
    member.tap("确认，去付30元")


@pytest.mark.parametrize("look", LOOKS)
def test_from_the_show_over_the_provider_s_page_to_the_ticket(
    enter: Enter, live: Factory, show: Performance, told: StandIn, look: str
) -> None:
    member = enter(live.member(), look)
    member.go(f"/performances/{show.id}")
    member.page.get_by_text("付了钱去不了，退多少").click()
    assert "开演2天以前退票，退80%" in member.say()
    member.look(f"paying-show-{look}")
    member.tap(re.compile("^1张"), role="radio")
    member.tap("帮我选连座")
    assert "开演90分钟以前退票，退50%" in member.say()
    member.look(f"paying-held-{look}")
    member.tap("确认，去付30元")
    member.look(f"paying-unpaid-{look}")
    member.tap("网上付30元")
    member.page.wait_for_url("**/pay/cs_*")
    member.tap("支付宝付款", nth=0)
    member.page.wait_for_url("**/tickets/*")
    assert member.taps == 5
    assert "付好了" in member.page.inner_text("body")
    member.look(f"paying-ticket-{look}")


def test_who_turns_back_at_the_provider_s_page_still_has_all_ways(
    enter: Enter, live: Factory, show: Performance, told: StandIn
) -> None:
    member = enter(live.member())
    book(member, show)
    member.tap("网上付30元")
    member.page.wait_for_url("**/pay/cs_*")
    member.tap("返回", role="link")
    member.look("paying-one")
    assert "待付款" in member.say()
    member.tap("看收款码")
    member.look("paying-printed-code")
    assert re.search(r"\b\d{4}\b", member.say())
    member.tap("网上付30元")
    member.page.wait_for_url("**/pay/cs_*")
    member.tap("支付宝付款，稍后到账")
    member.page.wait_for_url("**/payments/*")
    member.look("paying-under-way")
    assert "钱正在路上" in member.say()
    assert len(told.provider.sessions) == 1


@pytest.mark.parametrize("look", LOOKS)
def test_without_a_provider_the_counter_s_code_and_digits_are_shown(
    enter: Enter, live: Factory, show: Performance, look: str
) -> None:
    member = enter(live.member(), look)
    book(member, show)
    assert "网上付" not in member.say()
    member.tap(re.compile("单号、收款码"), role="link")
    member.tap("看收款码")
    assert member.taps == 5
    member.look(f"paying-counter-{look}")


def test_a_dead_provider_leaves_the_counter_at_once(
    enter: Enter, live: Factory, show: Performance, told: StandIn
) -> None:
    member = enter(live.member())
    book(member, show)
    told.fail(Fault.AWAY, times=99)
    member.tap("网上付30元")
    assert "网上付款暂时用不了" in member.say()
    assert "到售票处付" in member.say()
    assert [one[:4] for one in member.broken if one[0] == "5"] == ["503 "]
    member.broken.clear()
    member.look("paying-provider-away")
    told.heal()
    member.tap("网上付30元")
    member.page.wait_for_url("**/pay/cs_*")


def test_a_notice_leads_to_the_payment_and_the_payment_to_its_receipt(
    enter: Enter, live: Factory, show: Performance
) -> None:
    payer = live.member()
    member = enter(payer)
    book(member, show)
    member.go("/mine/notices")
    member.look("paying-notice")
    member.tap(re.compile("去付款"), role="link")
    assert "记一次“预约了没来”" in member.say()
    member.look("paying-from-notice")
    found = db.session.scalars(select(Payment).where(Payment.member_id == payer.id)).one()
    payments.receive(found, reference="journey-1", now=clock.now())
    live.commit()
    member.page.reload()
    member.look("paying-receipt")
    receipt = member.page.get_by_role("link", name="收款凭证（PDF）")
    assert receipt.get_attribute("href") == f"/payments/{found.id}/receipt.pdf"
