"""An administrator reads and changes the rules of the house; bad figures are told and kept."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from palace import clock
from palace.db import db
from palace.members.models import AuditLine, SignIn
from palace.members.rules import Role
from palace.venues.figures import ALL, FIGURES, Figure, Group, Unit
from palace.venues.models import HouseRules
from tests.factory import Factory
from tests.house.conftest import RULES, Save, told, typed
from tests.members.browser import JSON

NUMBERS = [
    (group, figure)
    for group, figures in FIGURES.items()
    for figure in figures
    if figure.unit is not Unit.YES_NO
]


def lines() -> list[AuditLine]:
    """Return the audit lines of changed rules, oldest first."""
    wanted = select(AuditLine).where(AuditLine.act == "rules_set").order_by(AuditLine.id)
    return list(db.session.scalars(wanted))


def house(make: Factory) -> HouseRules:
    """Return the rules as the database has them."""
    db.session.expire_all()
    return make.rules()


def field_of(page: str, name: str) -> str:
    """Return the field of a page, with what is told at it."""
    of_each = re.split(r'(?=<div class="field">)', page)
    (found,) = [part for part in of_each if f'name="{name}"' in part and 'class="field"' in part]
    return html.unescape(found)


def test_every_figure_stands_on_the_page_in_words(head: FlaskClient, make: Factory) -> None:
    make.rules().hold_minutes = 25
    make.commit()
    page = head.get(RULES).text

    for figure in ALL:
        assert figure.words in page
    assert re.search(r"选好的座位留几分钟 .*默认：15分钟。.*25分钟", page)
    assert "默认：20分钟。" not in page  # as it is by default


def test_changed_figures_hold_at_once_and_stand_in_the_audit(
    head: FlaskClient, save: Save, make: Factory
) -> None:
    done = save(Group.TICKETS, seats_per_member="6", hold_minutes="25", why="春节试行")

    assert done.status_code == 303
    assert "改好了，马上生效" in head.get(done.headers["Location"]).text
    assert (house(make).seats_per_member, house(make).hold_minutes) == (6, 25)
    assert "同一场每人最多订6张" in head.get("/about").text
    (line,) = lines()
    assert line.before == {"seats_per_member": 4, "hold_minutes": 15}
    assert line.after == {"seats_per_member": 6, "hold_minutes": 25}
    assert (line.why, line.subject) == ("春节试行", f"site:{make.site().id}")
    audit = html.unescape(head.get("/staff/audit").text)
    assert "改馆规" in audit
    assert "同一场每人最多订几张: 4 → 6" in audit


def test_a_box_is_ticked_and_unticked(head: FlaskClient, save: Save, make: Factory) -> None:
    without = {
        name: value
        for name, value in typed(head, Group.ROSTER).items()
        if name != "retired_are_members"
    }
    assert head.post(f"{RULES}/roster", data=without).status_code == 303
    assert house(make).retired_are_members is False
    assert "退休会员和在职会员一样: 是 → 否" in head.get("/staff/audit").text
    assert save(Group.ROSTER, retired_are_members="1").status_code == 303
    assert house(make).retired_are_members is True


def test_saving_what_is_there_changes_nothing(head: FlaskClient, save: Save) -> None:
    done = save(Group.CODES)

    assert "和原来一样，没有改" in head.get(done.headers["Location"]).text
    assert lines() == []


@pytest.mark.parametrize(("group", "figure"), NUMBERS, ids=lambda part: getattr(part, "name", ""))
def test_a_figure_beyond_its_bounds_is_told_and_kept(
    save: Save, make: Factory, group: Group, figure: Figure
) -> None:
    before = getattr(house(make), figure.name)
    bounds = f"请填写{figure.lowest}到{figure.highest}的整数。"
    if figure.unit is Unit.CLOCK:
        bounds = "请写成21:30这样的时间。"
    beyond = (
        ("24:00", "-1:00") if figure.unit is Unit.CLOCK else (figure.lowest - 1, figure.highest + 1)
    )
    for bad in (*beyond, "", "三", "1.5", "9" * 30):
        refused = save(group, **{figure.name: str(bad)})
        field = field_of(refused.text, figure.name)
        assert (refused.status_code, bounds in field) == (422, True), bad
        assert f'value="{bad}"' in field
        assert 'aria-invalid="true"' in field
    assert getattr(house(make), figure.name) == before
    assert lines() == []


@pytest.mark.parametrize(("group", "figure"), NUMBERS, ids=lambda part: getattr(part, "name", ""))
def test_both_ends_of_a_figure_are_saved(
    save: Save, make: Factory, group: Group, figure: Figure
) -> None:
    for value in (figure.lowest, figure.highest):
        fitting = {"code_per_day": {"code_per_day_for_known": "0"}}.get(figure.name, {})
        if figure.at_most:
            fitting = {figure.at_most: str(value or 1)}
        assert save(group, **fitting, **{figure.name: str(value)}).status_code == 303
        assert getattr(house(make), figure.name) == value * figure.scale


def test_an_amount_is_typed_shown_and_told_in_yuan(
    head: FlaskClient, save: Save, make: Factory
) -> None:
    page = head.get(f"{RULES}/money").text
    assert 'value="500"' in field_of(page, "second_above")
    assert "默认500元，可以填0到100000。" in field_of(page, "second_above")
    mine = typed(head, Group.MONEY)
    assert save(Group.MONEY, second_above="300").status_code == 303
    assert house(make).second_above == 30_000
    assert "超过多少元要第二个人同意: 500元 → 300元" in html.unescape(head.get("/staff/audit").text)
    late = head.post(f"{RULES}/money", data=mine | {"second_above": "400"}).text
    assert "刚被改成300。" in field_of(late, "second_above")
    assert 'value="400"' in field_of(late, "second_above")


def test_more_codes_for_known_numbers_than_in_all_are_told_at_the_field(
    save: Save, make: Factory
) -> None:
    refused = save(Group.CODES, code_per_day="2999")

    assert refused.status_code == 422
    told_there = field_of(refused.text, "code_per_day_for_known")
    assert "不能比“全馆一天最多发几条”还多。" in told_there
    assert 'value="2999"' in field_of(refused.text, "code_per_day")
    assert save(Group.CODES, code_per_day="3000").status_code == 303
    assert house(make).code_per_day == 3000


def test_full_width_digits_are_digits(save: Save, make: Factory) -> None:
    assert save(Group.TICKETS, hold_minutes="２５").status_code == 303
    assert house(make).hold_minutes == 25


def test_a_reason_is_at_most_two_hundred_letters_long(save: Save) -> None:
    refused = save(Group.TICKETS, hold_minutes="25", why="因" * 201)

    assert refused.status_code == 422
    assert "200个字以内" in field_of(refused.text, "why")
    assert save(Group.TICKETS, hold_minutes="25", why="因" * 200).status_code == 303


def test_who_saves_second_is_told_what_moved_and_keeps_what_they_typed(
    head: FlaskClient, save: Save, make: Factory
) -> None:
    mine = typed(head, Group.TICKETS) | {"seats_per_member": "8", "free_per_month": "9"}
    save(Group.TICKETS, seats_per_member="2", hold_minutes="30")

    refused = head.post(f"{RULES}/tickets", data=mine)
    page = refused.text

    assert refused.status_code == 409
    assert "刚有别人改过这一页" in page
    assert "刚被改成2。" in field_of(page, "seats_per_member")
    assert 'value="8"' in field_of(page, "seats_per_member")
    assert "刚被改成30。" in field_of(page, "hold_minutes")
    assert "刚被改成" not in field_of(page, "free_per_month")
    assert house(make).seats_per_member == 2
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    assert head.post(f"{RULES}/tickets", data=mine | {"seen": seen[1]}).status_code == 303
    assert (house(make).seats_per_member, house(make).free_per_month) == (8, 9)


def test_figures_of_another_page_do_not_stand_in_the_way(
    head: FlaskClient, save: Save, make: Factory
) -> None:
    mine = typed(head, Group.TICKETS) | {"seats_per_member": "8"}
    save(Group.CODES, code_per_phone_day="20")

    assert head.post(f"{RULES}/tickets", data=mine).status_code == 303
    assert (house(make).seats_per_member, house(make).code_per_phone_day) == (8, 20)


def test_a_program_reads_and_writes_a_group(head: FlaskClient, make: Factory) -> None:
    body = {"seen": told(head, Group.LIMITS)["seen"], "exports_per_day": 30}
    figures = {"unit_exports_per_day": 5, "unit_uploads_per_day": 10}

    lacking = head.post(f"{RULES}/limits", json=body | figures, headers=JSON)
    assert (lacking.status_code, list(lacking.get_json()["fields"])) == (
        422,
        ["unit_confirmations_per_day"],
    )
    whole = body | figures | {"unit_confirmations_per_day": 0}
    done = head.post(f"{RULES}/limits", json=whole, headers=JSON)
    assert done.status_code == 200
    assert done.get_json()["figures"][0]["value"] == 30
    again = head.post(f"{RULES}/limits", json=whole, headers=JSON)
    assert (again.status_code, again.get_json()["code"]) == (409, "figures_changed")
    assert house(make).unit_confirmations_per_day == 0


def test_a_change_asks_for_a_fresh_proof(head: FlaskClient, save: Save, make: Factory) -> None:
    db.session.execute(update(SignIn).values(proven_at=clock.now() - timedelta(hours=1)))
    make.commit()

    assert head.get(f"{RULES}/tickets").status_code == 200
    assert save(Group.TICKETS, hold_minutes="25").status_code == 401
    assert house(make).hold_minutes == 15


@pytest.mark.parametrize("role", [Role.COUNTER, Role.FINANCE, Role.PROGRAMME])
def test_others_find_no_way_there(app: Flask, make: Factory, role: Role) -> None:
    make.site()
    browser = app.test_client()
    make.sign_in(browser, make.staff(role))
    make.commit()

    assert browser.get(RULES).status_code == 403
    assert browser.post(f"{RULES}/tickets", data={}).status_code == 403
    if role is Role.COUNTER:
        assert RULES not in browser.get("/staff").text
        assert RULES not in browser.get("/staff/strikes").text


def test_the_head_house_s_rules_are_changed_and_no_branch_s(
    head: FlaskClient, save: Save, make: Factory
) -> None:
    branch = make.branch()
    make.commit()

    assert save(Group.TICKETS, hold_minutes="25").status_code == 303

    assert db.session.get_one(HouseRules, branch.id).hold_minutes == 15
    assert house(make).hold_minutes == 25


def test_administrators_are_led_there(head: FlaskClient) -> None:
    assert f'href="{RULES}"' in head.get("/staff").text
    assert f'href="{RULES}/strikes"' in head.get("/staff/strikes").text
    page = head.get(RULES).text
    assert 'href="/staff/privacy"' in page
    assert 'href="/staff/people"' in page
    assert head.get(f"{RULES}/keeping").status_code == 404


def test_in_english_figures_are_counted_in_english(head: FlaskClient, make: Factory) -> None:
    make.rules().seats_per_member = 1
    make.commit()
    head.set_cookie("lang", "en")
    page = html.unescape(head.get(RULES).text)

    assert "Tickets one person may have for one performance" in page
    assert re.search(r">1 ticket</strong>", page)
    assert "Default: 4 tickets." in page
