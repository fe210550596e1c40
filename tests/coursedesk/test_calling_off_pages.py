"""The pages of a class that is called off: what each of the two is shown, and who finds nothing."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace.courses.models import Offering
from palace.courses.states import OfferingState
from palace.db import db
from palace.members.rules import Role
from palace.money import Fen
from tests.coursedesk.conftest import DESK, Planned
from tests.coursedesk.test_calling_off import WHY, pay, propose
from tests.factory import Factory
from tests.members.browser import JSON
from tests.teaching import Teaching

PROPOSED = {"why": WHY}


@pytest.fixture
def second(app: Flask, make: Factory) -> FlaskClient:
    """Return the browser of a reviewer of the whole palace."""
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.REVIEWER))
    make.commit()
    return browser


def page_of(browser: FlaskClient, of: Offering) -> str:
    """Return what stands on the page of calling a class off."""
    answer = browser.get(f"{DESK}/classes/{of.id}/call-off")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def hidden(page: str) -> dict[str, str]:
    """Return what the confirming form carries."""
    found = dict(re.findall(r'name="(call_off|seen)" value="([^"]*)"', page))
    assert set(found) == {"call_off", "seen"}
    return found


def test_two_people_call_a_class_off(
    desk: FlaskClient, second: FlaskClient, make: Factory, teaching: Teaching, planned: Planned
) -> None:
    of = planned(member_fee=Fen(2000))
    pay(teaching.enrolment(of))
    make.commit()
    address = f"{DESK}/classes/{of.id}/call-off"
    before = page_of(desk, of)
    assert "1笔 · 20元" in before
    assert "到柜台领" in before
    assert "取消了，不上课了" in before
    assert "is called off" in before
    assert desk.post(address, data=PROPOSED).status_code == 303
    waits = page_of(desk, of)
    assert "请另一位同事打开这一页确认" in waits
    assert "确认，取消这个班" not in waits
    assert WHY in html.unescape(desk.get(f"{DESK}/classes/{of.id}").text)
    assert "1个班取消等第二个人确认" not in desk.get("/staff").text

    assert "1个班取消等第二个人确认" in second.get("/staff").text
    assert WHY in second.get(f"{DESK}/decisions").text
    assert second.get(f"{DESK}/classes/{of.id}").status_code == 403
    sent = hidden(page_of(second, of))
    assert desk.post(f"{address}/confirm", data=sent).status_code == 409
    assert second.post(f"{address}/confirm", data=sent).status_code == 303
    assert second.post(f"{address}/confirm", data=sent).status_code == 303
    db.session.refresh(of)
    assert of.state is OfferingState.CANCELLED
    after = page_of(second, of)
    assert "办完了" in after
    assert "1笔 · 20元" in after
    assert "影响到谁" not in after


def test_figures_that_changed_are_shown_anew(
    desk: FlaskClient, second: FlaskClient, make: Factory, teaching: Teaching, planned: Planned
) -> None:
    of = planned(member_fee=Fen(2000))
    place = teaching.enrolment(of)
    make.commit()
    address = f"{DESK}/classes/{of.id}/call-off"
    desk.post(address, data=PROPOSED)
    stale = hidden(page_of(second, of))
    pay(place)
    make.commit()
    refused = second.post(f"{address}/confirm", data=stale)
    assert refused.status_code == 409
    assert "涉及的人数或金额变了" in refused.text
    assert "20元" in refused.text
    assert second.post(f"{address}/confirm", data=hidden(refused.text)).status_code == 303


def test_what_is_typed_wrongly_stays(desk: FlaskClient, make: Factory, planned: Planned) -> None:
    of = planned()
    make.commit()
    address = f"{DESK}/classes/{of.id}/call-off"
    assert desk.post(address, data={"why": " "}).status_code == 422
    long = desk.post(address, data={"why": "长" * 201})
    assert long.status_code == 422
    assert "长" * 201 in long.text
    assert "原因写短一些" in long.text
    assert desk.post(address, data=PROPOSED).status_code == 303
    other = desk.post(address, data={"why": "别的原因"})
    assert other.status_code == 409
    assert "刚有别人提出取消这个班" in other.text
    nothing = desk.post(f"{address}/withdraw", data={"call_off": "x"}, headers=JSON)
    assert nothing.status_code == 422


def test_it_is_withdrawn_by_either(
    desk: FlaskClient, second: FlaskClient, make: Factory, planned: Planned
) -> None:
    of = planned()
    make.commit()
    address = f"{DESK}/classes/{of.id}/call-off"
    desk.post(address, data=PROPOSED)
    number = hidden(page_of(second, of))["call_off"]
    assert second.post(f"{address}/withdraw", data={"call_off": number}).status_code == 303
    assert "等第二个人确认" not in page_of(second, of)
    assert "没有要决定的班。" in second.get(f"{DESK}/decisions").text


def test_a_draft_says_that_it_is_dropped_at_once(
    desk: FlaskClient, make: Factory, planned: Planned
) -> None:
    of = planned(publish=False)
    make.commit()
    page = page_of(desk, of)
    assert "大家会收到" not in page
    assert "提出，请第二个人确认" not in page
    assert desk.post(f"{DESK}/classes/{of.id}/call-off", data=PROPOSED).status_code == 303
    assert "已取消" in desk.get(f"{DESK}/classes/{of.id}").text


def test_other_houses_find_nothing_and_a_reviewer_proposes_nothing(
    app: Flask, second: FlaskClient, make: Factory, planned: Planned
) -> None:
    of = planned()
    made, branch = propose(of), make.branch()
    address, sent = f"{DESK}/classes/{of.id}/call-off", {"call_off": made.id, "seen": "x"}
    for post in (Role.SITE_ADMIN, Role.REVIEWER):
        elsewhere = app.test_client()
        make.sign_in(elsewhere, make.staff(post, site=branch))
        make.commit()
        assert elsewhere.get(address).status_code == 404
        assert elsewhere.post(f"{address}/confirm", data=sent).status_code == 404
        assert elsewhere.post(f"{address}/withdraw", data=sent).status_code == 404
        assert WHY not in elsewhere.get(f"{DESK}/decisions").text
        assert "第二个人" not in elsewhere.get("/staff").text
    assert elsewhere.post(address, data=PROPOSED).status_code == 403
    assert second.post(address, data=PROPOSED).status_code == 403
    assert 'name="why"' not in page_of(second, of)
