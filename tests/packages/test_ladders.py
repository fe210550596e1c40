"""Money of a package goes back by the ladder shown before it was ordered, each show by its own start."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.packages import queries, services
from palace.packages.rules import ladder_of
from palace.payments import services as payments
from palace.payments.models import Ladder, LadderStep, Payment
from palace.programme.models import Package, Performance
from palace.programme.rules import Returns
from palace.tickets import services as tickets
from palace.tickets.errors import BackChanged, LadderChanged
from palace.tickets.models import PackageOrder
from tests.factory import Factory
from tests.money import owed_of
from tests.packages.conftest import packaged, shows_of
from tests.packages.test_taking import take

DAY = 24 * 60
STEPS = [[2 * DAY, 80], [DAY, 50]]


def ladder(make: Factory, steps: list[list[int]], *, usual: bool = False) -> Ladder:
    """Return a ladder of the house."""
    rows = [LadderStep(minutes_before=minutes, percent=percent) for minutes, percent in steps]
    new = Ladder(name_zh=str(steps), name_en=str(steps), usual=usual, steps=rows)
    make.add(new)
    return new


@pytest.fixture
def shows(make: Factory) -> list[Performance]:
    """Return three shows of 50 yuan, a day apart, in a house with a usual ladder."""
    ladder(make, STEPS, usual=True)
    return shows_of(make, prices={"public": 5000})


@pytest.fixture
def package(make: Factory, shows: list[Performance]) -> Package:
    """Return a package of the shows for 90 yuan: 30 for each."""
    return packaged(make, shows, {"public": 9000})


def paid(order: PackageOrder) -> Payment:
    """Pay for an order; return its payment."""
    payment = payments.find("packages", order.id)
    assert payment is not None
    payments.receive(payment, reference=order.code, now=clock.now())
    return payment


@pytest.mark.parametrize(
    ("ladders", "by"), [([7, 7, 7], 7), ([7, 8, 7], None), ([7, None], None), ([None], None)]
)
def test_one_ladder_of_all_shows_or_else_the_usual(
    ladders: list[int | None], by: int | None
) -> None:
    assert ladder_of(ladders) == by


def test_it_is_frozen_as_it_was_when_it_was_ordered(make: Factory, package: Package) -> None:
    member = make.member()
    order = services.confirm(member, take(member, package.id).code)
    payment = payments.find("packages", order.id)
    assert payment is not None
    assert payment.ladder == STEPS


def test_shows_that_share_one_hand_it_on(
    make: Factory, package: Package, shows: list[Performance]
) -> None:
    mild = ladder(make, [[60, 100]])
    for show in shows:
        show.ladder_id = mild.id
    make.commit()
    member = make.member()
    order = services.confirm(member, take(member, package.id).code)
    payment = payments.find("packages", order.id)
    assert payment is not None
    assert payment.ladder == [[60, 100]]


def test_less_than_was_shown_is_not_taken_without_asking(make: Factory, package: Package) -> None:
    member = make.member()
    code = take(member, package.id).code
    with pytest.raises(LadderChanged):
        services.confirm(member, code, seen="2880:100")
    assert services.confirm(member, code, seen="2880:80 1440:50").code == code


def test_each_show_goes_back_by_its_own_start(
    make: Factory, package: Package, shows: list[Performance]
) -> None:
    member = make.member()
    order = services.confirm(member, take(member, package.id).code)
    payment = paid(order)
    first = min(shows, key=lambda show: show.starts_at)
    make.set_clock(first.starts_at - timedelta(days=1))

    services.give_back(member, order.code)

    assert owed_of(payment) == 1500 + 2400 + 2400
    assert queries.valid_tickets(order) == []


def test_one_goes_back_alone_by_it(make: Factory, package: Package) -> None:
    member = make.member()
    order = services.confirm(member, take(member, package.id).code)
    payment = paid(order)
    tickets.give_back(member, queries.valid_tickets(order)[0].code)
    assert owed_of(payment) == 2400


def test_the_pages_say_it_before_and_after(
    make: Factory, client: FlaskClient, package: Package, shows: list[Performance]
) -> None:
    package.returns = Returns.WHOLE
    member = make.member()
    make.sign_in(client, member)
    make.commit()
    assert "开演2天以前退票，退80%" in client.get(f"/packages/{package.id}").text
    code = take(member, package.id, confirm=False).code
    make.commit()
    page = client.get(f"/packages/orders/{code}").text
    assert "开演1天以前退票，退50%" in page
    assert 'name="ladder" value="2880:80 1440:50"' in page
    stale = client.post(f"/packages/orders/{code}/confirm", data={"ladder": "2880:100"})
    assert stale.status_code == 409
    assert "退票退多少刚刚改了" in stale.text
    shown = {"ladder": "2880:80 1440:50"}
    assert client.post(f"/packages/orders/{code}/confirm", data=shown).status_code == 303
    order = queries.order_of(member.id, code)
    payment = paid(order)
    make.commit()

    asked = client.get(f"/packages/orders/{code}/return").text
    assert "现在退票，退给您72元" in asked
    sent = [f"{one.code}:2400" for one in queries.valid_tickets(order)]
    assert all(f'value="{one}"' in asked for one in sent)
    make.set_clock(min(show.starts_at for show in shows) - timedelta(minutes=2 * DAY - 1))
    make.sign_in(client, member)
    make.commit()
    refused = client.post(f"/packages/orders/{code}/return", data={"ticket": sent})
    assert refused.status_code == BackChanged.status
    assert "现在退票，退给您63元" in refused.text
    assert owed_of(payment) == 0
    now = [f"{one.code}:0" for one in queries.valid_tickets(order)]
    assert client.post(f"/packages/orders/{code}/return", data={"ticket": now}).status_code == 303
    assert owed_of(payment) == 6300
