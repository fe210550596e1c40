"""How rooms are lent: every figure in words and within its bounds, presets, previews, two people at once."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from palace import clock
from palace.db import db, table_of
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.roomdesk.queries.policies import default_of, figures_of
from palace.rooms.figures import ALL, figures_for
from palace.rooms.policies import Policy, PolicyPreset
from palace.rooms.wishes import Approval, Figures, Opens, Takers
from palace.venues.figure import Figure, Unit
from tests.audit.said import codes_without_words
from tests.factory import Factory
from tests.lending import COURT, Lending
from tests.members.browser import JSON
from tests.roomdesk.conftest import DESK

PATH = f"{DESK}/policies"
TYPED = [one for one in ALL if one.unit not in (Unit.YES_NO, Unit.CHOICE, Unit.WEEKDAY)]
Save = Callable[..., TestResponse]


def told(browser: FlaskClient, policy: Policy) -> dict[str, Any]:
    """Return what a program is told of a policy."""
    body: dict[str, Any] = browser.get(f"{PATH}/{policy.id}", headers=JSON).get_json()
    return body


def typed(browser: FlaskClient, policy: Policy, **changed: str) -> dict[str, str]:
    """Return the form of a policy as its page has it; a box that is not ticked sends nothing."""
    body = told(browser, policy)
    figures = {one["name"]: one["value"] for one in body["figures"]}
    sent = {
        name: str(int(value)) if isinstance(value, bool) else str(value)
        for name, value in figures.items()
        if value is not False
    }
    return sent | {"seen": body["seen"]} | changed


def of_takers(lending: Lending, figure: Figure) -> Policy:
    """Return a policy that has a figure."""
    courts = figure.name not in names_of(Takers.TROUPE)
    return lending.policy(takers=Takers.MEMBER if courts else Takers.TROUPE)


def names_of(takers: Takers) -> list[str]:
    """Return the names of the figures of who takes rooms."""
    return [one.name for figures in figures_for(takers).values() for one in figures]


def test_every_figure_of_the_table_has_words_and_every_rule_reads_it() -> None:
    columns = {column.name for column in table_of(Policy).columns}
    named = columns - {"id", "site_id", "code", "name_zh", "name_en", "takers"}

    assert {one.name for one in ALL} == named
    assert set(Figures.__dataclass_fields__) == named | {"takers"}


def test_a_policys_page_says_every_figure_in_words(head: FlaskClient, lending: Lending) -> None:
    policy, court = lending.policy(), lending.policy(**COURT)
    pages = [html.unescape(head.get(f"{PATH}/{one.id}").text) for one in (policy, court)]

    for page, takers in zip(pages, (Takers.TROUPE, Takers.MEMBER), strict=True):
        assert all(one.words in page for one in ALL if one.name in names_of(takers))
        assert not [
            one.words for one in ALL if one.name not in names_of(takers) and one.words in page
        ]
    assert "南山区文化馆" in pages[0]
    assert "九江市总工会" in pages[1]


def test_changed_figures_hold_at_once_and_stand_in_the_audit(
    head: FlaskClient, lending: Lending
) -> None:
    policy = lending.policy()
    form = typed(
        head,
        policy,
        opens="weekly",
        opens_weekday="4",
        opens_at="10:30",
        max_minutes="180",
        approval="always",
        why="试行",
    )
    done = head.post(f"{PATH}/{policy.id}", data=form)

    assert done.status_code == 303
    db.session.refresh(policy)
    assert (policy.opens, policy.opens_weekday) == (Opens.WEEKLY, 4)
    assert (policy.opens_at, policy.max_minutes) == (time(10, 30), 180)
    assert policy.approval is Approval.ALWAYS
    (line,) = db.session.scalars(select(AuditLine).where(AuditLine.act == "policy_set"))
    assert line.before == {
        "opens": "rolling",
        "opens_weekday": 3,
        "opens_at": 800,
        "max_minutes": 240,
        "approval": "beyond_quota",
    }
    assert (line.subject, line.why) == (f"policy:{policy.id}", "试行")
    audit = html.unescape(head.get("/staff/audit").text)
    assert "哪些要人批准: 超过时数的 → 每一次" in audit
    assert codes_without_words() == []


@pytest.mark.parametrize("figure", TYPED, ids=lambda one: one.name)
def test_each_figure_is_taken_at_its_bounds_and_refused_beyond(
    head: FlaskClient, lending: Lending, figure: Figure
) -> None:
    policy = of_takers(lending, figure)
    beside = {"max_minutes": "1440"} if figure.name == "min_minutes" else {}
    beside |= {"min_minutes": "5"} if figure.name == "max_minutes" else {}

    for value in (figure.lowest, figure.highest):
        form = typed(head, policy, **beside | {figure.name: str(value)})
        assert head.post(f"{PATH}/{policy.id}", data=form).status_code == 303
        db.session.refresh(policy)
        assert figures_of(policy)[figure.name] == value
    for wrong in (str(figure.lowest - 1), str(figure.highest + 1), "many", ""):
        form = typed(head, policy, **{figure.name: wrong, "why": "留着"})
        refused = head.post(f"{PATH}/{policy.id}", data=form)
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text
        assert "留着" in refused.text


@pytest.mark.parametrize("name", ["opens", "opens_weekday", "opens_last_weekday", "approval"])
def test_a_choice_is_one_of_those_there_are(head: FlaskClient, lending: Lending, name: str) -> None:
    policy = lending.policy()
    for wrong in ("", "0", "sometimes"):
        done = head.post(f"{PATH}/{policy.id}", data=typed(head, policy, **{name: wrong}))
        assert done.status_code == 422
        assert "没有这一种" in done.text


def test_the_shortest_date_is_no_longer_than_the_longest(
    head: FlaskClient, lending: Lending
) -> None:
    policy = lending.policy()
    form = typed(head, policy, min_minutes="120", max_minutes="60")

    assert "不能比" in head.post(f"{PATH}/{policy.id}", data=form).text


def test_of_two_who_change_a_policy_the_second_is_asked(
    head: FlaskClient, lending: Lending
) -> None:
    policy = lending.policy()
    first, second = typed(head, policy, max_minutes="180"), typed(head, policy, max_minutes="120")
    assert head.post(f"{PATH}/{policy.id}", data=first).status_code == 303

    late = head.post(f"{PATH}/{policy.id}", data=second)
    page = html.unescape(late.text)
    assert late.status_code == 409
    assert "刚被改成180" in page
    assert 'value="120"' in page


def test_every_preset_is_taken_by_one_tap(head: FlaskClient, lending: Lending) -> None:
    for preset in db.session.scalars(select(PolicyPreset)).all():
        policy = lending.policy(takers=preset.takers)
        done = head.post(
            f"{PATH}/{policy.id}/preset",
            data={"preset": preset.code, "seen": told(head, policy)["seen"]},
        )
        assert done.status_code == 303
        in_force = [one["preset"] for one in told(head, policy)["presets"] if one["in_force"]]
        assert preset.code in in_force


def test_a_preset_of_other_takers_is_none(head: FlaskClient, lending: Lending) -> None:
    policy = lending.policy()
    for code in ("hour_a_day", "nothing"):
        form = {"preset": code, "seen": told(head, policy)["seen"]}
        done = head.post(f"{PATH}/{policy.id}/preset", data=form, headers=JSON)
        assert (done.status_code, done.get_json()["code"]) == (422, "preset_unknown")


def test_a_preview_counts_what_is_taken_and_changes_nothing(
    head: FlaskClient, lending: Lending
) -> None:
    policy = lending.policy(opens_days=60)
    room, troupe = lending.room(policy=policy), lending.troupe()
    lending.reservation(room, lending.day(10), "19:00", 120, troupe=troupe)
    lending.reservation(room, lending.day(20), "09:30", 180, troupe=troupe)

    form = typed(head, policy, max_minutes="150", step_minutes="60", troupe_week_minutes="100")
    looked = head.post(f"{PATH}/{policy.id}/look", data=form, headers=JSON).get_json()
    assert looked == {"failing": {"too_long": 1, "off_raster": 1, "troupe_week": 2}}
    page = head.post(f"{PATH}/{policy.id}/look", data=form).text
    assert "它们照旧，不会取消" in page
    assert 'value="150"' in page
    db.session.refresh(policy)
    assert policy.max_minutes == 240
    same = head.post(f"{PATH}/{policy.id}/look", data=typed(head, policy))
    assert "已经约好的都合新的办法" in same.text


def test_another_policy_is_made(head: FlaskClient, make: Factory) -> None:
    form = {"site": str(make.site().id), "takers": "member", "name_zh": "台球桌"}
    done = head.post(PATH, data=form)
    assert done.status_code == 303
    (policy,) = db.session.scalars(select(Policy))
    assert (policy.takers, policy.name_en) == (Takers.MEMBER, "台球桌")
    assert all(figures_of(policy)[name] == default_of(name) for name in names_of(Takers.MEMBER))

    refused = head.post(PATH, data=form | {"takers": "anyone", "name_zh": ""})
    assert refused.status_code == 422
    assert "请写名称" in refused.text


def test_a_branch_has_its_own_policies_only(
    branch: FlaskClient, make: Factory, lending: Lending
) -> None:
    policy = lending.policy()

    assert branch.get(f"{PATH}/{policy.id}").status_code == 404
    assert branch.post(f"{PATH}/{policy.id}", data={}).status_code == 404
    assert branch.get(PATH, headers=JSON).get_json() == {"policies": []}
    form = {"site": str(make.site().id), "takers": "member", "name_zh": "台球桌"}
    assert branch.post(PATH, data=form).status_code == 404


def test_changing_a_policy_wants_a_fresh_proof(app: Flask, make: Factory, lending: Lending) -> None:
    browser, policy = app.test_client(), lending.policy()
    make.sign_in(browser, make.staff(Role.ADMIN))
    make.commit()
    make.set_clock(clock.now() + timedelta(hours=1))

    for path in (PATH, f"{PATH}/{policy.id}", f"{PATH}/{policy.id}/preset"):
        assert browser.post(path, data={}, headers=JSON).get_json()["code"] == "proof_needed"
