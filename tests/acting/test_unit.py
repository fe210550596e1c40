"""Who has no phone becomes a union member too: the clerk names the unit, its organiser gives its word."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select

from palace.clock import now, palace_day
from palace.db import db
from palace.joining.models import Application
from palace.members.models import Member
from palace.members.rules import Role, Standing
from tests.acting.desk import introduce, lines
from tests.factory import Factory


def test_a_unit_takes_whom_a_desk_introduced(
    make: Factory, client: FlaskClient, number: str
) -> None:
    make.site()
    unit, clerk = make.unit(), make.staff(Role.COUNTER)
    make.sign_in(client, clerk)
    introduce(client, number)
    page = client.get("/mine").text
    assert 'href="/join/done"' in page
    applied = client.post("/join/unit", data={"unit": str(unit.id)})
    assert applied.headers["Location"].endswith("/join/done")
    [line] = lines("unit_applied")
    member = db.session.scalars(select(Member)).one()
    assert line.actor == f"staff:{clerk.id}"
    assert line.after
    assert line.after["acted_for"] == f"member:{member.id}"

    organiser, one = make.member(), db.session.scalars(select(Application)).one()
    make.post(organiser, Role.UNIT, unit=unit)
    make.sign_in(client, organiser)
    assert "没有号码" in client.get(f"/unit/{unit.id}").text
    done = client.post(f"/unit/{unit.id}/applications/{one.id}/confirm", data={"card": "TY0009"})
    assert done.status_code == 303
    db.session.expire_all()
    assert member.standing(palace_day(now())) is Standing.VALID
