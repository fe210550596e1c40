"""Numbers that change hands: moved by two codes, set at the desk, idle, given again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from palace import clock
from palace.audit.acts import ACTS
from palace.companions import services as companions
from palace.companions.rules import Relation
from palace.db import db
from palace.identities.rules import Declared, Document
from palace.members.errors import SameNumber
from palace.members.facts import fact_fits, is_idle
from palace.members.models import AuditLine, Member, PersonalKey, SignIn
from palace.members.rules import Role
from palace.members.services import note, set_number
from palace.members.services.personal import opened
from palace.notices.models import Notice
from palace.privacy import services as privacy
from tests.factory import Factory
from tests.identities.test_rules import card
from tests.members.browser import JSON, PHONE, newest_code, pass_code, signed_in, wrong_code

NEW = "13800138001"
CHOOSE = "/sign-in/choose"


@pytest.fixture(autouse=True)
def house(make: Factory) -> None:
    make.site()


@pytest.fixture
def member(make: Factory, client: FlaskClient) -> Member:
    """Return a member who is signed in and has just proven it."""
    member = make.member(phone=PHONE)
    make.sign_in(client, member)
    return member


def idle(make: Factory, name: str = "王海燕", days: int = 181, **more: object) -> Member:
    """Return a member whose number nobody has proven for some days."""
    member = make.member(name, phone=PHONE, **more)  # type: ignore[arg-type]  # valid, by name
    member.phone_proven_at = clock.now() - timedelta(days=days)
    make.commit()
    return member


def ask_new(client: FlaskClient, phone: str = NEW) -> TestResponse:
    """Ask for a code to a new number."""
    return client.post("/mine/phone", data={"phone": phone})


def lines(act: str) -> list[AuditLine]:
    """Return what the audit holds of an act."""
    return list(db.session.scalars(select(AuditLine).where(AuditLine.act == act)))


def phone_of(member: Member) -> str | None:
    """Return a member's number as the database has it."""
    return db.session.scalar(select(Member.phone).where(Member.id == member.id))


def test_a_member_moves_to_a_new_number_and_all_stays_theirs(
    app: Flask, make: Factory, client: FlaskClient, member: Member
) -> None:
    elsewhere = app.test_client()
    make.sign_in(elsewhere, member)
    entry, generation = member.roster_entry_id, member.calendar_generation
    assert ask_new(client).headers["Location"].endswith("/mine/phone/code")
    done = client.post("/mine/phone/code", data={"code": newest_code(NEW)})
    assert done.headers["Location"].endswith("/mine")
    db.session.expire_all()
    assert (member.phone, member.roster_entry_id, member.calendar_generation) == (
        NEW,
        entry,
        generation,
    )
    assert signed_in(client) is not None
    assert signed_in(elsewhere) is None


def test_the_old_number_is_told_and_the_audit_keeps_both_for_the_person_alone(
    client: FlaskClient, member: Member
) -> None:
    ask_new(client)
    client.post("/mine/phone/code", data={"code": newest_code(NEW)})
    [notice] = db.session.scalars(select(Notice).where(Notice.kind == "number_changed"))
    assert (notice.receiver, notice.values) == (f"phone:{PHONE}", {})
    [line] = lines("number_changed")
    assert line.act in ACTS
    assert NEW not in f"{line.before}{line.after}{line.subject}"
    assert line.personal
    key = db.session.get(PersonalKey, member.id)
    assert opened(line.personal, key, member.id) == ({"phone": PHONE}, {"phone": NEW})


def test_an_old_proof_wants_a_code_to_the_old_number_first(
    client: FlaskClient, member: Member
) -> None:
    db.session.execute(update(SignIn).values(proven_at=clock.now() - timedelta(hours=1)))
    db.session.commit()
    asked = ask_new(client)
    assert asked.status_code == 401
    assert "请再验证一次" in asked.text
    proof = {"phone": NEW, "proof": newest_code(PHONE)}
    assert client.post("/mine/phone", data=proof).status_code == 303


def test_a_wrong_code_and_the_same_number_change_nothing(
    client: FlaskClient, member: Member
) -> None:
    same = ask_new(client, PHONE)
    assert (same.status_code, "不用换" in same.text) == (409, True)
    assert 'value="13800138000"' in same.text
    assert client.post("/mine/phone/code", data={"code": "123456"}).status_code == 422
    ask_new(client)
    wrong = client.post("/mine/phone/code", data={"code": wrong_code(NEW)})
    assert (wrong.status_code, "还可以再试4次" in wrong.text) == (422, True)
    assert phone_of(member) == PHONE


def test_a_number_of_somebody_else_answers_as_any_other(
    app: Flask, make: Factory, client: FlaskClient, member: Member
) -> None:
    other = make.member("李桂兰", phone=NEW)
    first = ask_new(client)
    unknown = ask_new(client, "13800138002")
    assert (first.status_code, first.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    ask_other = app.test_client()
    make.sign_in(ask_other, other)
    make.set_clock(clock.now() + timedelta(minutes=2))
    ask_new(client)
    client.post("/mine/phone/code", data={"code": newest_code(NEW)})
    assert [phone_of(member), phone_of(other)] == [NEW, NEW]  # a household shares it now
    assert signed_in(ask_other) is not None


@pytest.mark.parametrize(("days", "place"), [(179, "/"), (181, CHOOSE)])
def test_a_code_opens_an_account_only_while_its_number_is_not_idle(
    make: Factory, client: FlaskClient, days: int, place: str
) -> None:
    idle(make, days=days)
    assert pass_code(client).headers["Location"] == place


def test_the_house_says_how_long_a_number_may_be_idle(make: Factory, client: FlaskClient) -> None:
    make.rules().number_idle_days = 400
    idle(make, days=399)
    assert pass_code(client).headers["Location"] == "/"


def test_who_booked_lately_is_not_idle(make: Factory, client: FlaskClient) -> None:
    member = idle(make)
    note("tickets_issued", "order:1", actor=f"member:{member.id}")
    assert pass_code(client).headers["Location"] == "/"


def test_nothing_of_the_earlier_person_is_shown_but_a_masked_name(
    make: Factory, client: FlaskClient
) -> None:
    member = idle(make)
    pass_code(client)
    page = client.get(CHOOSE).text
    assert "王*燕" in page
    assert member.unit
    assert member.unit.name_zh not in page
    assert "王海燕" not in page
    refused = client.post(CHOOSE, data={"person": f"m{member.id}", "fact": "王海燕"})
    assert (refused.status_code, signed_in(client)) == (422, None)
    assert 'value="王海燕"' in refused.text


@pytest.mark.parametrize("fact", ["card", "union and name", "document"])
def test_a_second_fact_opens_the_account_and_the_number_is_theirs_again(
    make: Factory, client: FlaskClient, fact: str
) -> None:
    member = idle(make)
    assert member.roster_entry
    declared = Declared(name="王海燕", document=Document.ID_CARD, number=card("19700305", "301"))
    own = companions.Introduced(
        name="王海燕", relation=Relation.SELF, born_on=None, declared=declared
    )
    companions.keep(member, own, clock.now())
    db.session.execute(update(Member).values(phone_proven_at=clock.now() - timedelta(days=181)))
    make.set_clock(clock.now() + timedelta(days=181))
    said = {
        "card": member.roster_entry.card_number.lower(),
        "union and name": f"{member.roster_entry.unit.name_zh} 王海燕",
        "document": declared.number[-4:],
    }[fact]
    pass_code(client)
    assert client.post(CHOOSE, data={"person": f"m{member.id}", "fact": said}).status_code == 303
    row = signed_in(client)
    assert row
    assert row.member_id == member.id
    assert len(lines("number_proven")) == 1
    make.set_clock(clock.now() + timedelta(minutes=2))
    assert pass_code(client).headers["Location"] == "/"


def test_the_sixth_guess_waits(make: Factory, client: FlaskClient) -> None:
    member = idle(make)
    pass_code(client)
    guess = {"person": f"m{member.id}"}
    tries = [client.post(CHOOSE, data=guess | {"fact": f"000{n}"}).status_code for n in range(6)]
    assert tries == [422] * 5 + [429]


def test_who_is_new_gets_the_number_and_the_old_account_keeps_everything_else(
    make: Factory, client: FlaskClient
) -> None:
    old = idle(make)
    pass_code(client)
    assert client.post(CHOOSE, data={"person": "new", "name": "周新"}).status_code == 303
    db.session.expire_all()
    assert (old.phone, old.roster_entry_id is not None) == (None, True)
    assert len(lines("number_freed")) == 1
    row = signed_in(client)
    assert row
    assert row.member_id != old.id
    assert phone_of(db.session.get_one(Member, row.member_id)) == PHONE


def test_a_newcomer_to_a_household_frees_nobody(make: Factory, client: FlaskClient) -> None:
    absent = idle(make)
    make.member("李雷", phone=PHONE)
    pass_code(client)
    client.post(CHOOSE, data={"person": "new", "name": "周新"})
    assert phone_of(absent) == PHONE


def test_the_desk_sets_a_number_whose_first_code_is_not_enough(
    app: Flask, make: Factory, client: FlaskClient
) -> None:
    member = idle(make)
    assert member.roster_entry
    member.phone = None
    desk = app.test_client()
    make.sign_in(desk, make.staff(Role.COUNTER))
    make.commit()
    found = desk.post("/staff/numbers", data={"who": member.roster_entry.card_number})
    assert "王*燕" in found.text
    page = f"/staff/numbers/{member.id}"
    assert f'href="{page}"' in found.text
    unseen = desk.post(page, data={"phone": NEW})
    assert (unseen.status_code, 'value="13800138001"' in unseen.text) == (422, True)
    assert desk.post(page, data={"phone": NEW, "seen": "1"}).status_code == 303
    assert phone_of(member) == NEW
    assert lines("number_set")[0].actor.startswith("staff:")
    assert pass_code(client, NEW).headers["Location"] == CHOOSE


def test_the_desk_finds_by_number_or_by_the_name_of_who_has_none(app: Flask, make: Factory) -> None:
    one, lost = make.member("李雷", phone=PHONE), make.member("周新", valid=False)
    lost.phone = None
    assert one.roster_entry
    one.roster_entry.card_number = "TY-8"
    desk = app.test_client()
    make.sign_in(desk, make.staff(Role.COUNTER))
    make.commit()

    def found(who: str) -> list[int]:
        told = desk.post("/staff/numbers", json={"who": who}, headers=JSON).get_json()
        return [person["member"] for person in told["people"]]

    assert [found(PHONE), found("周新"), found("李雷")] == [[one.id], [lost.id], []]
    assert [found("TY-8"), found("ty-8"), found("ｔｙ -8")] == [[one.id]] * 3


@pytest.mark.parametrize("role", [Role.COUNTER, Role.SITE_ADMIN])
def test_the_number_of_who_has_a_post_is_set_by_an_administrator(
    app: Flask, make: Factory, client: FlaskClient, role: Role
) -> None:
    """The card's number finds the member and is the second fact: a clerk would be the unit's organiser."""
    organiser, desk, over = make.member(phone=PHONE), app.test_client(), app.test_client()
    post = make.post(organiser, Role.UNIT, unit=organiser.unit)
    make.sign_in(desk, make.staff(role))
    make.sign_in(over, make.staff(Role.ADMIN))
    make.commit()
    page, typed = f"/staff/numbers/{organiser.id}", {"phone": NEW, "seen": "1"}

    refused = desk.post(page, data=typed)
    assert (refused.status_code, "这位会员有岗位" in refused.text) == (403, True)
    assert f'value="{NEW}"' in refused.text
    assert desk.post(page, data=typed, headers=JSON).get_json()["code"] == "number_of_post"
    assert phone_of(organiser) == PHONE
    assert over.post(page, data=typed).status_code == 303
    assert phone_of(organiser) == NEW

    post.ended_at = clock.now()
    make.commit()
    assert desk.post(page, data=typed | {"phone": PHONE}).status_code == 303


def test_who_was_erased_has_no_page_at_the_desk(
    make: Factory, client: FlaskClient, member: Member
) -> None:
    privacy.erase(member.id, clock.now(), asked_by="staff:1")
    make.sign_in(client, make.staff(Role.COUNTER))
    make.commit()
    page = f"/staff/numbers/{member.id}"
    assert client.get(page).status_code == 404
    assert client.post(page, data={"phone": NEW, "seen": "1"}).status_code == 404


def test_the_same_number_is_not_set_again(make: Factory) -> None:
    member = make.member(phone=PHONE)
    with pytest.raises(SameNumber):
        set_number(member.id, PHONE, of_posts=True)


def test_idle_begins_exactly_after_the_days() -> None:
    now = clock.now()
    assert is_idle(None, now, now - timedelta(days=1))
    assert is_idle(now, None, now)
    assert not is_idle(now, None, now - timedelta(seconds=1))
    assert not is_idle(now - timedelta(days=9), now, now - timedelta(days=1))


def test_facts_are_compared_without_width_case_and_gaps() -> None:
    assert fact_fits("ｔｙ 0001-x", ["TY0001X"])
    assert not fact_fits("", [None, ""])
    assert not fact_fits("--", ["--"])


def test_the_desk_sets_no_number_that_would_open_nothing(
    make: Factory, client: FlaskClient
) -> None:
    member = make.member("王海燕", valid=False, phone=PHONE)
    make.sign_in(client, make.staff(Role.COUNTER))
    make.commit()
    refused = client.post(f"/staff/numbers/{member.id}", data={"phone": NEW, "seen": "1"})
    assert (refused.status_code, "改了号码也登录不了" in refused.text) == (409, True)
    db.session.expire_all()
    assert phone_of(member) == PHONE
    declared = Declared(name="王海燕", document=Document.ID_CARD, number=card("19700305", "301"))
    own = companions.Introduced(
        name="王海燕", relation=Relation.SELF, born_on=None, declared=declared
    )
    companions.keep(member, own, clock.now())
    make.commit()
    done = client.post(f"/staff/numbers/{member.id}", data={"phone": NEW, "seen": "1"})
    assert (done.status_code, phone_of(member)) == (303, NEW)
