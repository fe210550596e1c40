"""What organisers and members read of a block on their phones."""

from __future__ import annotations

import re
from datetime import date, time

from flask.testing import FlaskClient

from palace import clock
from palace.blocks import services
from palace.blocks.models import SignUp
from palace.blocks.services.telling import tell_none_left, tell_refused
from palace.members.models import Member, Unit
from palace.programme.models import Performance
from tests.blocks.conftest import give
from tests.factory import Factory


def on_saturday(make: Factory) -> Performance:
    """Return a performance at 19:30 on Saturday, a week from now."""
    make.set_clock(clock.at(date(2026, 11, 21), time(12)))
    return make.performance(seats=2, starts_at=clock.at(date(2026, 11, 28), time(19, 30)))


def newest(browser: FlaskClient, language: str) -> str:
    """Return the newest message on the demonstration's page."""
    page = browser.get("/demo/messages", headers={"Accept-Language": language}).text
    return str(re.findall(r"<span>(.*)</span></li>", page)[0])


def test_a_block_and_what_is_left_of_it(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    give(make, on_saturday(make), unit, 2)
    assert newest(client, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，给您单位留了2个座位，11月26日 周四 19:30收回。"
        "登录后在“单位工会”里发给大家。"
    )
    assert newest(client, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: 2 seats are kept for your union until"
        " Thu 26 Nov 19:30. Sign in and hand them out under Your unit."
    )
    make.set_clock(clock.at(date(2026, 11, 25), time(20)))
    services.remind(clock.now())
    assert newest(client, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，您单位还有2个座位没发出去，11月26日 周四 19:30收回。"
    )
    assert newest(client, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: 2 seats of your union are not handed out yet."
        " They go back on sale at Thu 26 Nov 19:30."
    )


def test_who_signed_up_too_late(make: Factory, client: FlaskClient, unit: Unit) -> None:
    block = give(make, on_saturday(make), unit, 2)
    one = SignUp(block_id=block.id, member_id=make.member().id, signed_at=clock.now())
    tell_none_left(block, one, clock.now())
    assert newest(client, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，单位的票按报名先后分完了，这次没有分到您。"
    )
    assert newest(client, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: the tickets of your union went to those"
        " who signed up before you."
    )
    tell_refused(block, one, clock.now())
    assert newest(client, "zh") == (
        "晋剧《打金枝》，11月28日 周六 19:30，单位分票时没有给您出票，请打开单位发的链接看原因。"
    )
    assert newest(client, "en") == (
        "The Golden Branch, Sat 28 Nov 19:30: you got no ticket when they were given out."
        " Open the link of your union to see why."
    )
