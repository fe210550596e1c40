"""At a rehearsal: two taps at the door, its screen; kept a while, left early, missed and objected to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from palace.postgres import Cluster
from tests.journeys.conftest import PICTURES, Person, fresh_phone
from tests.journeys.test_care import signed_in
from tests.journeys.test_member import read_qr
from tests.journeys.test_posts import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

TABLET = {"viewport": {"width": 1280, "height": 800}, "has_touch": False, "device_scale_factor": 1}
WORKER = 100
"""Seconds in which the worker looks: it does every minute."""
ROOM = """
SELECT room.space_id, space.name_zh FROM rooms AS room JOIN spaces AS space ON space.id = room.space_id
  JOIN room_policies AS policy ON policy.id = room.policy_id
 WHERE policy.takers = 'troupe' AND policy.sign_in AND NOT EXISTS (
   SELECT FROM occupancies AS held WHERE held.atoms && space.atoms
      AND held.during && tstzrange(palace_clock() - interval '2 hours', palace_clock() + interval '6 hours'))
 ORDER BY room.space_id LIMIT 1
"""
TROUPE = """
INSERT INTO troupes (site_id, code, kind, name_zh, name_en, size)
SELECT site_id, %(code)s, 'choir', '夕阳红合唱团', 'Sunset Choir', 30 FROM spaces WHERE id = %(space)s
RETURNING id
"""
LEADS = """
INSERT INTO posts (member_id, role, troupe_id, granted_by)
SELECT id, 'leader', %(troupe)s, 'system' FROM members WHERE phone = %(phone)s
"""
HELD = """
INSERT INTO occupancies (space_id, atoms, during, use, lapses_at)
SELECT id, atoms, tstzrange(%(from)s, %(until)s), 'rehearsal', %(lapses)s FROM spaces WHERE id = %(space)s
RETURNING id
"""
RESERVED = """
WITH taken AS (
  INSERT INTO reservations (code, space_id, troupe_id, member_id, purpose, people, first_on, begins,
                            minutes, created_at)
  SELECT substr(translate(md5(random()::text), '0189', 'wxyz'), 1, 20), %(space)s, %(troupe)s, id,
         'choir', 30, timezone('Asia/Shanghai', %(from)s)::date, timezone('Asia/Shanghai', %(from)s)::time,
         120, palace_clock() FROM members WHERE phone = %(phone)s RETURNING *)
INSERT INTO occurrences (reservation_id, space_id, troupe_id, member_id, day, starts_at, ends_at, state,
                         occupancy_id)
SELECT id, space_id, troupe_id, member_id, first_on, %(from)s, %(until)s, 'confirmed', %(held)s FROM taken
RETURNING id
"""
Owner = psycopg.Connection[Any]


@pytest.fixture
def owner(palace_url: str, palace_state: Path) -> Iterator[Owner]:
    """Return a connection to the palace's database."""
    address = Cluster(palace_state).url("palace_owner").replace("+psycopg", "")
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        yield connection


def one(owner: Owner, statement: str, **values: object) -> Any:
    """Return the row of a statement, or its only value."""
    found = owner.execute(statement, values).fetchone()
    assert found
    return found[0] if len(found) == 1 else found


class Rehearsal:
    """A rehearsal that began a minute ago in a room nobody has just now."""

    def __init__(self, owner: Owner, phone: str, code: str) -> None:
        self.owner = owner
        self.space, self.room = one(owner, ROOM)
        self.troupe = one(owner, TROUPE, code=code, space=self.space)
        owner.execute(LEADS, {"troupe": self.troupe, "phone": phone})
        begins = one(owner, "SELECT palace_clock()") - timedelta(minutes=1)
        span = {"from": begins, "until": begins + timedelta(hours=2), "space": self.space}
        self.held = one(owner, HELD, lapses=begins + timedelta(minutes=15), **span)
        whose = {"held": self.held, "troupe": self.troupe, "phone": phone}
        self.date = one(owner, RESERVED, **span, **whose)

    def lapse(self) -> None:
        """Let the grace be over."""
        self.owner.execute(
            "UPDATE occupancies SET lapses_at = palace_clock() WHERE id = %s", (self.held,)
        )


def leader_of(owner: Owner, person: Callable[..., Person], code: str) -> tuple[Person, Rehearsal]:
    """Return a leader who is signed in on the phone, and their rehearsal."""
    phone, leader = fresh_phone(), person()
    leader.sign_in(phone)
    leader.taps = 0
    return leader, Rehearsal(owner, phone, code)


def screen_of(person: Callable[..., Person], rehearsal: Rehearsal, **how: Any) -> Person:
    """Put a tablet up at the door: the administrator's page has its link."""
    admin = signed_in(person(**TABLET), "admin", "nangong-1958")
    admin.go("/staff/doors")
    link = admin.page.locator(f"#screen-{rehearsal.space}").get_attribute("value")
    assert link
    tablet = person(**(TABLET | how))
    tablet.go(link)
    return tablet


def scan(who: Person, tablet: Person, name: str) -> None:
    """Scan the code a screen shows."""
    picture = PICTURES / f"{name}.png"
    tablet.page.locator(".doorcode div.qr").screenshot(path=picture)
    who.taps += 1
    who.go(read_qr(picture))


def test_two_taps_at_the_door_and_the_screen_says_so(
    owner: Owner, person: Callable[..., Person]
) -> None:
    leader, rehearsal = leader_of(owner, person, "journey-arrive")
    tablet = screen_of(person, rehearsal)
    tablet.look("door-screen-waits-1280")
    assert "夕阳红合唱团" in tablet.say()
    assert "还没有人签到" in tablet.say()

    scan(leader, tablet, "door-qr")
    leader.look("door-here-390")
    leader.tap("我们到了")
    assert leader.taps == 2
    assert "已签到" in leader.say()
    looked_at(leader, "door-signed-in")

    tablet.page.get_by_text("使用中").wait_for(timeout=12_000)  # by itself
    tablet.look("door-screen-used-1280")

    leader.taps = 0
    leader.tap("已恢复原状，我们走了")
    assert leader.taps == 1
    assert "已恢复原状" in leader.say()
    tablet.page.get_by_text("使用中").wait_for(state="detached", timeout=12_000)
    tablet.look("door-screen-left-1280")


def test_late_it_is_kept_once_and_missed_it_is_objected_to(
    owner: Owner, person: Callable[..., Person]
) -> None:
    leader, rehearsal = leader_of(owner, person, "journey-miss")
    leader.go(f"/arrivals/{rehearsal.date}")
    looked_at(leader, "door-late")
    leader.taps = 0
    leader.tap("再等15分钟")
    assert leader.taps == 1
    assert "已经多留过一次了" in leader.say()

    rehearsal.lapse()
    leader.page.reload()
    assert "没有人签到，不留了" in leader.say()
    until = time.monotonic() + WORKER
    wanted = "SELECT count(*) FROM strikes WHERE subject = %(subject)s"
    while not one(owner, wanted, subject=f"occurrence:{rehearsal.date}"):
        assert time.monotonic() < until, "the worker wrote nothing down"
        time.sleep(1)
    leader.page.reload()
    looked_at(leader, "door-missed")
    leader.tap("记错了？请人再看 ›", role="link")
    assert "夕阳红合唱团" in leader.say()
    leader.page.get_by_text("记错了？").tap()
    leader.tap("请人再看一次")
    assert "已请人再看" in leader.say()


def test_without_scripts_and_by_a_clerk(owner: Owner, person: Callable[..., Person]) -> None:
    phone = fresh_phone()
    plain = person(java_script_enabled=False)
    plain.sign_in(phone)
    rehearsal = Rehearsal(owner, phone, "journey-plain")
    tablet = screen_of(person, rehearsal, java_script_enabled=False)
    assert tablet.page.locator("noscript meta[http-equiv=refresh]").count() == 1
    tablet.page.screenshot(path=PICTURES / "door-screen-plain-1280.png")
    scan(plain, tablet, "door-qr-plain")
    plain.page.screenshot(path=PICTURES / "door-here-plain-390.png", full_page=True)
    plain.tap("我们到了")
    assert "已签到" in plain.say()

    _, other = leader_of(owner, person, "journey-clerk")
    clerk = signed_in(person(), "counter", "window-1958")
    clerk.go("/staff")
    clerk.tap("今天用场地的", role="link")
    looked_at(clerk, "door-clerk")
    clerk.page.locator(f"form[action$='/{other.date}/arrive'] button").tap()
    clerk.page.get_by_text("签到好了").wait_for()
    assert one(owner, "SELECT arrived_by FROM occurrences WHERE id = %(id)s", id=other.date)


def test_a_stranger_and_somebody_without_the_code(
    owner: Owner, person: Callable[..., Person]
) -> None:
    leader, rehearsal = leader_of(owner, person, "journey-stranger")
    leader.go(f"/doors/{rehearsal.space}/here")
    assert "请用手机扫一扫这间门口屏幕上的二维码" in leader.say()
    leader.look("door-no-code-390")

    stranger, phone = person(), fresh_phone()
    tablet = screen_of(person, rehearsal)
    scan(stranger, tablet, "door-qr-stranger")
    assert "/sign-in" in stranger.page.url
    stranger.page.get_by_label("手机号").fill(phone)
    stranger.tap("发验证码")
    stranger.page.get_by_label("验证码").fill(stranger.code())
    stranger.tap("登录")
    assert "今天这间没有您的预约" in stranger.say()
    stranger.look("door-stranger-390")

    admin = signed_in(person(), "admin", "nangong-1958")
    admin.go("/staff/doors")
    looked_at(admin, "doors")
    admin.page.locator("details", has_text=rehearsal.room).first.locator("summary").tap()
    admin.look("doors-open-390")
    pdf = admin.page.request.get(f"/staff/doors/{rehearsal.space}.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    (PICTURES / "door-sign.pdf").write_bytes(pdf.body())
