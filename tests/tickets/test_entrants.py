"""Shows that ask who comes: consent, children, one document one ticket, and no number kept anywhere."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from palace import clock, retention
from palace.db import db
from palace.identities.errors import EntrantsNeeded, IdentityTaken
from palace.identities.rules import Declared, Document
from palace.identities.services import PURPOSE
from palace.members.models import Member
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy
from palace.security import PURPOSES, Key, keys
from palace.tickets import queries, services
from palace.tickets.models import Entrant, Order
from palace.tickets.rules import OrderState
from tests.door.conftest import ring
from tests.factory import Factory
from tests.identities.test_rules import card
from tests.tickets.conftest import Booker

EVERY, BUYER = IdentityPolicy.EVERY_ENTRANT, IdentityPolicy.BUYER
JSON = {"Accept": "application/json"}


def asks(
    make: Factory, policy: IdentityPolicy = EVERY, *, one: bool = True, seats: int = 6
) -> Performance:
    """Return a performance that asks who comes."""
    performance = make.performance(seats=seats, prices={"free": 0, "member": 3000})
    performance.identity_policy, performance.one_per_identity = policy, one
    db.session.flush()
    return performance


def adult(serial: str = "001", name: str = "张建华") -> Declared:
    """Return a grown-up with a card of their own."""
    return Declared(name=name, document=Document.ID_CARD, number=card("19680412", serial))


def entrants(order: Order) -> list[Entrant]:
    """Return who comes in by an order."""
    wanted = select(Entrant).where(Entrant.order_id == order.id).order_by(Entrant.id)
    return list(db.session.scalars(wanted))


def fields(*people: Declared) -> dict[str, object]:
    """Return what the order's form sends."""
    return {
        "name": [one.name for one in people],
        "document": [one.document.value for one in people],
        "number": [one.number for one in people],
        "consent": "1",
    }


def test_each_seat_gets_its_entrant_in_plan_order(make: Factory, booker: Booker) -> None:
    member, show = make.member(), asks(make)
    order = booker.hold(member, show, "ST-01-02", "ST-01-01")
    services.confirm(member, order.code, [adult("001", "甲乙"), adult("002", "丙丁")])
    assert order.state is OrderState.SETTLED
    named = {
        ticket.seat.code: queries.entrant_of(ticket) for ticket in order.tickets if ticket.seat
    }
    assert {code: one.name for code, one in named.items() if one} == {
        "ST-01-01": "甲乙",
        "ST-01-02": "丙丁",
    }


def test_nobody_named_too_few_and_too_many_are_refused(make: Factory, booker: Booker) -> None:
    member, show = make.member(), asks(make)
    order = booker.hold(member, show, count=2)
    for people in ([], [adult()], [adult("001"), adult("002"), adult("003")]):
        with pytest.raises(EntrantsNeeded):
            services.confirm(member, order.code, people)
    assert order.state is OrderState.HELD


def test_a_number_that_is_none_is_refused_also_past_the_form(make: Factory, booker: Booker) -> None:
    member, show = make.member(), asks(make)
    order = booker.hold(member, show, count=1)
    wrong = Declared(name="张建华", document=Document.ID_CARD, number="110105194912310021")
    with pytest.raises(EntrantsNeeded):
        services.confirm(member, order.code, [wrong])


def test_the_buyer_stands_for_all_seats_where_only_the_buyer_is_asked(
    make: Factory, booker: Booker
) -> None:
    member, show = make.member(), asks(make, BUYER, one=False)
    order = booker.hold(member, show, count=2)
    services.confirm(member, order.code, [adult()])
    assert len(order.tickets) == len(entrants(order)) == 2


def test_one_document_has_one_ticket_whoever_books(make: Factory, booker: Booker) -> None:
    show = asks(make)
    first, second = make.member(), make.member()
    services.confirm(first, booker.hold(first, show, count=1).code, [adult()])
    late = booker.hold(second, show, count=1)
    with pytest.raises(IdentityTaken):
        services.confirm(second, late.code, [adult()])


def test_one_document_twice_in_an_order_is_refused(make: Factory, booker: Booker) -> None:
    member = make.member()
    for one in (True, False):
        order = booker.hold(member, asks(make, one=one), count=2)
        with pytest.raises(IdentityTaken), db.session.begin_nested():
            services.confirm(member, order.code, [adult(), adult()])


def test_another_show_another_ticket(make: Factory, booker: Booker) -> None:
    member = make.member()
    for show in (asks(make), asks(make)):
        services.confirm(member, booker.hold(member, show, count=1).code, [adult()])


def test_who_gives_the_ticket_back_may_book_again(make: Factory, booker: Booker) -> None:
    member, show = make.member(), asks(make)
    for _ in range(2):
        order = booker.hold(member, show, count=1)
        services.confirm(member, order.code, [adult()])
        services.give_back(member, order.tickets[0].code)


def test_an_unpaid_order_gives_the_document_free_when_it_lapses(
    make: Factory, booker: Booker
) -> None:
    member, other, show = make.member(), make.member(), asks(make)
    order = booker.hold(member, show, "ST-01-01:member")
    services.confirm(member, order.code, [adult()])
    assert order.state is OrderState.AWAITING_PAYMENT
    late = booker.hold(other, show, count=1)
    with pytest.raises(IdentityTaken), db.session.begin_nested():
        services.confirm(other, late.code, [adult()])
    services.cancel(member, order.code)
    services.confirm(other, late.code, [adult()])
    assert late.state is OrderState.SETTLED


def test_a_child_needs_a_guardian_s_word(make: Factory, booker: Booker) -> None:
    member, show = make.member(), asks(make)
    born = f"{clock.now().year - 9}0101"
    child = Declared(name="小明", document=Document.ID_CARD, number=card(born))
    order = booker.hold(member, show, count=1)
    with pytest.raises(EntrantsNeeded):
        services.confirm(member, order.code, [child])
    services.confirm(member, order.code, [child], guardian=True)
    assert [one.by_guardian for one in entrants(order)] == [True]


def test_holding_and_confirming_in_one_stops_at_the_question(
    make: Factory, client: FlaskClient
) -> None:
    member, show = make.member(), asks(make)
    make.sign_in(client, member)
    form = {"count": 1, "tier": "free", "confirm": True, "key": "one-request"}
    held = client.post(f"/performances/{show.id}/hold", json=form, headers=JSON)
    assert (held.status_code, held.get_json()["state"]) == (201, "held")
    told = client.post(
        f"/orders/{held.get_json()['order']}/confirm", json=fields(adult()), headers=JSON
    )
    assert told.get_json()["state"] == "settled"


@pytest.fixture
def held(make: Factory, client: FlaskClient, booker: Booker) -> tuple[Member, Order]:
    """Return a signed-in member with a hold of two seats that asks who comes."""
    member = make.member()
    make.sign_in(client, member)
    return member, booker.hold(member, asks(make), count=2)


def test_a_refused_page_keeps_names_and_documents_and_never_shows_a_number(
    client: FlaskClient, held: tuple[Member, Order]
) -> None:
    wrong = Declared(name="丙丁", document=Document.PASSPORT, number="E1")
    answered = client.post(
        f"/orders/{held[1].code}/confirm", data=fields(adult("001", "甲乙"), wrong)
    )
    page = answered.get_data(as_text=True)
    assert answered.status_code == 422
    assert 'value="甲乙"' in page
    assert 'value="passport" selected' in page
    assert adult().number not in page
    assert adult().number[-4:] in page
    assert "位数或写法不对" in page


@pytest.mark.parametrize("missing", ["consent", "name", "number"])
def test_consent_name_and_number_are_asked_for(
    client: FlaskClient, held: tuple[Member, Order], missing: str
) -> None:
    sent = fields(adult("001"), adult("002")) | {missing: ""}
    answered = client.post(f"/orders/{held[1].code}/confirm", data=sent)
    assert answered.status_code == 422
    assert held[1].state is OrderState.HELD


def test_the_ticket_says_who_masked_and_the_last_four(
    client: FlaskClient, held: tuple[Member, Order]
) -> None:
    client.post(
        f"/orders/{held[1].code}/confirm", data=fields(adult("001"), adult("002", "李志强"))
    )
    page = client.get(f"/tickets/{held[1].tickets[0].code}").get_data(as_text=True)
    assert f"张*华，证件尾号{adult().number[-4:]}" in page


def test_whole_numbers_are_in_no_table_log_page_or_address(
    make: Factory, client: FlaskClient, held: tuple[Member, Order], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = adult("777").number
    order = held[1]
    confirm = f"/orders/{order.code}/confirm"
    pages = [
        client.post(confirm, data=fields(adult("777"))),
        client.post(confirm, data=fields(adult("777", "X"), adult("778"))),
        client.post(confirm, data=fields(adult("777"), adult("778")), headers=JSON),
        client.post("/mine/name", data={"name": secret}),
        client.get(f"/tickets/{order.tickets[0].code}") if order.tickets else client.get("/mine"),
    ]
    db.session.flush()
    assert entrants(order)
    assert not any(secret in page.get_data(as_text=True) for page in pages[:3])
    assert secret not in caplog.text
    assert tables_with(secret) == []


def tables_with(secret: str) -> list[str]:
    """Return the tables in which a text stands, whatever the column's type."""
    names = db.session.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ).all()
    return [
        name
        for name in names
        if db.session.scalar(
            text(f"SELECT count(*) FROM {name} AS one WHERE one::text LIKE :wanted"),  # noqa: S608 - our own
            {"wanted": f"%{secret}%"},
        )
    ]


def test_a_table_that_had_a_number_would_be_found(make: Factory) -> None:
    make.member(name="11010519491231002X")
    assert set(tables_with("11010519491231002X")) == {"roster_entries", "members"}


def test_a_key_that_is_rotated_during_a_sale_opens_no_second_ticket(
    make: Factory, booker: Booker
) -> None:
    show, first, second = asks(make), make.member(), make.member()
    services.confirm(first, booker.hold(first, show, count=1).code, [adult()])
    late = booker.hold(second, show, count=1)
    old = keys().active(PURPOSE)
    retired, fresh = replace(old, retired_at=clock.now()), Key("beef", PURPOSE, b"n" * 32)
    others = [key for name in PURPOSES if name != PURPOSE for key in keys().all(name)]
    with ring(*others, retired, fresh), pytest.raises(IdentityTaken):
        services.confirm(second, late.code, [adult()])


@pytest.mark.parametrize(("late", "left"), [(timedelta(), 0), (timedelta(microseconds=-1), 1)])
def test_entrants_are_forgotten_so_many_days_after_the_show(
    make: Factory, booker: Booker, late: timedelta, left: int
) -> None:
    member, show, rules = make.member(), asks(make), make.rules()
    order = booker.hold(member, show, count=1)
    services.confirm(member, order.code, [adult()])
    retention.tidy(rules, show.ends_at + timedelta(days=rules.entrant_keep_days) + late)
    assert len(entrants(order)) == left
