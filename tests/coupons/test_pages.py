"""The pages of coupons: a member's code for that member alone, and a desk that sees counts."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from palace import clock
from palace.coupons import services
from palace.coupons.models import CouponPool
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.programme.models import Partner
from palace.security import public_code
from tests.coupons.conftest import DESK, pool_of, take, typed
from tests.factory import Factory
from tests.members.browser import JSON

KEY = "a-page-key-1"


@pytest.fixture
def member(make: Factory) -> Member:
    """Return a valid member."""
    make.site()
    return make.member()


@pytest.fixture
def phone(app: Flask, make: Factory, member: Member) -> FlaskClient:
    """Return the member's browser."""
    browser = app.test_client()
    make.sign_in(browser, member)
    return browser


def the_pool() -> CouponPool:
    """Return the only pool there is."""
    anew = select(CouponPool).execution_options(populate_existing=True)
    return db.session.scalars(anew).one()


def told(answer: TestResponse) -> Any:
    """Return what a program is answered."""
    return answer.json


def test_two_taps_from_the_programme_to_the_code(make: Factory, phone: FlaskClient) -> None:
    pool = pool_of(make, ["MOVIE-777"])
    make.commit()
    assert 'href="/coupons"' in phone.get("/").text
    assert 'href="/coupons"' in phone.get("/mine").text
    page = phone.get("/coupons").text
    assert "MOVIE-777" not in page
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    answer = phone.post(f"/coupons/{pool.id}/take", data={"key": html.unescape(key[1])})
    assert answer.status_code == 303
    shown = phone.get(answer.headers["Location"]).text
    assert 'value="MOVIE-777"' in shown
    assert "data-copy" in shown
    assert "券码的二维码" in shown


def test_a_house_without_coupons_does_not_speak_of_them(make: Factory, phone: FlaskClient) -> None:
    assert "/coupons" not in phone.get("/").text
    assert "/coupons" not in phone.get("/mine").text
    assert "现在没有优惠券" in phone.get("/coupons").text


def test_how_many_are_left_is_said_in_words(
    make: Factory, client: FlaskClient, member: Member
) -> None:
    make.rules().few_left_percent = 50
    pool = pool_of(make, 3)
    assert [one["left"] for one in told(client.get("/coupons", headers=JSON))["pools"]] == [
        "plenty"
    ]
    take(make.member(), pool)
    take(make.member(), pool)
    assert "快没了" in client.get("/coupons").text
    take(make.member(), pool)
    assert "领完了" in client.get("/coupons").text


def test_who_is_not_signed_in_sees_what_there_is_and_is_asked(
    make: Factory, client: FlaskClient
) -> None:
    pool = pool_of(make)
    assert "登录，领一张" in client.get("/coupons").text
    answer = client.post(f"/coupons/{pool.id}/take", data={"key": KEY})
    assert answer.status_code in (302, 303)
    assert "/sign-in" in answer.headers["Location"]


def test_a_refusal_stands_on_the_page_and_in_the_answer(make: Factory, phone: FlaskClient) -> None:
    opens = clock.now() + timedelta(hours=1)
    pool = pool_of(make, opens_at=opens)
    make.commit()
    page = phone.post(f"/coupons/{pool.id}/take", data={"key": KEY})
    assert page.status_code == 409
    assert "还没有开始领" in page.text
    refused = phone.post(f"/coupons/{pool.id}/take", data={"key": KEY}, headers=JSON)
    assert told(refused)["code"] == "coupons_not_open"
    assert phone.post("/coupons/999999/take", data={"key": KEY}).status_code == 404


def test_nobody_else_sees_or_ticks_a_coupon(
    app: Flask, make: Factory, phone: FlaskClient, member: Member
) -> None:
    pool = pool_of(make, ["MOVIE-777", "MOVIE-888"])
    coupon = services.take(member, pool.id, KEY)
    code = services.opened(coupon) or "none"
    stranger = app.test_client()
    make.sign_in(stranger, make.member())
    assert code not in stranger.get("/coupons").text
    assert stranger.post(f"/coupons/{coupon.receipt}/used", data={"used": "1"}).status_code == 404
    clerk = app.test_client()
    make.sign_in(clerk, make.staff(Role.COUNTER), acting_for=member)
    page = clerk.get("/coupons").text
    assert code not in page
    assert "券码只给会员本人看" in page
    assert clerk.post(f"/coupons/{pool.id}/take", data={"key": KEY}).status_code == 403


def test_a_used_coupon_moves_down_and_back(
    make: Factory, phone: FlaskClient, member: Member
) -> None:
    coupon = services.take(member, pool_of(make).id, KEY)
    make.commit()
    path = f"/coupons/{coupon.receipt}/used"
    assert phone.post(path, data={"used": "1"}).status_code == 303
    assert told(phone.get("/coupons", headers=JSON))["coupons"][0]["used"] is True
    assert "我的券" not in phone.get("/coupons").text
    assert told(phone.post(path, data={}, headers=JSON))["used"] is False
    assert "我的券" in phone.get("/coupons").text


def test_an_ended_coupon_shows_no_code(make: Factory, phone: FlaskClient, member: Member) -> None:
    pool = pool_of(make, ["MOVIE-777"])
    take(member, pool)
    pool.valid_until = clock.palace_day(clock.now()) - timedelta(days=1)
    make.commit()
    page = phone.get("/coupons").text
    assert "已过期" in page
    assert "MOVIE-777" not in page


def test_the_desk_makes_fills_stops_and_never_sees_a_code_again(
    make: Factory, desk: FlaskClient
) -> None:
    made = desk.post(DESK, data=typed())
    pool = the_pool()
    path = f"{DESK}/{pool.id}"
    assert made.headers["Location"] == path
    checked = desk.post(f"{path}/codes", data={"codes": "MOVIE-1\nMOVIE-2\nMOVIE-1\n\nX"})
    assert checked.status_code == 200
    assert "3个券码可以放" in checked.text
    assert "第3行：和前面一行重复" in checked.text
    assert "第4行：空行" in checked.text
    assert "MOVIE-2" in checked.text
    brought = desk.post(f"{path}/codes", data={"codes": "MOVIE-1\nMOVIE-2\nX", "sure": "1"})
    assert brought.status_code == 303
    for page in (path, DESK, f"{path}/units", f"{path}/change", f"{DESK}?format=csv"):
        text = desk.get(page).text
        assert "MOVIE" not in text, page
    assert '<span class="tag free">正在发放</span>' in desk.get(path).text
    assert desk.post(f"{path}/stop").status_code == 303
    assert told(desk.get(path, headers=JSON))["stand"] == "stopped"
    assert told(desk.post(f"{path}/resume", headers=JSON))["stand"] == "open"
    assert told(desk.post(f"{path}/withdraw", headers=JSON))["codes"] == 0


def test_a_file_is_looked_through_and_stands_in_the_field(make: Factory, desk: FlaskClient) -> None:
    path = f"{DESK}/{pool_of(make, 0).id}/codes"
    file = io.BytesIO("券码\nMOVIE-1\n1.23E+15\n".encode())
    answer = desk.post(path, data={"file": (file, "codes.csv")})
    assert "MOVIE-1\n1.23E+15</textarea>" in answer.text
    assert "第3行：被表格改成了科学计数" in answer.text
    wrong = desk.post(path, data={"file": (io.BytesIO(b"PK\x03\x04"), "codes.xlsx")})
    assert wrong.status_code == 422
    assert "读不出来" in wrong.text


def test_a_long_list_comes_in_by_the_page_s_field(make: Factory, desk: FlaskClient) -> None:
    pool = pool_of(make, 0)
    lines = "\r\n".join(f"CODE-{n:05}-{'x' * 40}" for n in range(10_000))
    answer = desk.post(f"{DESK}/{pool.id}/codes", data={"codes": lines, "sure": "1"}, headers=JSON)
    assert answer.status_code == 200
    assert told(answer) == {"pool": pool.id, "good": 10_000, "brought": 10_000, "wrong": []}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("partner_zh", "", "请填写合作单位。"),
        ("worth_zh", "", "请写值什么"),
        ("worth_zh", "字" * 81, "写短一些，80个字以内。"),
        ("how_zh", "", "请写怎么用"),
        ("opens_at", "明天", "请写日期和时间"),
        ("opens_at", "0001-01-01T00:00", "请写日期和时间"),
        ("valid_until", "2026-02-30", "请填日期"),
        ("valid_until", "2026-01-04", "有效期不能早于开始领的那天。"),
        ("per_member", "0", "每人1到20张。"),
        ("per_member", "两张", "每人1到20张。"),
        ("per_member", "21", "每人1到20张。"),
        ("unit", "没有这个单位", "没有找到这个单位"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_stays(
    desk: FlaskClient, field: str, value: str, sentence: str
) -> None:
    answer = desk.post(DESK, data=typed(**{field: value}))
    assert answer.status_code in (400, 422)
    page = html.unescape(answer.text)
    assert sentence in page
    if value and field != "how_zh":
        assert f'value="{value}"' in page
    assert db.session.scalars(select(CouponPool)).all() == []


def test_the_same_page_sent_twice_is_one_pool(desk: FlaskClient) -> None:
    form = typed(key=public_code())
    assert {desk.post(DESK, data=form).headers["Location"] for _ in range(2)} == {
        f"{DESK}/{the_pool().id}"
    }


def test_a_partner_that_is_known_stays_as_it_is(make: Factory, desk: FlaskClient) -> None:
    make.add(Partner(name_zh="新华影城", name_en="As it was"))
    desk.post(DESK, data=typed(partner_en="Another"))
    assert the_pool().partner.name_en == "As it was"


def test_the_second_of_two_managers_is_told_and_keeps_what_was_typed(
    make: Factory, desk: FlaskClient
) -> None:
    pool = pool_of(make, 0)
    path = f"{DESK}/{pool.id}/change"
    form = {**typed(), "seen": "1"}
    assert desk.post(path, data=form | {"per_member": "3"}).status_code == 303
    late = desk.post(path, data=form | {"per_member": "5"})
    assert late.status_code == 409
    assert "刚有别人改过" in late.text
    assert 'name="seen" value="2"' in late.text
    assert 'value="5"' in late.text
    assert desk.post(path, data=form | {"per_member": "5", "seen": "2"}).status_code == 303
    assert the_pool().per_member == 5


def test_a_station_s_manager_sees_its_own_pools_alone(app: Flask, make: Factory) -> None:
    branch, palace_s = make.branch(), pool_of(make)
    own = pool_of(make, site_id=branch.id)
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.PROGRAMME, site=branch))
    rows = told(browser.get(DESK, headers=JSON))["rows"]
    assert [row["number"] for row in rows] == [own.id]
    for path in (f"{DESK}/{palace_s.id}", f"{DESK}/{palace_s.id}/units"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"{DESK}/{palace_s.id}/stop").status_code == 404
    assert browser.post(DESK, data=typed()).status_code == 303
    other = browser.post(DESK, data=typed(site="head"))
    assert other.status_code == 422


def test_the_report_counts_by_union(make: Factory, desk: FlaskClient) -> None:
    pool = pool_of(make, 5, per_member=2)
    members = [make.member(), make.member()]
    coupons = [services.take(one, pool.id, f"{KEY}-{n}") for one in members for n in range(2)]
    services.tick(members[0], coupons[0].receipt or "", used=True)
    figures = told(desk.get(f"{DESK}/{pool.id}/units", headers=JSON))
    assert sum(row["taken"] for row in figures["rows"]) == 4
    assert sum(row["used"] for row in figures["rows"]) == 1
    make.commit()
    csv = desk.get(f"{DESK}/{pool.id}/units?format=csv").text
    assert "第一出租汽车公司工会" in csv
    row = told(desk.get(DESK, headers=JSON))["rows"][0]
    assert (row["taken"], row["left"], row["lapsed"]) == (4, 1, 0)
    pool.valid_until = clock.palace_day(clock.now()) - timedelta(days=1)
    db.session.flush()
    row = told(desk.get(DESK, headers=JSON))["rows"][0]
    assert (row["taken"], row["left"], row["lapsed"], row["stand"]) == (4, 0, 1, "over")
