"""Taking a package: every show or none, under each show's rules and the package's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.errors import KeyReused, NotFound, PalaceError
from palace.identities.rules import Declared, Document
from palace.members.models import Member
from palace.packages import queries, services
from palace.packages.errors import PackageFull, ShowRefused, TooManyPackages
from palace.packages.services.taking import Asked
from palace.payments.models import Payment
from palace.programme.rules import IdentityPolicy, Seating
from palace.strikes.errors import Barred
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from palace.tickets import services as tickets
from palace.tickets.errors import (
    NoSeatsTogether,
    NotForYou,
    OnlyInPackage,
    PartOfPackage,
    SaleClosed,
    SaleNotOpen,
    SoldOut,
    TierFull,
    TooManySeats,
)
from palace.tickets.models import Claim, Order, PackageOrder, Ticket
from palace.tickets.rules import OrderState, Wish
from tests.factory import Factory
from tests.identities.test_rules import card
from tests.packages.conftest import packaged, shows_of


def take(
    member: Member, package_id: int, count: int = 1, *, key: str = "take-key-1", **how: object
) -> PackageOrder:
    """Take a package, settled at once where it is free."""
    asked = Asked(count=count, **({"confirm": True} | how))  # type: ignore[arg-type]  # fields
    return services.take(member, package_id, asked, key=key)


def why(member: Member, package_id: int, count: int = 1, tier: str | None = None) -> PalaceError:
    """Return why a show of a package refuses it."""
    with pytest.raises(ShowRefused) as refusal, db.session.begin_nested():
        take(member, package_id, count, tier=tier)
    return refusal.value.why


def count_of(model: type[Claim | Ticket | Order | PackageOrder]) -> int:
    """Return how many rows of a kind there are."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_free_package_gives_tickets_of_every_show_at_once(make: Factory) -> None:
    shows, member = shows_of(make), make.member()
    make.rules().free_per_month = 6
    package = packaged(make, shows)

    order = take(member, package.id, 2)

    parts = queries.parts(order)
    assert [part.performance_id for part in parts] == sorted(show.id for show in shows)
    assert {part.state for part in parts} == {OrderState.SETTLED}
    assert [len(part.tickets) for part in parts] == [2, 2, 2]
    assert queries.taken(package.id) == queries.taken(package.id, member.id) == 2


def test_the_same_command_twice_is_one_package(make: Factory) -> None:
    member, package = make.member(), packaged(make, shows_of(make))
    first = take(member, package.id)
    assert take(member, package.id).id == first.id
    with pytest.raises(KeyReused):
        take(member, package.id, 2)
    assert count_of(PackageOrder) == 1


def test_two_places_with_one_show_full_take_nothing(make: Factory) -> None:
    shows, member = shows_of(make, seats=4), make.member()
    package = packaged(make, shows)
    tickets.hold(make.member(), shows[1].id, Wish(count=3, tier="free"), key="others-1")
    before = count_of(Claim)

    assert isinstance(why(member, package.id, 2), NoSeatsTogether)
    assert count_of(Claim) == before
    assert queries.taken(package.id) == 0


def test_a_refusal_says_which_show_and_why(make: Factory) -> None:
    shows = shows_of(make, seats=1)
    package = packaged(make, shows)
    tickets.hold(make.member(), shows[2].id, Wish(count=1), key="others-1")
    with pytest.raises(ShowRefused) as refusal:
        take(make.member(), package.id)
    assert isinstance(refusal.value.why, SoldOut)
    assert (refusal.value.status, refusal.value.code) == (409, "sold_out")
    assert refusal.value.values["performance_id"] == shows[2].id


def test_a_priced_package_is_asked_for_once_and_paid_once(make: Factory) -> None:
    shows = shows_of(make, prices={"public": 5000})
    package = packaged(make, shows, {"public": 10000})
    member = make.member(valid=False)

    order = take(member, package.id)
    assert {part.state for part in queries.parts(order)} == {OrderState.HELD}
    services.confirm(member, order.code)

    payment = db.session.scalars(select(Payment)).one()
    assert (payment.part, payment.subject_id, payment.amount) == ("packages", order.id, 10000)
    assert {part.pay_by for part in queries.parts(order)} == {payment.pay_by}
    assert payment.pay_by < min(show.starts_at for show in shows)
    assert services.settle_paid(order.id)
    paid = db.session.scalars(select(Ticket.price).order_by(Ticket.price)).all()
    assert paid == [3333, 3333, 3334]
    assert set(db.session.scalars(select(Claim.face_price))) == {5000}


def test_places_without_seats_go_by_their_number(make: Factory) -> None:
    start = clock.now() + timedelta(days=7)
    shows = [
        make.performance(seats=3, seating=Seating.PLACES, starts_at=start + timedelta(days=day))
        for day in range(2)
    ]
    package = packaged(make, shows)
    assert [len(one.tickets) for one in queries.parts(take(make.member(), package.id, 2))] == [2, 2]
    assert isinstance(why(make.member(), package.id, 2), SoldOut)
    take(make.member(), package.id)


def test_the_cheapest_tier_with_room_at_every_show_is_taken(make: Factory) -> None:
    shows = shows_of(make, prices={"free": 0, "member": 3000})
    package = packaged(make, shows, {"free": 0, "member": 7500})
    make.rules().free_per_month = 2  # three shows in a month are one too many
    member = make.member()
    order = take(member, package.id)
    prices = [claim.price for part in queries.parts(order) for claim in part.claims]
    if len({clock.palace_day(show.starts_at).month for show in shows}) == 1:
        assert prices == [2500, 2500, 2500]
        assert isinstance(why(make.member(), package.id, tier="free"), TierFull)


def test_nobody_is_given_a_tier_that_is_not_theirs(make: Factory) -> None:
    package = packaged(make, shows_of(make))
    assert isinstance(why(make.member(valid=False), package.id), NotForYou)


def test_each_show_keeps_its_own_limit(make: Factory) -> None:
    shows, member = shows_of(make), make.member()
    make.rules().free_per_month = 99
    shows[1].seats_per_member = 2
    package = packaged(make, shows)
    tickets.hold(member, shows[1].id, Wish(count=1), key="mine-1", confirm=True)
    assert isinstance(why(member, package.id, 2), TooManySeats)
    take(member, package.id, 1)


def test_a_package_has_a_limit_for_each_and_for_all(make: Factory) -> None:
    make.site()
    make.rules().free_per_month = 99
    package = packaged(make, shows_of(make), seats=3, seats_per_member=2)
    member = make.member()
    take(member, package.id, 2)
    with pytest.raises(TooManyPackages):
        take(member, package.id, 1, key="take-key-2")
    with pytest.raises(PackageFull) as refusal, db.session.begin_nested():
        take(make.member(), package.id, 2)
    assert refusal.value.values == {"left": 1}
    take(make.member(), package.id, 1)


def test_it_opens_for_members_before_the_public_and_for_nobody_before_its_shows(
    make: Factory,
) -> None:
    now = clock.now()
    shows = shows_of(make, prices={"public": 0})
    soon, later = now + timedelta(hours=1), now + timedelta(hours=2)
    package = packaged(
        make, shows, {"public": 0}, opens_at=later, members_open_at=now - timedelta(hours=1)
    )
    with pytest.raises(SaleNotOpen):
        take(make.member(valid=False), package.id)
    take(make.member(), package.id)
    shows[0].sale_opens_at = soon
    db.session.flush()
    assert isinstance(why(make.member(), package.id), SaleNotOpen)


def test_it_closes_at_its_hour(make: Factory) -> None:
    now = clock.now()
    package = packaged(
        make,
        shows_of(make),
        opens_at=now - timedelta(days=2),
        closes_at=now - timedelta(seconds=1),
    )
    with pytest.raises(SaleClosed):
        take(make.member(), package.id)


def test_a_draft_is_nowhere(make: Factory) -> None:
    package = packaged(make, shows_of(make), published_at=None)
    with pytest.raises(NotFound):
        take(make.member(), package.id)


def test_a_cancelled_show_stops_the_package(make: Factory) -> None:
    shows = shows_of(make)
    package = packaged(make, shows)
    shows[0].cancelled_at = clock.now()
    db.session.flush()
    assert isinstance(why(make.member(), package.id), SaleClosed)


def test_shows_sold_only_together_are_refused_singly(make: Factory) -> None:
    shows, member = shows_of(make), make.member()
    package = packaged(make, shows, singly=False)
    with pytest.raises(OnlyInPackage) as refusal:
        tickets.hold(member, shows[0].id, Wish(count=1), key="single-1")
    assert refusal.value.values == {"package_id": package.id}
    take(member, package.id)
    package.published_at = None
    db.session.flush()
    tickets.hold(make.member(), shows[0].id, Wish(count=1), key="single-2")


def test_one_show_of_a_package_is_not_settled_or_let_go_alone(make: Factory) -> None:
    member, package = make.member(), packaged(make, shows_of(make))
    order = take(member, package.id, confirm=False)
    part = queries.parts(order)[0]
    for act in (tickets.confirm, tickets.cancel, tickets.extend):
        with pytest.raises(PartOfPackage):
            act(member, part.code)


def test_it_is_let_go_or_extended_as_a_whole(make: Factory) -> None:
    member, package = make.member(), packaged(make, shows_of(make))
    order = take(member, package.id, confirm=False)
    ends = queries.parts(order)[0].hold_ends_at
    services.extend(member, order.code)
    assert all(part.hold_ends_at > ends for part in queries.parts(order))
    services.cancel(member, order.code)
    assert {part.state for part in queries.parts(order)} == {OrderState.CANCELLED}
    assert queries.taken(package.id) == 0
    assert services.cancel(member, order.code).id == order.id


def test_who_comes_is_asked_once_for_every_show_that_asks(make: Factory) -> None:
    shows, member = shows_of(make), make.member()
    shows[0].identity_policy = IdentityPolicy.EVERY_ENTRANT
    shows[2].identity_policy = IdentityPolicy.BUYER
    db.session.flush()
    order = take(member, packaged(make, shows).id)
    assert {part.state for part in queries.parts(order)} == {OrderState.HELD}
    person = Declared(name="张建华", document=Document.ID_CARD, number=card("19900412"))
    services.confirm(member, order.code, [person])
    assert {part.state for part in queries.parts(order)} == {OrderState.SETTLED}


def test_a_bar_stops_packages_too(make: Factory) -> None:
    member, package, now = make.member(), packaged(make, shows_of(make)), clock.now()
    make.rules().strikes_to_bar = 1
    make.add(
        Strike(
            member_id=member.id,
            kind=StrikeKind.TICKET,
            subject="performance:0",
            title_zh="从前的演出",
            title_en="A show of before",
            happened_at=now,
            written_at=now,
            written_by="system",
        )
    )
    assert isinstance(why(member, package.id), Barred)
