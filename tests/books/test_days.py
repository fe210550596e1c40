"""A day's match with provider, sales and cash: what differs is found once, settled with words, or goes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from palace import clock
from palace.books import services
from palace.books.errors import DayNotOver
from palace.books.models import Difference, ProviderLine
from palace.books.queries.matching import unequal_on
from palace.books.reading import moved, table
from palace.books.rules import read_amount
from palace.books.states import Source
from palace.clock import at, palace_day
from palace.courses.models import Enrolment
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.members.rules import Role
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Movement, Payment
from palace.payments.states import Backend, Direction, Method
from palace.tickets.models import Ticket
from palace.till.models import Shift
from palace.till.services.correcting import take_off
from tests.books.conftest import Paid
from tests.factory import Factory
from tests.teaching import Teaching


def yesterday() -> date:
    """Return the day that is matched."""
    return palace_day(clock.now()) - timedelta(days=1)


def noon() -> datetime:
    """Return an instant of it."""
    return at(yesterday(), datetime.min.time()) + timedelta(hours=12)


def found() -> list[tuple[Source, str, int, int]]:
    """Match yesterday; return what differs."""
    services.match_day(yesterday())
    rows = db.session.scalars(select(Difference).order_by(Difference.source, Difference.subject))
    return [(one.source, one.subject, one.ours, one.theirs) for one in rows]


@pytest.fixture
def sold(paid: Paid) -> Paid:
    """Return a seat that was booked and paid for yesterday, its money in no shift but by card."""
    db.session.execute(update(Payment).values(paid_at=noon()))
    db.session.execute(update(Movement).values(moved_at=noon()))
    db.session.execute(update(Ticket).values(issued_at=noon()))
    db.session.expire_all()
    return paid


def test_a_day_without_fault_has_no_difference(sold: Paid) -> None:
    assert sold.payment.paid_at == noon()
    assert found() == []


def test_today_is_not_matched(sold: Paid) -> None:
    assert sold.payment_id
    with pytest.raises(DayNotOver):
        services.match_day(palace_day(clock.now()))


def test_a_ticket_whose_money_never_came_is_found(sold: Paid) -> None:
    db.session.execute(update(Payment).values(paid_at=None))
    ticket = db.session.scalars(select(Ticket)).one()
    assert found() == [(Source.SALES, f"ticket:{ticket.id}", 3000, 0)]


def test_a_confirmed_place_whose_money_never_came_is_found(teaching: Teaching) -> None:
    place = teaching.enrolment(teaching.offering(member_fee=5000))
    db.session.execute(
        update(Enrolment).values(
            state=EnrolmentState.CONFIRMED, held_until=None, enrolled_at=noon()
        )
    )
    assert found() == [(Source.SALES, f"enrolment:{place.id}", 5000, 0)]


def test_other_money_than_was_asked_for_is_found(sold: Paid) -> None:
    db.session.execute(update(Movement).values(amount=2900))
    assert found() == [(Source.SALES, f"payment:{sold.payment_id}", 3000, 2900)]


def test_money_of_which_nothing_came_is_found(sold: Paid) -> None:
    db.session.execute(update(Payment).values(subject_id=987654))
    ticket = db.session.scalars(select(Ticket)).one()
    assert found() == [
        (Source.SALES, f"payment:{sold.payment_id}", 0, 3000),
        (Source.SALES, f"ticket:{ticket.id}", 3000, 0),
    ]


def test_what_went_back_is_no_difference(sold: Paid) -> None:
    refund = sold.owe()
    payments.pay_back(refund.id, method=Method.POS, by="staff:1", shift_id=None, now=clock.now())
    assert found() == []


class TestProvider:
    """What a provider says moved, against what moved here."""

    @pytest.fixture(autouse=True)
    def _online(self, sold: Paid) -> None:
        db.session.execute(
            update(Movement).values(backend=Backend.STRIPE, reference="pi_1", method=Method.ONLINE)
        )
        db.session.execute(update(Payment).values(backend=Backend.STRIPE))
        assert sold.payment_id

    def line(self, reference: str, amount: int, moved_at: datetime | None = None) -> None:
        """Let the provider say that something moved."""
        values = {"reference": reference, "amount": amount, "fee": 0}
        at_ = moved_at or noon()
        db.session.add(ProviderLine(backend=Backend.STRIPE, moved_at=at_, **values))
        db.session.flush()

    def test_without_its_file_nothing_is_said(self) -> None:
        assert found() == []

    def test_the_same_on_both_sides_is_no_difference(self) -> None:
        self.line("pi_1", 3000)
        assert found() == []

    def test_round_midnight_the_day_may_differ(self) -> None:
        self.line("pi_1", 3000, noon() + timedelta(hours=13))
        assert found() == []

    def test_other_amounts_and_missing_ones_are_found(self) -> None:
        self.line("pi_1", 2999)
        self.line("re_9", -500)
        assert found() == [
            (Source.PROVIDER, "provider:pi_1", 3000, 2999),
            (Source.PROVIDER, "provider:re_9", 0, -500),
        ]

    def test_what_the_provider_does_not_know_is_found_once_its_file_reached_the_day(self) -> None:
        self.line("pi_2", 100, noon() + timedelta(days=1))
        assert found() == [(Source.PROVIDER, "provider:pi_1", 3000, 0)]

    def test_its_file_is_brought_and_matched_at_once(self, finance: FlaskClient) -> None:
        when = noon().strftime("%Y-%m-%d %H:%M")
        lines = f"流水号,金额,手续费,时间\npi_1,29.50,0.3,{when}\n?,x,0,{when}\n"
        answer = finance.post(
            "/staff/books/provider",
            data={"lines": lines},
            headers={"Accept": "application/json"},
        )
        assert answer.json == {"new": 1, "wrong": [3], "differences": 1}
        page = finance.get("/staff/books/differences").text
        assert "支付平台流水 pi_1" in page
        again = finance.post("/staff/books/provider", data={"lines": lines}, follow_redirects=True)
        assert "导入了0笔" in again.text


class TestCash:
    """What a shift counted, against what its movements say."""

    def shift(self, make: Factory, counted: int) -> Shift:
        """Return a shift that began with ten yuan and took thirty in cash."""
        clerk = make.staff(Role.COUNTER)
        shift = Shift(
            site_id=make.site().id,
            staff_id=clerk.id,
            opened_at=noon() - timedelta(hours=4),
            begun_with=Fen(1000),
            closed_at=noon() + timedelta(hours=4),
            counted=Fen(counted),
            expected=4000,
            why="x",
        )
        make.add(shift)
        self.took(make, shift.id)
        return shift

    def took(self, make: Factory, shift_id: int | None) -> None:
        """Let thirty yuan be taken in cash."""
        make.add(
            Movement(
                site_id=make.site().id,
                direction=Direction.IN,
                method=Method.CASH,
                amount=Fen(3000),
                backend=Backend.COUNTER,
                moved_at=noon(),
                by="staff:7",
                shift_id=shift_id,
            )
        )

    def set_right(self, make: Factory, movement: Movement) -> None:
        """Let somebody say today that it was by card."""
        off = take_off(movement, why="按错了", by="staff:8", shift_id=None, now=clock.now())
        assert off.original_id == movement.id
        make.commit()

    def test_what_was_handed_over_as_it_should_be(self, make: Factory) -> None:
        self.shift(make, 4000)
        assert found() == []

    def test_a_fen_less_is_found(self, make: Factory) -> None:
        shift = self.shift(make, 3999)
        assert found() == [(Source.CASH, f"shift:{shift.id}", 4000, 3999)]

    def test_what_is_set_right_after_counting_is_of_its_drawer(self, make: Factory) -> None:
        shift = self.shift(make, 1000)
        assert found() == [(Source.CASH, f"shift:{shift.id}", 4000, 1000)]
        wrong = db.session.scalars(select(Movement).where(Movement.shift_id == shift.id)).one()
        self.set_right(make, wrong)
        assert found() == []
        assert not [one for one in unequal_on(palace_day(clock.now())) if one.source is Source.CASH]

    def test_however_late_its_day_is_matched_again(self, make: Factory) -> None:
        shift = self.shift(make, 4000)
        before = timedelta(days=9)
        for column in ("opened_at", "closed_at"):
            setattr(shift, column, getattr(shift, column) - before)
        wrong = db.session.scalars(select(Movement).where(Movement.shift_id == shift.id)).one()
        wrong.moved_at -= before
        make.commit()
        assert services.match_due() == 0
        self.set_right(make, wrong)
        assert services.match_due() == 1
        one = db.session.scalars(select(Difference)).one()
        assert (one.day, one.ours, one.theirs) == (yesterday() - before, 1000, 4000)

    def test_its_page_leads_to_the_shift(self, make: Factory, finance: FlaskClient) -> None:
        shift = self.shift(make, 3999)
        assert found()
        make.commit()
        one = db.session.scalars(select(Difference)).one()
        page = finance.get(f"/staff/books/differences/{one.id}").text
        assert f'href="/staff/till/shifts/{shift.id}"' in page
        assert finance.get(f"/staff/till/shifts/{shift.id}").status_code == 200

    def test_cash_outside_of_shifts_is_found(self, make: Factory) -> None:
        self.took(make, None)
        assert found() == [(Source.CASH, "clerk:staff:7", 3000, 0)]


def test_a_difference_is_found_once_and_goes_when_it_is_gone(sold: Paid) -> None:
    db.session.execute(update(Movement).values(amount=2900))
    assert found() == found()
    db.session.execute(update(Movement).values(amount=2800))
    assert found() == [(Source.SALES, f"payment:{sold.payment_id}", 3000, 2800)]
    db.session.execute(update(Movement).values(amount=3000))
    assert found() == []


def test_what_somebody_settled_stays_with_its_words(sold: Paid, finance: FlaskClient) -> None:
    db.session.execute(update(Movement).values(amount=2900))
    services.match_due()
    one = db.session.scalars(select(Difference)).one()
    address = f"/staff/books/differences/{one.id}"
    assert "1处差异没有处理" in finance.get("/staff/books").text
    assert finance.post(f"{address}/settle", data={"why": ""}).status_code == 422
    assert finance.post(f"{address}/settle", data={"why": "少收1元，已补"}).status_code == 303
    finance.post(f"{address}/settle", data={"why": "另一个说法"})
    db.session.execute(update(Movement).values(amount=3000))
    assert len(found()) == 1
    assert "少收1元，已补" in finance.get(address).text
    assert "没有等着办的事" in finance.get("/staff/books").text
    assert sold.payment_id


def test_a_day_is_matched_by_hand(sold: Paid, finance: FlaskClient) -> None:
    db.session.execute(update(Movement).values(amount=2900))
    day = yesterday().isoformat()
    answer = finance.post("/staff/books/match", data={"day": day}, follow_redirects=True)
    assert "对过了，有1处差异" in answer.text
    for wrong in ("", "x", palace_day(clock.now()).isoformat()):
        said = finance.post("/staff/books/match", data={"day": wrong}, follow_redirects=True).text
        assert "请填日期" in said or "还没有过完" in said
    assert sold.payment_id


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("30", 3000),
        ("-0.5", -50),
        ("1,234.56", 123456),
        ("12.340", 1234),
        ("x", None),
        ("1.234", None),
    ],
)
def test_amounts_are_read_as_providers_write_them(typed: str, fen: int | None) -> None:
    assert read_amount(typed) == fen


def test_times_are_the_palaces_unless_the_column_says_utc() -> None:
    here, _ = moved(table(None, "流水号,金额,时间\na,1,2026-11-28 08:00"))
    there, _ = moved(table(None, "source_id,gross,created_utc\na,1,2026-11-28 00:00:00"))
    assert here[0].moved_at == there[0].moved_at
