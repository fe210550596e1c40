"""A clerk at the desk: finds somebody and acts for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from palace.db import db
from palace.members.models import AuditLine, Member

PERSON = re.compile(r'name="person" value="([^"]+)"')


def card_of(member: Member) -> str:
    """Return a member's union card number."""
    assert member.roster_entry
    return member.roster_entry.card_number


def find(client: FlaskClient, **typed: str) -> TestResponse:
    """Look somebody up."""
    return client.post("/staff/acting/find", data=typed)


def people(found: TestResponse) -> list[str]:
    """Return what stands for those who were found."""
    return PERSON.findall(found.text)


def only(found: TestResponse) -> str:
    """Return what stands for the one person found."""
    [person] = people(found)
    return person


def begin(client: FlaskClient, person: str, **more: str) -> TestResponse:
    """Act for somebody."""
    data = {"person": person, "consent": "1"} | more
    return client.post("/staff/acting/begin", data=data)


def introduce(client: FlaskClient, number: str, **more: str) -> TestResponse:
    """Make an account for somebody whose document was seen."""
    data = {"full_name": "李桂兰", "document": "id_card", "number": number, "consent": "1"}
    return client.post("/staff/acting/introduce", data=data | more)


def lines(act: str) -> Sequence[AuditLine]:
    """Return what the audit holds of an act."""
    return db.session.scalars(select(AuditLine).where(AuditLine.act == act)).all()
