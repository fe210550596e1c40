"""The staff's page begins with what waits for whoever opens it, and says so where there is no work yet."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.boxoffice import queries
from palace.boxoffice.queries import Unpaid, Waiting
from palace.care import probes
from palace.config import Settings
from palace.db import db
from palace.joining import services as joining
from palace.members.models import Member
from palace.members.posts import FIRST_PAGES, OF_STAFF
from palace.members.rules import Role
from palace.notices.services import owe
from palace.programme.models import Performance
from palace.roster.models import RosterImport
from palace.roster.rules import ImportState
from palace.strikes import services as strikes
from palace.tickets import services as tickets
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.members.browser import JSON
from tests.strikes.test_forgiving import strike_of


def unpaid_order(make: Factory, performance: Performance, member: Member) -> None:
    """Hold a seat of 30 yuan and keep it until somebody pays."""
    held = tickets.hold(member, performance.id, Wish(count=1), key=f"unpaid-{performance.id}")
    tickets.confirm(member, held.code)
    make.commit()


def imported(state: ImportState, actor: str) -> RosterImport:
    """Return a roster that came in and stands somewhere on its way."""
    return RosterImport(
        actor=actor,
        file_name="名册.csv",
        file_size=1,
        file_hash=f"{state}{actor}".encode(),
        complete=False,
        state=state,
        finished_at=None,
        unit_id=None,
        refusal=None,
    )


def test_orders_wait_for_money_until_they_lapse(make: Factory) -> None:
    performance = make.performance(prices={"member": 3000})
    unpaid_order(make, performance, make.member())

    told = queries.unpaid(clock.now(), None)

    assert (told.orders, told.amount) == (1, 3000)
    assert told.first_by is not None
    assert queries.unpaid(told.first_by, None) == Unpaid()
    assert queries.unpaid(told.first_by - timedelta(seconds=1), None).orders == 1


def test_a_branch_sees_its_own_money_and_names(make: Factory, client: FlaskClient) -> None:
    branch = make.branch()
    ours, theirs = [make.performance(prices={"member": 3000}) for _ in range(2)]
    free = make.performance()
    ours.space.site_id = free.space.site_id = branch.id
    db.session.flush()
    member = make.member()
    for performance in (ours, theirs):
        unpaid_order(make, performance, member)
    settled = tickets.hold(member, free.id, Wish(count=1), key="free-one")
    tickets.confirm(member, settled.code)
    [ticket] = make.tickets(free)
    for code, pinyin in ((ticket.code, "Liu Ours"), ("elsewhere", "Zhao Theirs")):
        values = {"ticket": code, "pinyin": pinyin}
        owe("unprintable_name", f"ticket:{code}", "staff", values, clock.now())
    make.sign_in(client, make.staff(Role.SITE_ADMIN, site=branch))
    make.commit()

    assert queries.unpaid(clock.now(), None).orders == 2
    assert client.get("/staff", headers=JSON).get_json()["waiting"]["unpaid"] == 1
    page, listed = client.get("/staff").text, client.get("/staff/names").text
    assert "1单等着付款" in page
    for told in (page, listed):
        assert "Liu Ours" in told
        assert "Zhao Theirs" not in told


def test_the_administrator_sees_what_waits_for_the_palace(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    strike = strike_of(make, make.member())
    strikes.appeal(strike.member_id, strike.id, "手机没电", clock.now())
    make.add(
        imported(ImportState.CHECKED, "staff:1"),
        imported(ImportState.CHECKED, "member:1"),
        imported(ImportState.APPLIED, "staff:1"),
    )
    unit = make.unit()
    joining.apply(make.member("王新", valid=False), unit.id)
    make.sign_in(client, make.staff(Role.ADMIN))
    make.commit()

    told = client.get("/staff", headers=JSON).get_json()["waiting"]
    assert told == {
        "appeals": 1,
        "imports": 1,
        "applications": 1,
        "unpaid": 0,
        "reviews": 0,
        "sent_back": 0,
        "drafts": 0,
        "troupes": 0,
    }
    page = client.get("/staff").text
    first = page.index("今天先办")
    for words in ("1位会员请您再看一次", "1份名册核对好了", "1人的单位还没有经办人"):
        assert first < page.index(words) < page.index("今明两天没有场次")

    make.post(make.member(), Role.UNIT, unit=unit)
    make.commit()
    again = client.get("/staff").text
    assert "还没有经办人" not in again
    assert "1人等单位确认" in again


def test_a_clerk_sees_nothing_of_the_palace(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.add(imported(ImportState.CHECKED, "staff:1"))
    make.sign_in(client, make.staff(Role.COUNTER))
    make.commit()

    page = client.get("/staff").text

    assert "没有等着办的事" in page
    for words in ("系统体检", "名册", "工作人员与岗位", "操作记录"):
        assert words not in page
    only_door = queries.waiting(clock.now(), sells=False, oversees=False, sites=None)
    assert only_door == Waiting()


@pytest.mark.parametrize("role", [role for role in OF_STAFF if role not in FIRST_PAGES])
def test_a_post_without_pages_says_so(make: Factory, client: FlaskClient, role: Role) -> None:
    make.site()
    make.sign_in(client, make.staff(role))
    make.commit()

    page = client.get("/staff")

    assert page.status_code == 200
    assert "的工作页面还没有做好" in page.text
    assert "今天先办" not in page.text


@pytest.fixture
def settings(app: Flask) -> Iterator[Settings]:
    """Return the settings of a machine nobody has looked at yet, nor still looks at for another test."""
    found: Settings = app.extensions["palace"]
    with probes._looking:
        probes._looks.clear()
    yield found
    probes._looks.clear()


def test_a_page_does_not_wait_for_a_machine_that_hangs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, asked = threading.Event(), []

    def hangs(*_: object) -> None:
        asked.append(1)
        release.wait()

    monkeypatch.setattr(probes, "machine", hangs)
    began = time.monotonic()
    try:
        assert [probes.glance(settings) for _ in range(3)] == [None] * 3
    finally:
        release.set()
    assert time.monotonic() - began < 2 * probes.GLANCE + 1
    assert len(asked) == 1


def test_a_machine_without_room_for_a_thread_is_looked_at_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as crowded:
        crowded.setattr(threading.Thread, "start", full)
        assert [probes.glance(settings) for _ in range(2)] == [None] * 2
    monkeypatch.setattr(probes, "GLANCE", 20.0)
    assert probes.glance(settings) is not None


def test_a_look_serves_for_a_minute_and_is_told_with_the_time_of_now(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = probes.machine(settings)
    looks: list[Settings] = []
    monkeypatch.setattr(probes, "machine", looks.append)

    again = probes.glance(settings)
    assert again is not None
    assert again.now > seen.now
    assert looks == []

    looked_at, machine = probes._looks[settings.state]
    probes._looks[settings.state] = (looked_at - probes.LATELY - 1, machine)
    assert probes.glance(settings) is not None
    assert looks == [settings]
    probes._looks[settings.state] = (looked_at - probes.OUTDATED - 1, machine)
    assert probes.glance(settings) is None


def test_a_programme_manager_sees_drafts_and_those_of_the_coming_week(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    now = clock.now()
    for days in (7, 8):
        show = make.performance(published=False, starts_at=now + timedelta(days=days, seconds=-9))
        show.sale_opens_at = now - timedelta(days=9)
    make.performance(published=False, starts_at=now - timedelta(days=1))
    cancelled = make.performance(published=False)
    cancelled.cancelled_at = now
    make.performance()
    make.sign_in(client, make.staff(Role.PROGRAMME))
    make.commit()

    page = client.get("/staff").text
    assert "2场还没检查、没发布" in page
    assert "其中1场在一周以内" in page
    assert client.get("/staff", headers=JSON).get_json()["waiting"]["drafts"] == 2
