"""A provider's page is open while somebody stands at the counter: the money is taken one way only."""

from __future__ import annotations

from datetime import timedelta

from palace import clock
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.states import AttemptState, Backend
from tests.factory import Factory
from tests.payments.conftest import Provider, Sale, provider, sale
from tests.payments.test_situations import opened
from tests.teaching import Teaching
from tests.till.conftest import Till

__all__ = ["provider", "sale"]


def test_the_page_is_closed_before_cash_is_taken(
    till: Till, sale: Sale, provider: Provider
) -> None:
    opened(sale)
    till.begin()
    assert till.take(sale.payment).status_code == 303
    assert provider.pages[sale.reference].state is AttemptState.CLOSED
    assert sale.tickets() == 1


def test_who_paid_there_meanwhile_pays_no_cash(till: Till, sale: Sale, provider: Provider) -> None:
    opened(sale)
    till.begin()
    provider.pay(sale.reference, 3000)
    answer = till.take(sale.payment)
    assert (answer.status_code, "不会再收一次" in answer.text) == (409, True)
    assert [one.backend for one in sale.payment.movements] == [Backend.STRIPE]


def test_while_nobody_knows_no_cash_is_taken(till: Till, sale: Sale, provider: Provider) -> None:
    opened(sale)
    till.begin()
    provider.away = True
    answer = till.take(sale.payment)
    assert (answer.status_code, "一时关不掉" in answer.text) == (409, True)
    assert sale.tickets() == 0


def test_a_place_in_a_class_is_found_by_its_code(
    make: Factory, till: Till, teaching: Teaching
) -> None:
    teaching.rules()
    one = teaching.enrolment(teaching.offering(3))
    asked = payments.ask(
        "courses",
        one.id,
        Fen(12000),
        site_id=one.offering.term.site_id,
        member_id=one.member_id,
        pay_by=clock.now() + timedelta(days=1),
    )
    make.commit()
    found = till.ask("/find", word=f" {one.code[:5]} {one.code[5:]} ")["payments"]
    assert [line["payment"] for line in found] == [asked.id]
