"""What the audit says of acting: for whom, and of nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members.models import AuditLine, Staff
from palace.members.rules import Role
from tests.acting.desk import begin, card_of, find, introduce, lines, only
from tests.factory import Factory


@pytest.fixture
def clerk(make: Factory, client: FlaskClient) -> Staff:
    """Return a clerk who is signed in."""
    make.site()
    staff = make.staff(Role.COUNTER)
    make.sign_in(client, staff)
    return staff


def acted_for() -> set[str]:
    """Return the members that lines say somebody acted for."""
    ours = db.session.scalars(select(AuditLine.after).where(AuditLine.after.has_key("acted_for")))
    return {after["acted_for"] for after in ours if after}


def test_an_account_made_for_the_next_is_not_said_to_be_for_the_last(
    make: Factory, client: FlaskClient, clerk: Staff, number: str
) -> None:
    begin(client, only(find(client, who=card_of(make.member()))))
    assert introduce(client, number).status_code == 303
    [kept] = lines("companion_kept")
    assert kept.actor == f"staff:{clerk.id}"
    assert acted_for() == set()


def test_what_staff_do_on_their_own_pages_is_not_said_to_be_for_the_member(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    member, other = make.member(), make.member("李桂兰")
    begin(client, only(find(client, who=card_of(member))))
    client.post("/mine/access", data={"wanted": "1"})
    assert acted_for() == {f"member:{member.id}"}
    before = len(db.session.scalars(select(AuditLine.id)).all())
    client.post(f"/staff/numbers/{other.id}", data={"phone": "13900139000", "seen": "1"})
    client.post("/staff/sign-out")
    after = db.session.scalars(select(AuditLine).order_by(AuditLine.id).offset(before)).all()
    assert {"number_set", "staff_signed_out"} <= {line.act for line in after}
    assert [line.act for line in after if "acted_for" in (line.after or {})] == []
