"""What the audit says of acting: for whom, and of nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members import services
from palace.members.models import AuditLine, SignIn, Staff
from palace.members.rules import Role, SignedIn, SignedInStaff
from palace.reports.models import Export
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


def test_signing_out_ends_acting_in_the_audit_too(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    member = make.member()
    begin(client, only(find(client, who=card_of(member))))
    client.post("/staff/sign-out")
    [ended] = lines("acting_ended")
    assert (ended.actor, ended.subject) == (f"staff:{clerk.id}", f"member:{member.id}")


def test_two_tabs_that_begin_leave_an_end_of_the_first(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    """Both tabs came in while nobody was acted for; the rows are what counts."""
    first, second, now = make.member(), make.member("李桂兰"), clock.now()
    row = db.session.scalars(select(SignIn)).one()
    both = SignedIn(id=row.id, token="", staff=SignedInStaff(id=clerk.id, name=clerk.name))
    for member in (first, second):
        services.act_for(both, member.id, now + timedelta(minutes=20), "card")
    assert [line.subject for line in lines("acting_ended")] == [f"member:{first.id}"]


def test_who_acts_exports_as_staff(make: Factory, client: FlaskClient) -> None:
    make.site()
    admin = make.staff(Role.ADMIN)
    make.sign_in(client, admin, acting_for=make.member())
    assert client.get("/staff/audit?format=csv").status_code == 200
    [export] = db.session.scalars(select(Export))
    assert (export.staff_id, export.member_id) == (admin.id, None)


def test_every_search_is_in_the_audit_also_one_that_found_nobody(
    make: Factory, client: FlaskClient, clerk: Staff, number: str
) -> None:
    """Who types numbers of neighbours in asks whether they are members: it is seen, and by whom."""
    member, entry = make.member(phone="13800138000"), make.roster_entry("王小明", "13800138000")
    find(client, who="13800138000")
    find(client, who=number)
    find(client)
    told = lines("looked_up")
    assert {line.actor for line in told} == {f"staff:{clerk.id}"}
    assert [(line.subject, line.after) for line in told] == [
        (f"member:{member.id}", {"found_by": "phone"}),
        ("roster", {"found_by": "phone", "roster_entry": entry.id}),
        ("roster", {"people": 0}),
    ]
    make.sign_in(client, make.staff(Role.ADMIN))
    page = client.get(f"/staff/audit?subject=member:{member.id}").text
    assert "查找会员" in page
