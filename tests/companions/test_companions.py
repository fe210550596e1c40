"""The people a member keeps: what is asked, what stays of a number, who may come along."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from palace import clock
from palace.audit.acts import ACTS
from palace.companions import services
from palace.companions.errors import KeptBefore, TooManyKept, TooManyMinors, TooManyPeople
from palace.companions.models import Companion
from palace.companions.queries import companions_of, has_companions
from palace.companions.rules import Relation, check_company
from palace.companions.services import Introduced
from palace.db import db
from palace.errors import NotFound
from palace.identities.errors import DocumentNeeded, IdentityTaken
from palace.identities.rules import Declared, Document
from palace.members.models import AuditLine, Member
from palace.programme.rules import IdentityPolicy
from palace.tickets import services as tickets
from palace.tickets.models import Order
from palace.tickets.rules import OrderState
from tests.factory import Factory
from tests.identities.test_rules import card
from tests.tickets.conftest import Booker, booker
from tests.tickets.test_entrants import adult, asks, entrants

__all__ = ["booker"]
JSON = {"Accept": "application/json"}
PEOPLE = "/mine/people"


def somebody(serial: str = "301", name: str = "李桂兰", **more: object) -> Introduced:
    """Return a grown-up with an identity card."""
    declared = Declared(name=name, document=Document.ID_CARD, number=card("19700305", serial))
    person = Introduced(name=name, relation=Relation.SPOUSE, born_on=None, declared=declared)
    return replace(person, **more)  # type: ignore[arg-type]  # a test's names


def child(serial: str = "401", name: str = "张小宝") -> Introduced:
    """Return a child of about nine with an identity card, whose guardian consents."""
    born = f"{clock.now().year - 9}0101"
    declared = Declared(name=name, document=Document.ID_CARD, number=card(born, serial))
    return Introduced(
        name=name, relation=Relation.CHILD, born_on=None, declared=declared, by_guardian=True
    )


def kept(make: Factory, member: Member, *people: Introduced) -> list[Companion]:
    """Keep people for a member."""
    make.site()
    return [services.keep(member, one, clock.now()) for one in people]


def fields(**more: str) -> dict[str, str]:
    """Return what the form sends of a child."""
    number = card(f"{clock.now().year - 9}0101", "401")
    typed = {"name": "张小宝", "relation": "child", "document": "id_card", "number": number}
    return typed | {"guardian": "1", "consent": "1"} | more


@pytest.fixture
def mine(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return a member's browser."""
    make.site()
    make.sign_in(client, make.member(phone="13700137001"))
    make.commit()
    return client


def test_a_kept_child_is_on_the_page_and_their_number_nowhere(mine: FlaskClient) -> None:
    typed = fields()
    page = mine.post(PEOPLE, data=typed, follow_redirects=True).text
    assert "张小宝" in page
    assert f"尾号{typed['number'][-4:]}" in page
    assert typed["number"] not in page
    row = db.session.scalars(select(Companion)).one()
    assert (row.last_four, row.by_guardian) == (typed["number"][-4:], True)
    assert typed["number"] not in str(
        db.session.execute(text("SELECT row_to_json(c)::text FROM companions c")).scalar_one()
    )
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "companion_kept")).one()
    assert line.act in ACTS
    assert "张小宝" not in f"{line.before}{line.after}{line.why}"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "7"}, "请填写真实姓名"),
        ({"relation": ""}, "请选择是您的什么人"),
        ({"number": "123"}, "位数或写法不对"),
        ({"consent": ""}, "存证件要先勾选同意"),
        ({"guardian": ""}, "要监护人勾选同意"),
        ({"number": ""}, "请填孩子的生日"),
        ({"number": "", "born": "2016-13-01"}, "请填孩子的生日"),
    ],
)
def test_a_refused_form_says_why_and_keeps_all_but_the_number(
    mine: FlaskClient, typed: dict[str, str], sentence: str
) -> None:
    sent = fields(**typed)
    answer = mine.post(PEOPLE, data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{sent["name"]}"' in answer.text
    assert not re.search(r'name="number"[^>]*value=', answer.text)
    assert db.session.scalars(select(Companion)).all() == []


def test_a_child_without_a_document_needs_only_a_birthday(mine: FlaskClient) -> None:
    born = f"{clock.now().year - 5}-03-02"
    answer = mine.post(PEOPLE, json=fields(number="", born=born), headers=JSON)
    assert answer.status_code == 201
    [one] = answer.get_json()["people"]
    assert (one["minor"], one["document"], one["end"]) == (True, None, None)


def test_a_grown_up_s_birthday_is_not_kept(make: Factory) -> None:
    [one] = kept(make, make.member(), somebody())
    assert one.born_on is None


def test_the_list_is_full_at_the_house_s_number_and_oneself_is_beside_it(make: Factory) -> None:
    make.rules().companions_kept = 1
    member = make.member()
    kept(make, member, somebody("301"))
    with pytest.raises(TooManyKept):
        kept(make, member, somebody("302"))
    kept(make, member, somebody("303", relation=Relation.SELF))
    assert [one.relation for one in companions_of(member.id)] == [Relation.SELF, Relation.SPOUSE]


def test_one_document_and_oneself_are_kept_once(make: Factory) -> None:
    member = make.member()
    kept(make, member, somebody("301"), somebody("302", relation=Relation.SELF))
    for again in (somebody("301"), somebody("303", relation=Relation.SELF)):
        with pytest.raises(KeptBefore):
            kept(make, member, again)
    kept(make, make.member(), somebody("301"))  # another member may bring the same person


def test_somebody_else_s_companion_can_be_neither_removed_nor_named(
    make: Factory, app: Flask
) -> None:
    [foreign] = kept(make, make.member(), somebody())
    member = make.member()
    with pytest.raises(NotFound):
        services.remove(member, foreign.id)
    services.remove(db.session.get_one(Member, foreign.member_id), foreign.id)
    assert companions_of(foreign.member_id) == []


def confirmed(client: FlaskClient, order: Order, **typed: object) -> tuple[int, Order]:
    """Confirm an order by the form; return the status and the order as it stands."""
    answer = client.post(f"/orders/{order.code}/confirm", data={"consent": "1"} | typed)
    db.session.expire_all()
    return answer.status_code, order


def test_two_kept_people_are_named_by_two_taps(
    make: Factory, client: FlaskClient, booker: Booker
) -> None:
    member, show = make.member(), asks(make)
    one, two = kept(make, member, somebody(), child())
    order = booker.hold(member, show, count=2)
    make.sign_in(client, member)
    page = client.get(f"/orders/{order.code}").text
    assert "点一下来的人" in page
    status, order = confirmed(client, order, person=[one.id, two.id], name=["张建华", ""])
    assert (status, order.state) == (303, OrderState.SETTLED)
    assert [(row.name, row.by_guardian) for row in entrants(order)] == [
        ("李桂兰", False),
        ("张小宝", True),
    ]


def test_one_kept_and_one_typed(make: Factory, client: FlaskClient, booker: Booker) -> None:
    member, show = make.member(), asks(make)
    [one] = kept(make, member, somebody())
    order = booker.hold(member, show, count=2)
    make.sign_in(client, member)
    wrong = {"person": [one.id], "name": ["", "王强"], "document": ["id_card"] * 2}
    status, order = confirmed(client, order, **wrong, number=["", ""])
    assert (status, order.state) == (422, OrderState.HELD)
    number = card("19800101", "501")
    status, order = confirmed(client, order, **wrong, number=["", number])
    assert (status, [row.name for row in entrants(order)]) == (303, ["李桂兰", "王强"])


def test_a_foreign_companion_cannot_come(
    make: Factory, client: FlaskClient, booker: Booker
) -> None:
    member, show = make.member(), asks(make)
    [foreign] = kept(make, make.member(), somebody())
    order = booker.hold(member, show, count=1)
    make.sign_in(client, member)
    assert confirmed(client, order, person=[foreign.id])[0] == 404
    assert confirmed(client, order, person=["x"])[0] == 404


def test_a_kept_document_and_the_same_one_typed_have_one_ticket(
    make: Factory, booker: Booker
) -> None:
    member, show = make.member(), asks(make)
    [one] = kept(make, member, somebody("301"))
    tickets.confirm(member, booker.hold(member, show, count=1).code, [one])
    other, declared = make.member(), somebody("301").declared
    assert declared
    with pytest.raises(IdentityTaken):
        tickets.confirm(other, booker.hold(other, show, count=1).code, [declared])


def test_a_show_of_an_older_key_asks_for_the_number_again(
    make: Factory, client: FlaskClient, booker: Booker
) -> None:
    member, show = make.member(), asks(make)
    order = booker.hold(member, show, count=1)
    [one] = kept(make, member, somebody())
    one.key_id = "another"
    db.session.flush()
    assert has_companions("another")
    make.sign_in(client, member)
    assert "这一场要重填证件" in client.get(f"/orders/{order.code}").text
    with pytest.raises(DocumentNeeded):
        tickets.confirm(member, order.code, [one])


def test_the_house_limits_people_and_minors_of_an_order(make: Factory, booker: Booker) -> None:
    make.rules().minors_per_order = 1
    member, show = make.member(), asks(make)
    two = kept(make, member, child("401"), child("402", "张小贝"))
    order = booker.hold(member, show, count=2)
    with pytest.raises(TooManyMinors):
        tickets.confirm(member, order.code, two)
    make.rules().minors_per_order, make.rules().people_per_order = 2, 1
    with pytest.raises(TooManyPeople):
        tickets.confirm(member, order.code, two)
    make.rules().people_per_order = 2
    tickets.confirm(member, order.code, two)
    assert len(entrants(order)) == 2


def test_exactly_the_limits_may_come() -> None:
    today = date(2026, 11, 28)
    minor, grown = today - timedelta(days=3000), None
    check_company([minor] * 3 + [grown] * 2, (5, 3, 18), today)
    with pytest.raises(TooManyMinors):
        check_company([minor] * 4, (5, 3, 18), today)


def test_the_buyer_is_named_by_one_tap(make: Factory, client: FlaskClient, booker: Booker) -> None:
    member, show = make.member(), asks(make, IdentityPolicy.BUYER, one=False)
    own, spouse = kept(make, member, somebody("302", relation=Relation.SELF), somebody("301"))
    order = booker.hold(member, show, count=2)
    make.sign_in(client, member)
    page = client.get(f"/orders/{order.code}").text
    assert f'value="{own.id}"' in page
    assert f'name="person" value="{spouse.id}"' not in page
    status, order = confirmed(client, order, person=[own.id], name=["张建华"])
    assert (status, len(entrants(order))) == (303, 2)


def test_typed_people_are_as_before(make: Factory, booker: Booker) -> None:
    member, show = make.member(), asks(make)
    order = booker.hold(member, show, count=1)
    tickets.confirm(member, order.code, [adult()])
    assert len(entrants(order)) == 1


def test_what_was_kept_by_a_word_goes_when_the_word_is_taken_back(
    make: Factory, mine: FlaskClient
) -> None:
    member = db.session.scalars(select(Member)).one()
    for one in (child(), somebody()):
        services.keep(member, one, clock.now())
    make.commit()
    given = [one["purpose"] for one in mine.get("/mine/data", headers=JSON).get_json()["consents"]]
    assert sorted(given) == ["guardian", "identity"]

    assert mine.post("/mine/consents/identity/withdraw").status_code == 303
    db.session.expire_all()
    told = [(one.name, one.document, one.identity_hash) for one in companions_of(member.id)]
    assert told == [("张小宝", None, None), ("李桂兰", None, None)]

    assert mine.post("/mine/consents/guardian/withdraw").status_code == 303
    db.session.expire_all()
    assert [one.name for one in companions_of(member.id)] == ["李桂兰"]


def test_only_the_guardian_of_a_small_child_is_one(make: Factory) -> None:
    [kept_one] = kept(make, make.member(), somebody(by_guardian=True))
    assert not kept_one.by_guardian
