"""Who looks after a house writes its ladders: in words, the usual one, never one that gives more later."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.charging.rules import NotSteps, Typed, read_steps, typed
from palace.db import db
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.payments import services as payments
from palace.payments.models import Ladder
from tests.factory import Factory
from tests.members.browser import JSON

PATH = "/staff/ladders"
STEPS = {"hours": ["48", "0.5", ""], "percents": ["80", "20", ""]}
FORM: dict[str, object] = {"name_zh": "通常", "name_en": "Usual", "usual": "y", **STEPS}


@pytest.fixture(params=[Role.ADMIN, Role.SITE_ADMIN])
def desk(make: Factory, client: FlaskClient, request: pytest.FixtureRequest) -> FlaskClient:
    """Return the browser of who looks after a house."""
    make.site()
    make.sign_in(client, make.staff(request.param))
    make.commit()
    return client


def ladders() -> list[Ladder]:
    """Return the ladders as they stand."""
    wanted = select(Ladder).order_by(Ladder.id)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


@pytest.mark.parametrize(
    ("rows", "steps"),
    [
        ([], []),
        ([("", ""), ("48", "80"), ("", "")], [(2880, 80)]),
        ([("0.5", "20"), ("48", "80")], [(2880, 80), (30, 20)]),
        ([("24", "50"), ("1", "50")], [(1440, 50), (60, 50)]),
        ([("0", "100")], [(0, 100)]),
    ],
)
def test_steps_are_read_from_what_is_typed(rows: list[Typed], steps: list[tuple[int, int]]) -> None:
    assert read_steps(rows) == steps
    assert read_steps(typed(steps)) == steps


@pytest.mark.parametrize(
    "rows",
    [
        [("48", "")],
        [("", "80")],
        [("48", "0")],
        [("48", "101")],
        [("-1", "50")],
        [("1.25", "50")],
        [("两天", "50")],
        [("24", "50"), ("24", "40")],
        [("24", "50"), ("1", "60")],
    ],
)
def test_what_cannot_be_is_refused(rows: list[Typed]) -> None:
    with pytest.raises(NotSteps):
        read_steps(rows)


def test_a_ladder_is_written_shown_in_words_and_is_what_shows_go_by(desk: FlaskClient) -> None:
    answer = desk.post(PATH, data=FORM, follow_redirects=True)
    assert "开演前2天或更早：退80%" in answer.text
    assert "开演前30分钟或更早：退20%" in answer.text
    assert payments.steps_of(None) == [[2880, 80], [30, 20]]
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "ladder_written")).one()
    assert line.after == {"name": "通常", "usual": True, "steps": [[2880, 80], [30, 20]]}


def test_one_is_the_usual_one(desk: FlaskClient) -> None:
    desk.post(PATH, data=FORM)
    desk.post(PATH, data=FORM | {"name_zh": "学校", "hours": ["24"], "percents": ["50"]})
    assert [(one.name_zh, one.usual) for one in ladders()] == [("通常", False), ("学校", True)]
    assert payments.steps_of(ladders()[0].id) == [[2880, 80], [30, 20]]
    assert payments.steps_of(None) == [[1440, 50]]


def test_it_is_changed_whole_and_a_repeated_name_is_refused(desk: FlaskClient) -> None:
    desk.post(PATH, data=FORM)
    desk.post(PATH, data=FORM | {"name_zh": "学校"})
    first, second = (one.id for one in ladders())
    changed = desk.post(f"{PATH}/{first}", data=FORM | {"hours": ["2"], "percents": ["10"]})
    assert changed.status_code == 303
    assert payments.steps_of(first) == [[120, 10]]
    refused = desk.post(f"{PATH}/{second}", data=FORM)
    assert refused.status_code == 409
    assert "已经有这个名称的退票阶梯" in refused.text
    assert 'value="通常"' in refused.text  # what was typed stays
    assert [one.name_zh for one in ladders()] == ["通常", "学校"]


def test_what_cannot_be_is_told_and_stays(desk: FlaskClient) -> None:
    bad = FORM | {"hours": ["24", "1"], "percents": ["50", "60"]}
    refused = desk.post(PATH, data=bad)
    assert refused.status_code == 422
    assert "越早退得越多" in refused.text
    assert 'value="60"' in refused.text
    assert ladders() == []


def test_one_that_a_show_goes_by_stays(desk: FlaskClient, make: Factory) -> None:
    desk.post(PATH, data=FORM)
    [ladder] = ladders()
    show = make.performance()
    show.ladder_id = ladder.id
    make.commit()
    refused = desk.post(f"{PATH}/{ladder.id}/remove", headers=JSON)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "ladder_used")
    show.ladder_id = None
    make.commit()
    assert desk.post(f"{PATH}/{ladder.id}/remove").status_code == 303
    assert ladders() == []
    assert desk.get(f"{PATH}/{ladder.id}").status_code == 404
