"""The desk chooses by which ladder a show's money goes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.members.models import AuditLine
from palace.payments.models import Ladder
from palace.programme.models import Performance
from tests.desk.conftest import DESK, Send, night
from tests.factory import Factory

PutOn = Callable[..., dict[str, Any]]


@pytest.fixture
def ladders(make: Factory) -> tuple[Ladder, Ladder]:
    """Return the usual ladder and a milder one."""
    usual, mild = (
        Ladder(name_zh="通常的", name_en="Usual", usual=True),
        Ladder(name_zh="宽的", name_en="Mild"),
    )
    make.add(usual, mild)
    make.commit()
    return usual, mild


def sale(ladder: int | str) -> dict[str, Any]:
    """Return the form of a sale, otherwise as it is."""
    return {
        "seats_per_member": 4,
        "identity_policy": "none",
        "opens_day": night(20).date().isoformat(),
        "opens_time": "10:00",
        "ladder": ladder,
    }


def of(number: int) -> int | None:
    """Return the ladder of a show, as the database has it."""
    db.session.expire_all()
    return db.session.get_one(Performance, number).ladder_id


def test_a_show_is_put_on_by_the_ladder_that_is_chosen_and_changes_it(
    make: Factory, put_on: PutOn, send: Send, manager: FlaskClient, ladders: tuple[Ladder, Ladder]
) -> None:
    usual, mild = ladders
    number = put_on(make.space(), seating="places", ladder=mild.id)["performance"]
    assert of(number) == mild.id
    assert "退票阶梯：宽的" in manager.get(f"{DESK}/performances/{number}").text
    assert (
        f'<option value="{mild.id}" selected>'
        in manager.get(f"{DESK}/performances/{number}/sale").text
    )

    assert send(number, "sale", **sale("")).get_json()["ladder"] is None
    assert "退票阶梯：通常用的" in manager.get(f"{DESK}/performances/{number}").text
    assert send(number, "sale", **sale(usual.id)).get_json()["ladder"] == usual.id
    wanted = select(AuditLine).where(AuditLine.act == "performance_changed")
    lines = db.session.scalars(wanted.order_by(AuditLine.id)).all()
    assert [((one.before or {})["ladder"], (one.after or {})["ladder"]) for one in lines] == [
        (str(mild.id), ""),
        ("", str(usual.id)),
    ]


def test_one_that_is_gone_is_told_at_its_field_and_nothing_changes(
    make: Factory, put_on: PutOn, send: Send, ladders: tuple[Ladder, Ladder]
) -> None:
    _, mild = ladders
    number = put_on(make.space(), seating="places")["performance"]
    gone = mild.id
    db.session.delete(mild)
    make.commit()

    refused = send(number, "sale", json=False, **sale(gone))

    assert refused.status_code == 422
    assert 'id="ladder-error">请从列出的里面选。' in refused.text
    assert of(number) is None


def test_who_looked_before_another_chose_is_told_which(
    make: Factory, put_on: PutOn, send: Send, ladders: tuple[Ladder, Ladder]
) -> None:
    usual, mild = ladders
    body = put_on(make.space(), seating="places")
    number, seen = body["performance"], body["seen"]["sale"]
    send(number, "sale", **sale(mild.id))

    second = send(number, "sale", json=False, seen=seen, **sale(usual.id))

    assert second.status_code == 409
    assert "刚被改成宽的。" in second.text
    assert of(number) == mild.id
