"""Productions as a programme manager types them: refused in words, kept, and told when another was first."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from palace.db import db
from palace.members.models import Staff
from palace.members.rules import Role
from palace.pictures.models import Picture
from palace.productions import services
from palace.programme.models import Production
from palace.review import queries
from palace.review import services as review
from palace.review.models import Revision
from palace.security import public_code
from palace.venues.models import Site
from tests.factory import Factory
from tests.review.conftest import FIELDS, Desk, actor, desk

__all__ = ["desk"]
NEW = "/staff/programme/productions"
TYPED = {name: str(value) for name, value in FIELDS.items() if value is not None}


def picture(size: tuple[int, int] = (640, 400)) -> tuple[io.BytesIO, str]:
    """Return a picture as a browser sends it."""
    to = io.BytesIO()
    Image.new("RGB", size, "navy").save(to, "PNG")
    to.seek(0)
    return to, "poster.png"


@pytest.fixture
def browser(app: Flask, make: Factory, desk: Desk) -> FlaskClient:
    """Return the author's browser."""
    browser = app.test_client()
    make.sign_in(browser, desk.author)
    return browser


def send(browser: FlaskClient, path: str = NEW, **fields: Any) -> Any:
    """Send a form as a browser does."""
    known = {"key": public_code()} if path == NEW else {}
    return browser.post(path, data={**known, **TYPED, **fields}, content_type="multipart/form-data")


def the_production() -> Production:
    """Return the only production there is."""
    return db.session.scalars(select(Production)).one()


def test_a_production_with_its_picture_waits_for_the_review(browser: FlaskClient) -> None:
    answer = send(browser, file=picture())
    assert answer.status_code == 303
    waiting = queries.open_revision(f"production:{the_production().id}")
    assert waiting
    kept = db.session.scalars(select(Picture.code)).one()
    assert waiting.fields == {**FIELDS, "picture": kept}
    page = browser.get(answer.headers["Location"]).text
    assert "等审核" in page
    assert browser.get(f"/staff/programme/pictures/{kept}.jpg").mimetype == "image/jpeg"


def test_the_same_page_sent_twice_is_one_production(browser: FlaskClient) -> None:
    key = public_code()
    places = {send(browser, key=key).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    assert the_production().title_zh == ""


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title_zh", "", "请填写剧目名称。"),
        ("title_zh", "字" * 81, "写短一些，80个字以内。"),
        ("kind", "circus", "请选择类型。"),
        ("minutes", "两小时", "请填写整数。"),
        ("minutes", "0", "请填写1到720的整数。"),
        ("minutes", "721", "请填写1到720的整数。"),
        ("late_minute", "150", "请填写1到149的整数。"),
        ("late_minute", "", "请填写1到149的整数。"),
        ("late_entry", "sometimes", "请选择迟到的人什么时候进场。"),
        ("permit_until", "2026-02-30", "请填日期"),
        ("permit_number", "", "请填写批准文号。"),
        ("partner_zh", "", "请填写合作单位。"),
        ("about_zh", "字" * 4001, "写短一些，4000个字以内。"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_all_is_kept(
    browser: FlaskClient, field: str, typed: str, sentence: str
) -> None:
    answer = send(browser, **{field: typed, "entry_note_zh": "请关手机<b>"})
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert sentence in page
    assert "请关手机<b>" in page
    assert "<b>" not in answer.text
    assert db.session.scalars(select(Production)).first() is None


@pytest.mark.parametrize("minutes", ["1", "720"])
def test_the_edges_of_the_length_are_taken(browser: FlaskClient, minutes: str) -> None:
    fields = {"late_entry": "any_time", "late_minute": "", "minutes": minutes}
    assert send(browser, **fields).status_code == 303


def test_a_refused_form_has_its_picture_already(browser: FlaskClient) -> None:
    page = send(browser, title_zh="", file=picture()).text
    code = db.session.scalars(select(Picture.code)).one()
    assert f'name="picture" value="{code}"' in page
    assert send(browser, picture=code).status_code == 303
    waiting = queries.open_revision(f"production:{the_production().id}")
    assert waiting
    assert waiting.fields["picture"] == code


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ((io.BytesIO(b"<svg/>"), "x.svg"), "这个文件打不开"),
        (picture((100, 100)), "图片太小了"),
    ],
)
def test_a_bad_picture_is_told_at_its_place(browser: FlaskClient, file: Any, sentence: str) -> None:
    answer = send(browser, file=file)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert TYPED["title_zh"] in html.unescape(answer.text)


def test_a_picture_that_never_was_is_refused(browser: FlaskClient) -> None:
    answer = send(browser, picture="a" * 20)
    assert answer.status_code == 422
    assert "请重新选图片。" in answer.text


def test_only_who_writes_productions_may_send_more_than_others(
    app: Flask, make: Factory, browser: FlaskClient
) -> None:
    large = io.BytesIO(b"\xff" * 300_000)
    assert send(browser, file=(large, "x.jpg")).status_code == 422
    other = app.test_client()
    make.sign_in(other, make.staff(Role.COUNTER))
    answer = send(other, file=(io.BytesIO(b"\xff" * 300_000), "x.jpg"))
    assert answer.status_code in {403, 413}


def test_the_second_of_two_managers_is_told_and_nothing_is_lost(
    app: Flask, make: Factory, browser: FlaskClient, desk: Desk
) -> None:
    production = desk.write()
    desk.review(production)
    path = f"{NEW}/{production.id}/change"
    seen = re.search(r'name="seen" value="([^"]*)"', browser.get(path).text)
    assert seen
    other = app.test_client()
    make.sign_in(other, make.staff(Role.PROGRAMME))
    assert send(other, path, seen=seen[1], minutes="170").status_code == 303

    answer = send(browser, path, seen=seen[1], minutes="180")
    page = html.unescape(answer.text)
    assert answer.status_code == 409
    assert "别人写的是" in page
    assert "演出几分钟：170" in page.replace("\n", "")
    assert 'value="180"' in page
    waiting = queries.open_revision(f"production:{production.id}")
    assert waiting
    assert waiting.fields["minutes"] == 170

    again = re.search(r'name="seen" value="([^"]*)"', answer.text)
    assert again
    assert send(browser, path, seen=again[1], minutes="180").status_code == 303
    db.session.expire_all()
    assert waiting.fields["minutes"] == 180


def test_what_is_public_already_needs_no_review(browser: FlaskClient, desk: Desk) -> None:
    production = desk.write()
    desk.review(production)
    seen = review.state_of(f"production:{production.id}")
    answer = send(browser, f"{NEW}/{production.id}/change", seen=seen)
    assert answer.status_code == 409
    assert "没有要送审的" in answer.text


def of_branch(make: Factory, role: Role = Role.PROGRAMME) -> tuple[Site, Staff]:
    """Return a branch and who works there."""
    site = make.branch()
    return site, make.staff(role, site=site)


def test_a_branch_writes_and_sees_its_own_productions(
    app: Flask, make: Factory, desk: Desk
) -> None:
    palaces = desk.write()
    site, manager = of_branch(make)
    browser = app.test_client()
    make.sign_in(browser, manager)
    assert send(browser, title_zh="分馆的戏").status_code == 303
    own = db.session.scalars(select(Production).where(Production.site_id == site.id)).one()
    page = browser.get("/staff/programme").text
    assert "分馆的戏" in page
    assert "茶馆" not in page
    for path in ("", "/change"):
        assert browser.get(f"{NEW}/{palaces.id}{path}").status_code == 404
    assert send(browser, f"{NEW}/{palaces.id}/change").status_code == 404
    assert send(browser, site="head").status_code == 422

    reviewer = app.test_client()
    make.sign_in(reviewer, make.staff(Role.REVIEWER, site=site))
    waiting = queries.open_revision(f"production:{own.id}")
    palace_waiting = queries.open_revision(f"production:{palaces.id}")
    assert waiting
    assert palace_waiting
    assert reviewer.get(f"/staff/review/{waiting.id}").status_code == 200
    assert reviewer.get(f"/staff/review/{palace_waiting.id}").status_code == 404
    decision = {"verdict": "pass", "step": 1, "version": 1}
    for number, status in ((palace_waiting.id, 404), (waiting.id, 303)):
        path = f"/staff/review/{number}/decide"
        assert reviewer.post(path, data=decision).status_code == status


def test_a_page_that_was_overtaken_decides_nothing(app: Flask, make: Factory, desk: Desk) -> None:
    production = desk.write()
    waiting = queries.open_revision(f"production:{production.id}")
    assert waiting
    browser = app.test_client()
    make.sign_in(browser, desk.first)
    desk.change(production, minutes=160)
    path, seen = f"/staff/review/{waiting.id}/decide", {"step": 1, "version": 1}
    answer = browser.post(path, data={"verdict": "pass", **seen})
    assert answer.status_code == 409
    assert "刚有别人改过或审过" in answer.text
    assert "160" in answer.text
    answer = browser.post(path, data={"verdict": "back", **seen, "reason": "  "})
    assert answer.status_code == 422
    own = app.test_client()
    make.post(desk.author, Role.REVIEWER)
    make.sign_in(own, desk.author)
    assert "这是您自己写的" in own.get(f"/staff/review/{waiting.id}").text
    assert own.post(path, data={"verdict": "pass", "step": 1, "version": 2}).status_code == 403


def test_what_is_withdrawn_can_be_written_again(browser: FlaskClient, desk: Desk) -> None:
    production = desk.write()
    path = f"{NEW}/{production.id}"
    shown = withdrawing(browser, path)
    assert browser.post(f"{path}/withdraw", data=shown | {"version": "2"}).status_code == 409
    assert browser.post(f"{path}/withdraw", data=shown).status_code == 303
    assert "撤回了，没有公开过。" in browser.get(path).text
    page = browser.get(f"{path}/change")
    assert TYPED["title_zh"] in html.unescape(page.text)
    seen = review.state_of(services.subject_of(production))
    assert send(browser, f"{path}/change", seen=seen).status_code == 303
    again = queries.open_revision(services.subject_of(production))
    assert again
    assert again.authors == [actor(desk.author)]


def test_the_first_page_says_what_waits(app: Flask, make: Factory, desk: Desk) -> None:
    production = desk.write()
    waiting = queries.open_revision(f"production:{production.id}")
    assert waiting
    pages, told = [], []
    for who in (desk.first, desk.author):
        browser = app.test_client()
        make.sign_in(browser, who)
        pages.append(browser.get("/staff").text)
        body = browser.get("/staff", headers={"Accept": "application/json"}).get_json()["waiting"]
        told.append((body["reviews"], body["sent_back"]))
    assert "1份等您审" in pages[0]
    assert told == [(1, 0), (0, 0)]
    desk.decide(waiting, desk.first, passed=False)
    browser = app.test_client()
    make.sign_in(browser, desk.author)
    assert "1个节目退回给您改" in browser.get("/staff").text
    assert "日期不对" in browser.get(f"{NEW}/{production.id}").text
    assert "茶馆" in browser.get("/staff/programme?review=sent_back").text


def test_a_site_s_administrator_writes_and_reviews_at_their_site(
    app: Flask, make: Factory, desk: Desk
) -> None:
    site, manager = of_branch(make)
    palaces = desk.write()
    browser = app.test_client()
    make.sign_in(browser, manager)
    send(browser, title_zh="分馆的戏")
    other = app.test_client()
    make.sign_in(other, make.staff(Role.SITE_ADMIN, site=site))
    page = other.get("/staff/review").text
    assert "分馆的戏" in page
    assert "茶馆" not in page
    assert other.get(f"{NEW}/{palaces.id}").status_code == 404
    waiting = db.session.scalars(select(Revision).where(Revision.site_id == site.id)).one()
    decision = {"verdict": "pass", "step": 1, "version": 1}
    path = f"/staff/review/{waiting.id}/decide"
    assert other.post(path, data=decision).status_code == 303


def test_only_the_revision_that_was_seen_is_withdrawn(browser: FlaskClient, desk: Desk) -> None:
    production = desk.write()
    path = f"{NEW}/{production.id}"
    seen = withdrawing(browser, path)
    desk.review(production)
    desk.change(production, title_zh="别人新写的")

    assert browser.post(f"{path}/withdraw", data=seen).status_code == 409
    waiting = queries.open_revision(f"production:{production.id}")
    assert waiting is not None

    assert browser.post(f"{path}/withdraw", data=withdrawing(browser, path)).status_code == 303
    assert queries.open_revision(f"production:{production.id}") is None


def withdrawing(browser: FlaskClient, path: str) -> dict[str, str]:
    """Return what the page's button sends to take back what waits."""
    form = re.search(r'action="[^"]*/withdraw">(.*?)</form>', browser.get(path).text)
    assert form
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
