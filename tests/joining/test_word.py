"""The unit's word on somebody who applied: whom it takes for whom, and what nobody learns by it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.joining import services
from palace.joining.errors import (
    ApplicationClosed,
    CardNeeded,
    CardTaken,
    MemberAlready,
    NameMissing,
)
from palace.joining.models import Application
from palace.joining.rules import Verdict
from palace.members.models import AuditLine, Member, RosterEntry, Unit
from palace.members.rules import Standing
from palace.members.services import destroy_key
from palace.members.units import RosterStatus
from palace.notices.models import Notice
from palace.unions import queries as unions
from tests.factory import Factory
from tests.members.browser import page_of


def listed(make: Factory, name: str, unit: Unit) -> RosterEntry:
    """Return somebody on a unit's roster who has no account."""
    entry = make.roster_entry(name)
    entry.unit_id = unit.id
    db.session.flush()
    return entry


def test_the_unit_s_word_makes_a_member_at_once(make: Factory, firms: list[Unit]) -> None:
    member = make.member(name="赵六", valid=False)
    application = services.apply(member, firms[0].id)

    services.confirm(application.id, "staff:1", card_number="TY00099")

    db.session.refresh(member)
    assert member.standing(clock.palace_day(clock.now())) is Standing.VALID
    assert member.roster_entry is not None
    assert (member.roster_entry.card_number, member.roster_entry.unit_id) == (
        "TY00099",
        firms[0].id,
    )
    told = db.session.scalars(select(Notice).where(Notice.kind == "unit_confirmed")).one()
    assert told.receiver == f"member:{member.id}"
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "unit_confirmed")).one()
    assert "赵六" not in str((line.before, line.after))


def test_the_entry_of_the_name_is_taken_when_there_is_just_one(
    make: Factory, firms: list[Unit]
) -> None:
    entry = listed(make, "赵六", firms[0])
    member = make.member(name="赵六", valid=False, phone=entry.phone)
    services.confirm(services.apply(member, firms[0].id).id, "staff:1")
    assert member.roster_entry_id == entry.id


def test_an_entry_without_a_phone_is_told_by_the_name(make: Factory, firms: list[Unit]) -> None:
    entry = listed(make, "赵六", firms[0])
    entry.phone = None
    member = make.member(name="赵六", valid=False)
    services.confirm(services.apply(member, firms[0].id).id, "staff:1")
    assert member.roster_entry_id == entry.id


def test_two_of_a_name_are_told_apart_by_the_phone(make: Factory, firms: list[Unit]) -> None:
    entries = [listed(make, "赵六", firms[0]) for _ in range(2)]
    member = make.member(name="赵六", valid=False, phone=entries[1].phone)
    services.confirm(services.apply(member, firms[0].id).id, "staff:1")
    assert member.roster_entry_id == entries[1].id


def test_the_entry_of_the_name_with_another_phone_needs_the_card(
    make: Factory, firms: list[Unit]
) -> None:
    entry = listed(make, "赵小六", firms[0])
    member = make.member(name="赵小六", valid=False)
    application = services.apply(member, firms[0].id)
    with pytest.raises(CardNeeded) as refused:
        services.confirm(application.id, "staff:1")
    assert refused.value.values == {"name": "赵*六", "digits": (entry.phone or "")[-4:]}
    assert (application.verdict, member.roster_entry_id) == (None, None)
    services.confirm(application.id, "staff:1", card_number=entry.card_number)
    assert member.roster_entry_id == entry.id


def test_nobody_without_a_name_becomes_an_entry(make: Factory, firms: list[Unit]) -> None:
    member = make.member(name="", valid=False)
    application = services.apply(member, firms[0].id)
    for card in ("", "TY00099"):
        with pytest.raises(NameMissing):
            services.confirm(application.id, "staff:1", card_number=card)
    assert db.session.scalars(select(RosterEntry).where(RosterEntry.name == "")).all() == []
    assert application.verdict is None


def test_who_is_asked_for_a_name_is_told_once_and_where_to_give_it(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member(name="", valid=False)
    application = services.apply(member, firms[0].id)
    assert services.ask_name(application)
    assert not services.ask_name(application)
    told = db.session.scalars(select(Notice).where(Notice.kind == "unit_asks_name")).one()
    assert told.receiver == f"member:{member.id}"
    make.sign_in(client, member)
    assert "您还没有填姓名" in page_of(client.get("/join/done"))
    page = page_of(client.get("/mine"))
    assert 'id="my-name" open' in page
    assert client.post("/mine/name", data={"name": "赵六"}).status_code == 303
    assert "您还没有填姓名" not in page_of(client.get("/mine"))
    assert services.confirm(application.id, "staff:1").member.roster_entry


def test_two_of_a_name_are_told_apart_by_the_card(make: Factory, firms: list[Unit]) -> None:
    entries = [listed(make, "赵六", firms[0]) for _ in range(2)]
    member = make.member(name="赵六", valid=False)
    application = services.apply(member, firms[0].id)
    services.confirm(application.id, "staff:1", card_number=entries[1].card_number)
    assert member.roster_entry_id == entries[1].id


def test_a_unit_does_not_learn_that_another_lists_the_card(
    make: Factory, firms: list[Unit]
) -> None:
    other = listed(make, "钱七", firms[1])
    member = make.member(name="赵六", valid=False)
    application = services.apply(member, firms[0].id)

    services.confirm(application.id, "staff:1", card_number=other.card_number)

    assert member.roster_entry
    assert (member.roster_entry.unit_id, member.roster_entry.name) == (firms[0].id, "赵六")
    assert (other.unit_id, other.name) == (firms[1].id, "钱七")


def test_a_card_of_somebody_else_in_the_own_unit_is_refused(
    make: Factory, firms: list[Unit]
) -> None:
    other = listed(make, "钱七", firms[0])
    member = make.member(name="赵六", valid=False)
    application = services.apply(member, firms[0].id)
    with pytest.raises(CardTaken):
        services.confirm(application.id, "staff:1", card_number=other.card_number)
    assert member.roster_entry_id is None


def test_no_card_stands_in_the_way_of_the_number_of_who_has_none(
    make: Factory, firms: list[Unit]
) -> None:
    application = services.apply(make.member(name="赵六", valid=False), firms[0].id)
    entry = listed(make, "钱七", firms[0])
    entry.card_number = f"A{application.id}"
    make.add(entry)
    assert services.confirm(application.id, "staff:1").verdict is Verdict.CONFIRMED


def test_who_is_refused_hears_why_and_may_apply_elsewhere(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member(valid=False)
    make.sign_in(client, member)
    services.refuse(services.apply(member, firms[0].id).id, "staff:1", "本单位没有这个人")
    page = client.get("/join/done").get_data(as_text=True)
    assert "没有核对上" in page
    assert "本单位没有这个人" in page
    assert services.apply(member, firms[1].id).verdict is None


def test_the_audit_keeps_why_only_as_long_as_the_person_wants(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member(valid=False)
    services.refuse(services.apply(member, firms[0].id).id, "staff:1", "他叔叔才是本单位的")
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "unit_refused")).one()
    assert line.personal_of == member.id
    assert "叔叔" not in str((line.why, line.before, line.after))
    make.sign_in(client, make.staff())
    assert "原因: 他叔叔才是本单位的" in page_of(client.get("/staff/audit"))
    destroy_key(member.id, clock.now())
    assert "他叔叔" not in page_of(client.get("/staff/audit"))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_decision_is_given_once(make: Factory, firms: list[Unit], verdict: Verdict) -> None:
    application = services.apply(make.member(valid=False), firms[0].id)
    if verdict is Verdict.CONFIRMED:
        services.confirm(application.id, "staff:1")
    else:
        services.refuse(application.id, "staff:1", "")
    with pytest.raises(ApplicationClosed):
        services.confirm(application.id, "staff:2")
    with pytest.raises(ApplicationClosed):
        services.refuse(application.id, "staff:2", "")
    assert db.session.get_one(Application, application.id).decided_by == "staff:1"


def test_without_a_card_number_the_entry_gets_one_of_ours(make: Factory, firms: list[Unit]) -> None:
    member = make.member(name="孙八", valid=False)
    application = services.apply(member, firms[0].id)
    services.confirm(application.id, "staff:1")
    entry = db.session.get_one(RosterEntry, member.roster_entry_id)
    assert entry.card_number == f"A/{application.id}"


@pytest.fixture
def leaver(make: Factory) -> Member:
    """Return whom the roster of their unit says to have left."""
    member = make.member("赵六")
    assert member.roster_entry
    member.roster_entry.status = RosterStatus.LEFT
    db.session.flush()
    return member


def test_who_left_may_say_another_unit_and_is_its_own_by_its_word(
    make: Factory, client: FlaskClient, firms: list[Unit], leaver: Member
) -> None:
    before = leaver.roster_entry
    make.sign_in(client, leaver)
    assert "换一个单位" in page_of(client.get("/join/done"))
    assert client.post("/join/unit", data={"unit": firms[0].id}).status_code == 303
    assert "单位核对中" in page_of(client.get("/join/done"))
    [waits] = unions.waiting(firms[0].id)

    services.confirm(waits.id, "staff:1")

    assert leaver.roster_entry is not before
    assert leaver.unit_id == firms[0].id
    assert leaver.standing(clock.palace_day(clock.now())) is Standing.VALID
    assert before
    assert before.status is RosterStatus.LEFT


def test_who_comes_back_to_the_unit_they_left_has_their_own_entry_again(
    leaver: Member,
) -> None:
    before = leaver.roster_entry
    assert before
    services.confirm(services.apply(leaver, before.unit_id).id, "staff:1")
    assert leaver.roster_entry is before
    assert (before.status, before.left_on) == (RosterStatus.ACTIVE, None)
    with pytest.raises(MemberAlready):
        services.apply(leaver, before.unit_id)
