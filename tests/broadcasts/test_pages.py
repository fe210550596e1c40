"""The desk of mass notices and the page their digits lead to."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.broadcasts import services
from palace.broadcasts.models import Broadcast
from palace.db import db
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.venues.models import Site
from tests.broadcasts.conftest import TEXT, House
from tests.members.browser import JSON

DESK = "/staff/broadcasts"


def write(browser: FlaskClient, **changed: str) -> str:
    """Write a draft down; return its address."""
    answer = browser.post(DESK, data=TEXT | changed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def revision(browser: FlaskClient, path: str) -> int:
    """Return the revision of a mass notice as it is shown."""
    return int(browser.get(path, headers=JSON).get_json()["revision"])


def test_it_is_counted_and_priced_before_it_starts(house: House) -> None:
    for _ in range(3):
        house.make.member()

    page = house.first.get(write(house.first)).text

    assert "开始发给3人" in page
    assert "0.15元" in page
    assert "新春游园。详情请到文化宫网站，在“答疑”里输入" in page


def test_above_the_number_only_another_person_starts_what_they_have_seen(house: House) -> None:
    house.make.rules().broadcast_confirm_above = 2
    for _ in range(3):
        house.make.member()
    path = write(house.first)
    seen = revision(house.first, path)

    assert "要另一位同事登录" in house.first.get(path).text
    own = house.first.post(f"{path}/start", data={"seen": seen})
    assert (own.status_code, "写的人不能自己开始" in own.text) == (403, True)

    house.first.post(path, data=TEXT | {"title_zh": "改过的", "seen": str(seen)})
    stale = house.second.post(f"{path}/start", json={"seen": seen}, headers=JSON)
    assert (stale.status_code, stale.get_json()["code"]) == (409, "broadcast_moved")
    begun = house.second.post(f"{path}/start", json={"seen": seen + 1}, headers=JSON)
    assert (begun.status_code, begun.get_json()["state"]) == (200, "running")
    again = house.second.post(f"{path}/start", data={"seen": seen + 1}, follow_redirects=True)
    assert "早就开始了，没有再发一遍" in again.text
    found = db.session.query(Broadcast).one()
    assert (found.confirmed_by, found.receivers) == (house.other.id, 3)
    acts = [line.act for line in db.session.query(AuditLine).order_by(AuditLine.id)]
    assert [act for act in acts if act.startswith("broadcast")] == [
        "broadcast_written",
        "broadcast_revised",
        "broadcast_started",
    ]


def test_who_changed_it_last_has_written_it(house: House) -> None:
    house.make.rules().broadcast_confirm_above = 0
    house.make.member()
    path = write(house.first)
    house.second.post(path, data=TEXT | {"title_zh": "改过的", "seen": "1"})

    refused = house.second.post(f"{path}/start", json={"seen": 2}, headers=JSON)

    assert refused.get_json()["code"] == "another_must_start"


def test_of_two_who_change_it_the_second_is_told_with_what_was_typed(house: House) -> None:
    path = write(house.first)
    assert house.first.post(path, data=TEXT | {"title_zh": "甲", "seen": "1"}).status_code == 303

    second = house.second.post(path, data=TEXT | {"title_zh": "乙", "seen": "1"})

    assert second.status_code == 409
    assert 'value="乙"' in second.text
    assert "刚被别人改过" in second.text


def test_what_has_started_is_not_changed(house: House) -> None:
    house.make.member()
    path = write(house.first)
    house.first.post(f"{path}/start", data={"seen": 1})

    late = house.first.post(path, json=TEXT | {"seen": "1"}, headers=JSON)

    assert (late.status_code, late.get_json()["code"]) == (409, "already_started")


def test_it_is_stopped_and_goes_on_from_its_page(house: House) -> None:
    house.make.member()
    path = write(house.first)
    house.first.post(f"{path}/start", data={"seen": 1})
    assert "停下" in house.first.get(path).text

    stopped = house.second.post(f"{path}/stop", follow_redirects=True)
    assert "还没轮到的不再发" in stopped.text
    going = house.second.post(f"{path}/go-on", json={}, headers=JSON)
    assert going.get_json()["state"] == "running"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title_zh", ""),
        ("title_zh", "长" * 21),
        ("title_zh", "看 http://x.cn"),
        ("title_zh", "www.x.cn"),
        ("body_zh", ""),
        ("body_zh", "长" * 2001),
        ("audience", "everybody"),
        ("audience", "unit"),
        ("audience", "performance"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    house: House, field: str, typed: str
) -> None:
    answer = house.first.post(DESK, data=TEXT | {field: typed})

    assert answer.status_code == 422
    assert "南宫广场" in answer.text or field == "body_zh"
    assert db.session.query(Broadcast).count() == 0


def test_a_manager_of_one_house_writes_to_holders_of_its_shows_only(house: House) -> None:
    make = house.make
    branch = Site(code="b", kind="branch", name_zh="分馆", name_en="Branch", seal="工人文宫")
    make.add(branch)
    here, there = make.performance(), make.performance()
    there.space.site_id = branch.id
    db.session.flush()
    browser = make.app.test_client()
    make.sign_in(browser, make.staff(Role.PROGRAMME, site=branch))
    assert "全体工会会员" not in browser.get(f"{DESK}/new").text

    def sent(**changed: object) -> int:
        return browser.post(DESK, json=TEXT | changed, headers=JSON).status_code

    assert sent() == 422
    assert sent(audience="performance", performance_id=here.id) == 422
    assert sent(audience="performance", performance_id=there.id) == 201
    assert browser.get(write(house.first)).status_code == 404


def test_the_digits_of_the_message_lead_to_its_text(house: House) -> None:
    house.make.member()
    path = write(house.first)
    word = house.first.get(path, headers=JSON).get_json()["word"]
    stranger = house.make.app.test_client()
    assert "没有找到" in stranger.get(f"/answers?word={word}").text  # a draft is nobody's

    house.first.post(f"{path}/start", data={"seen": 1})

    page = stranger.get(f"/answers?word={word}").text
    assert "新春游园" in page
    assert "带会员卡。" in page
    english = stranger.get(f"/answers?word={word}", headers={"Accept-Language": "en"}).text
    assert "On the fifth, in the square." in english
    assert stranger.get("/answers").status_code == 200
    for wrong in ("<b>x", "1%00", "１２３"):
        assert "没有找到" in stranger.get(f"/answers?word={wrong}").text


def test_the_receiver_reads_the_whole_text_in_the_inbox(house: House) -> None:
    member = house.make.member()
    path = write(house.first)
    house.first.post(f"{path}/start", data={"seen": 1})
    services.release(clock.now())
    browser = house.make.app.test_client()
    house.make.sign_in(browser, member)

    (one,) = browser.get("/mine/notices", headers=JSON).get_json()["notices"]

    assert (one["text"], one["body"]) == ("新春游园", "正月初五，南宫广场。\n带会员卡。")


def test_who_was_second_sees_what_is_now_keeps_their_words_and_may_send_them_again(
    house: House,
) -> None:
    path = write(house.first)
    seen = revision(house.first, path)
    house.first.post(path, data=TEXT | {"title_zh": "先改的", "seen": str(seen)})

    late = house.second.post(path, data=TEXT | {"title_zh": "后改的", "seen": str(seen)})

    assert late.status_code == 409
    assert "先改的" in late.text
    assert "后改的" in late.text
    known = re.search(r'name="seen" value="(\d+)"', late.text)
    assert known
    again = house.second.post(path, data=TEXT | {"title_zh": "后改的", "seen": known[1]})
    assert again.status_code == 303
