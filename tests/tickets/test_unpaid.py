"""Seats kept for who pays on arrival: so many each, so much of the hall; who wants more pays at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from palace.members.models import Member
from palace.money import Fen
from palace.packages import services as packages
from palace.payments import services as payments
from palace.programme.models import Performance
from palace.tickets import services
from palace.tickets.errors import TooLateToPayLater, TooManyUnpaid, UnpaidFull
from palace.tickets.rules import Channel, OrderState, Wish
from tests.factory import Factory
from tests.packages.conftest import packaged, shows_of
from tests.packages.test_taking import take
from tests.payments.conftest import provider as provider  # noqa: PLC0414 - a fixture
from tests.tickets.conftest import Booker


@pytest.fixture
def show(make: Factory) -> Performance:
    """Return a show of ten seats for thirty yuan, with the limits of a usual house."""
    show = make.performance(seats=10, prices={"public": 3000})
    make.rules().unpaid_per_show, make.rules().unpaid_percent = 2, 30
    return show


def test_two_are_kept_for_one_person_and_a_third_is_not(
    make: Factory, booker: Booker, show: Performance
) -> None:
    member = make.member()
    first = booker.book(member, show, "ST-01-01")
    assert first.pay_by == show.starts_at - timedelta(minutes=30)
    booker.book(member, show, "ST-01-02")
    third = booker.hold(member, show, "ST-01-03")
    with pytest.raises(TooManyUnpaid) as refused:
        services.confirm(member, third.code)
    assert refused.value.values == {"limit": 2, "held": 2}
    assert third.state is OrderState.HELD


def test_what_was_paid_or_let_go_counts_no_more(
    make: Factory, booker: Booker, show: Performance
) -> None:
    member = make.member()
    paid, gone = (booker.book(member, show, code) for code in ("ST-01-01", "ST-01-02"))
    payment = payments.find("tickets", paid.id)
    assert payment is not None
    payments.receive(payment, reference="1", now=show.starts_at - timedelta(days=1))
    services.cancel(member, gone.code)
    assert booker.book(member, show, count=2).state is OrderState.AWAITING_PAYMENT


def test_of_ten_seats_three_are_kept_unpaid_and_a_fourth_is_not(
    make: Factory, booker: Booker, show: Performance
) -> None:
    for code in ("ST-01-01", "ST-01-02", "ST-01-03"):
        booker.book(make.member(), show, code)
    member = make.member()
    order = booker.hold(member, show, "ST-01-04")
    with pytest.raises(UnpaidFull):
        services.confirm(member, order.code)


def test_what_lapsed_counts_no_more(make: Factory, booker: Booker, show: Performance) -> None:
    member = make.member()
    kept = booker.book(member, show, count=2)
    for claim in kept.claims:
        claim.held_until = kept.created_at
    make.commit()
    assert booker.book(member, show, count=2).state is OrderState.AWAITING_PAYMENT


def test_free_seats_beside_priced_ones_count_for_nothing(make: Factory, booker: Booker) -> None:
    show = make.performance(seats=10, prices={"free": 0, "public": 3000})
    make.rules().unpaid_per_show, make.rules().unpaid_percent = 1, 10
    member = make.member()
    seats = ("ST-01-01:free", "ST-01-02:free", "ST-01-03:public")
    assert booker.book(member, show, *seats).state is OrderState.AWAITING_PAYMENT
    fourth = booker.hold(member, show, "ST-01-04:public")
    with pytest.raises(TooManyUnpaid):
        services.confirm(member, fourth.code)


def wish_of(*seats: str) -> Wish:
    """Return the wish for seats as their page sends it."""
    return Wish(seats=tuple((code, None) for code in seats), may_wait=True)


class TestChoosing:
    """Who may keep no more is told where they choose, with what to do; what they chose stays."""

    @pytest.fixture
    def member(self, make: Factory, booker: Booker, show: Performance) -> Member:
        """Return a member who keeps one seat of the two they may."""
        member = make.member()
        booker.book(member, show, "ST-01-01")
        make.commit()
        return member

    def test_exactly_as_many_as_are_kept(self, member: Member, show: Performance) -> None:
        two = wish_of("ST-01-02", "ST-01-03")
        with pytest.raises(TooManyUnpaid):
            services.hold(member, show.id, two, key="two-more-please")
        assert services.hold(member, show.id, wish_of("ST-01-02"), key="one-more-please")

    def test_not_more_than_the_share_of_all(
        self, make: Factory, booker: Booker, member: Member, show: Performance
    ) -> None:
        booker.book(member, show, "ST-01-02")
        booker.book(make.member(), show, "ST-01-03")
        with pytest.raises(UnpaidFull):
            services.hold(make.member(), show.id, wish_of("ST-01-05"), key="one-of-four")

    def test_not_in_the_last_half_hour(
        self, make: Factory, member: Member, show: Performance
    ) -> None:
        make.set_clock(show.starts_at - timedelta(minutes=30))
        with pytest.raises(TooLateToPayLater):
            services.hold(member, show.id, wish_of("ST-01-02"), key="in-a-hurry")

    def test_the_pages_say_so_and_keep_the_choice(
        self, booker: Booker, member: Member, show: Performance, make: Factory, client: FlaskClient
    ) -> None:
        booker.book(member, show, "ST-01-02")
        make.commit()
        make.sign_in(client, member)
        here = f"/performances/{show.id}"
        for path in (here, f"{here}/rows"):
            assert "没付钱的座位每人最多留2个，您已留满" in client.get(path).text, path
        asked = {"seats": ["ST-01-05", "ST-01-06"], "key": "one-more-please"}
        answer = client.post(f"{here}/hold", data=asked)
        assert answer.status_code == 409
        for said in ("您已留2个", 'data-picked="ST-01-05 ST-01-06"', "到售票处买"):
            assert said in answer.text, said

    @pytest.mark.usefixtures("provider")
    def test_where_a_provider_takes_the_money_nothing_is_said(
        self, booker: Booker, member: Member, show: Performance, make: Factory, client: FlaskClient
    ) -> None:
        booker.book(member, show, "ST-01-02")
        make.commit()
        make.sign_in(client, member)
        assert "您已留满" not in client.get(f"/performances/{show.id}").text
        assert services.hold(member, show.id, wish_of("ST-01-03"), key="paid-at-once")

    def test_refused_at_the_end_the_seats_are_held_still(
        self, booker: Booker, member: Member, show: Performance, make: Factory, client: FlaskClient
    ) -> None:
        order = booker.hold(member, show, "ST-01-09")
        booker.book(member, show, "ST-01-02")
        make.commit()
        make.sign_in(client, member)
        answer = client.post(f"/orders/{order.code}/confirm")
        assert answer.status_code == 409
        for said in ("您已留2个", "座位为您留到"):
            assert said in answer.text, said


class TestAtOnce:
    """Beyond the limits a seat is kept as long as it is held: the money is taken at once."""

    @pytest.mark.usefixtures("provider")
    def test_by_a_provider(self, make: Factory, booker: Booker, show: Performance) -> None:
        make.rules().unpaid_per_show = 0
        order = booker.book(make.member(), show, "ST-01-01")
        assert (order.state, order.pay_by) == (OrderState.AWAITING_PAYMENT, order.hold_ends_at)
        payment = payments.find("tickets", order.id)
        assert payment is not None
        assert payment.pay_by == order.hold_ends_at

    @pytest.mark.usefixtures("provider")
    def test_by_a_provider_in_the_last_half_hour(
        self, make: Factory, booker: Booker, show: Performance
    ) -> None:
        make.set_clock(show.starts_at - timedelta(minutes=30))
        order = booker.book(make.member(), show, "ST-01-01")
        assert order.pay_by == order.hold_ends_at
        assert order.hold_ends_at < show.starts_at

    def test_by_a_clerk_who_acts_for_who_came(
        self, make: Factory, booker: Booker, show: Performance
    ) -> None:
        member = make.member()
        order = booker.hold(member, show, count=4)
        order.channel = Channel.ACTING
        assert services.confirm(member, order.code).pay_by == order.hold_ends_at

    def test_by_nobody_where_there_is_only_the_counter(
        self, make: Factory, booker: Booker, show: Performance
    ) -> None:
        make.set_clock(show.starts_at - timedelta(minutes=30))
        member = make.member()
        order = booker.hold(member, show, "ST-01-01")
        with pytest.raises(TooLateToPayLater):
            services.confirm(member, order.code)


@pytest.mark.usefixtures("provider")
def test_a_package_is_kept_as_its_fullest_show(make: Factory) -> None:
    shows, member = shows_of(make, prices={"public": 5000}), make.member()
    make.rules().unpaid_percent = 30
    order = take(member, packaged(make, shows, {"public": 10000}).id)
    for show in shows[1:]:
        show.capacity = 100
    shows[0].capacity = 1
    packages.confirm(member, order.code)
    payment = payments.find("packages", order.id)
    assert payment is not None
    assert payment.amount == Fen(10000)
    assert payment.pay_by < shows[0].starts_at - timedelta(hours=1)


@pytest.mark.parametrize(("percent", "kept"), [(30, True), (29, False), (0, False), (100, True)])
def test_the_share_itself_is_kept(
    make: Factory, booker: Booker, show: Performance, percent: int, kept: bool
) -> None:
    make.rules().unpaid_percent, make.rules().unpaid_per_show = percent, 5
    member = make.member()
    order = booker.hold(member, show, count=3)
    if kept:
        assert services.confirm(member, order.code).state is OrderState.AWAITING_PAYMENT
    else:
        with pytest.raises(UnpaidFull):
            services.confirm(member, order.code)
