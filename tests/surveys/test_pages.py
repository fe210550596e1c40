"""Pages of menus: what a member ticks stays, the office sees votes, other houses' menus are not there."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from palace.members.rules import Role
from palace.surveys import queries
from palace.surveys.models import Survey
from tests.factory import Factory
from tests.surveys.conftest import by_title, ids

ASK = {"Accept": "application/json"}
FIGURES = {
    "title_zh": "秋季想学什么",
    "title_en": "",
    "choices": "3",
    "opens_at": "2026-12-01 08:00",
    "closes_at": "2026-12-20 20:00",
}


def test_a_member_ticks_sends_and_finds_it_again(
    make: Factory, client: FlaskClient, menu: Survey
) -> None:
    make.sign_in(client, make.member())
    address = f"/surveys/{menu.id}"
    lines = sorted(ids(menu, "楷书入门", "剪纸"))
    assert client.post(address, data={"lines": lines}).status_code == 303
    told = client.get(address, headers=ASK).get_json()
    assert [one["line"] for one in told["lines"] if one["chosen"]] == lines


def test_too_many_ticks_are_told_and_stay(make: Factory, client: FlaskClient, menu: Survey) -> None:
    make.sign_in(client, make.member())
    lines = [line.id for line in queries.lines(menu.id)]
    answer = client.post(f"/surveys/{menu.id}", data={"lines": lines})
    assert answer.status_code == 422
    assert "最多选2门" in answer.text
    assert answer.text.count(" checked") == len(lines)


def test_a_vote_for_what_is_no_number_is_told(
    make: Factory, client: FlaskClient, menu: Survey
) -> None:
    make.sign_in(client, make.member())
    answer = client.post(f"/surveys/{menu.id}", data={"lines": ["x"]})
    assert (answer.status_code, "请再看一遍" in answer.text) == (422, True)


def test_who_is_not_signed_in_is_asked_to(client: FlaskClient, menu: Survey) -> None:
    answer = client.get(f"/surveys/{menu.id}")
    assert (answer.status_code, "/sign-in" in answer.location) == (303, True)


def test_the_office_makes_a_menu_and_keeps_what_it_mistyped(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    make.sign_in(client, make.staff(Role.PROGRAMME))
    wrong = {"site": "head", **FIGURES, "closes_at": "2026-11-01 08:00"}
    answer = client.post("/staff/surveys/new", data=wrong)
    assert (answer.status_code, "截止要比开始晚" in answer.text) == (422, True)
    assert "秋季想学什么" in answer.text
    answer = client.post("/staff/surveys/new", data={"site": "head", **FIGURES})
    assert answer.status_code == 303
    page = answer.location
    answer = client.post(f"{page}/lines", data={"pasted": "书法 楷书\n不认识的"})
    assert (answer.status_code, "不认识的" in answer.text) == (422, True)
    assert "书法 楷书" in answer.text
    client.post(f"{page}/lines", data={"pasted": "书法 楷书\n声乐 合唱"})
    assert [one["title"] for one in client.get(page, headers=ASK).json["results"]] == [  # type: ignore[index]  # an object
        "楷书",
        "合唱",
    ]


def test_another_house_s_menu_is_not_there(app: Flask, make: Factory, menu: Survey) -> None:
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.PROGRAMME, site=make.branch()))
    line = by_title(menu)["剪纸"]
    for method, path in (
        ("GET", ""),
        ("POST", ""),
        ("POST", "/lines"),
        ("POST", f"/lines/{line.id}/move"),
        ("POST", f"/lines/{line.id}/remove"),
    ):
        answer = browser.open(f"/staff/surveys/{menu.id}{path}", method=method, data=FIGURES)
        assert answer.status_code == 404
    assert browser.get("/staff/surveys", headers=ASK).get_json() == {"surveys": []}
    answer = browser.post("/staff/surveys/new", data={"site": "head", **FIGURES}, headers=ASK)
    assert answer.status_code == 404
