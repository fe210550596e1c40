"""The palace gives a unit a block, changes it, takes it back, copies it; what is handed out stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from palace import clock
from palace.blocks import queries, services
from palace.blocks.errors import (
    BlockChanged,
    BlockOver,
    NotSoManyFree,
    ReleaseOutOfTime,
    SeatsNotFree,
    SeatsUnknown,
    TakenStay,
    TierNotSold,
    UnitNeeded,
)
from palace.blocks.models import Block
from palace.blocks.rules import Counted, Way, key_of
from palace.blocks.services.giving import Terms, as_shown
from palace.blocks.services.placing import Places
from palace.db import db
from palace.errors import KeyReused
from palace.members.models import Member, Unit
from palace.notices.models import Notice
from palace.programme.rules import Seating
from palace.tickets import services as tickets
from palace.tickets.errors import (
    NotKeptForYou,
    QuotaTooSmall,
    SaleClosed,
    SeatTaken,
    SoldOut,
    TierFull,
)
from palace.tickets.rules import Wish
from tests.blocks.conftest import give, member_of
from tests.factory import Factory

HOUR = timedelta(hours=1)


def counted(block: Block) -> Counted:
    """Return a block in figures, now."""
    return queries.counted([block], clock.now())[block.id]


def terms_of(block: Block, **other: object) -> Terms:
    """Return the terms of a block, some of them otherwise."""
    now = {"way": block.way, "per_member": block.per_member, "releases_at": block.releases_at}
    return Terms(**(now | other))  # type: ignore[arg-type]  # fields of Terms


def test_given_once_more_after_its_link_was_renewed(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=4)
    block = give(make, show, unit, key="give-key-1")
    assert give(make, show, unit, key="give-key-1") is block
    services.renew_link(block.id)
    with pytest.raises(BlockChanged):
        give(make, show, unit, key="give-key-1")
    assert [one.id for one in queries.of_performance(show.id)] == [block.id]


def test_the_seats_of_a_block_are_nobody_elses(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=4)
    give(make, show, unit, Places(seats=("ST-01-02", "ST-01-03")))
    with pytest.raises(SeatTaken):
        tickets.hold(make.member(), show.id, Wish(seats=(("ST-01-02", None),)), key="abcdefgh")
    with pytest.raises(NotKeptForYou):
        tickets.hold(make.member(), show.id, Wish(count=1, kept="block:1"), key="abcdefgh")


def test_so_many_together_are_the_best_neighbours(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=[4, 4])
    block = give(make, show, unit, 3)
    assert [seat.code for seat in queries.seats_of(block)] == ["ST-01-01", "ST-01-02", "ST-01-03"]
    assert counted(block) == Counted(places=3, taken=0, is_over=False)


def test_more_than_a_row_has_are_whole_rows_one_behind_another(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=[4, 4, 4]), unit, 6)
    codes = [seat.code for seat in queries.seats_of(block)]
    assert codes == [*(f"ST-01-0{n}" for n in range(1, 5)), "ST-02-01", "ST-02-02"]


def test_nothing_is_given_unless_all_of_it_is_free(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2)
    tickets.hold(make.member(), show.id, Wish(seats=(("ST-01-01", None),)), key="abcdefgh")
    with pytest.raises(SeatsNotFree) as refusal, db.session.begin_nested():
        give(make, show, unit, Places(seats=("ST-01-01", "ST-01-02")))
    told: Any = refusal.value.values["seats"]
    assert [seat.code for seat in told] == ["ST-01-01"]
    with pytest.raises(NotSoManyFree) as few:
        give(make, show, unit, 2, key="another-one")
    assert few.value.values["left"] == 1


@pytest.mark.parametrize(
    ("places", "error"),
    [
        (Places(), SeatsUnknown),
        (Places(seats=("ST-09-09",)), SeatsUnknown),
        (Places(count=9), NotSoManyFree),
    ],
)
def test_places_that_cannot_be_are_told(
    make: Factory, unit: Unit, places: Places, error: type[Exception]
) -> None:
    with pytest.raises(error):
        give(make, make.performance(seats=2), unit, places)


def test_a_block_is_of_an_open_union_and_a_tier_that_is_sold(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2)
    make.tier("member")
    with pytest.raises(TierNotSold):
        give(make, show, unit, Places(seats=("ST-01-01",)), tier="member")
    unit.closed_at = clock.now()
    with pytest.raises(UnitNeeded):
        give(make, show, unit)


def test_a_cancelled_show_has_no_blocks(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2)
    show.cancelled_at = clock.now()
    with pytest.raises(SaleClosed):
        give(make, show, unit)


@pytest.mark.parametrize(
    ("before", "fits"),
    [
        (timedelta(0), True),
        (-timedelta(milliseconds=1), False),
        (timedelta(days=7), False),
        (timedelta(days=7) - timedelta(milliseconds=1), True),
    ],
)
def test_a_release_lies_after_now_and_not_after_the_start(
    make: Factory, unit: Unit, before: timedelta, fits: bool
) -> None:
    now = clock.now()
    make.set_clock(now)
    show = make.performance(seats=2, starts_at=now + timedelta(days=7))
    if fits:
        give(make, show, unit, before=before)
    else:
        with pytest.raises(ReleaseOutOfTime):
            give(make, show, unit, before=before)


def test_the_same_form_sent_twice_gives_one_block(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=4)
    assert give(make, show, unit, 2, key="one-key-1") is give(make, show, unit, 2, key="one-key-1")
    assert len(db.session.scalars(select(Block)).all()) == 1
    with pytest.raises(KeyReused):
        give(make, show, unit, 1, key="one-key-1")


def test_the_organiser_is_told(make: Factory, unit: Unit, organiser: Member) -> None:
    give(make, make.performance(seats=2), unit)
    told = db.session.scalars(select(Notice).where(Notice.kind == "block_given")).one()
    assert told.receiver == f"member:{organiser.id}"
    assert told.values["count"] == 2


def test_places_without_seats_are_kept_behind_the_houses_quota(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=3, seating=Seating.PLACES)
    block = give(make, show, unit, 2)
    assert counted(block).left == 2
    tickets.hold(make.member(), show.id, Wish(count=1), key="abcdefgh")
    with pytest.raises(SoldOut):
        tickets.hold(make.member(), show.id, Wish(count=1), key="abcdefgh")
    with pytest.raises(NotSoManyFree):
        give(make, show, unit, 1)


def test_fewer_places_let_the_last_that_wait_go(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=4)
    block = give(make, show, unit, 3)
    services.take(block.code, member_of(make, unit), "abcdefgh")
    services.change(block.id, as_shown(block, 3), 2, terms_of(block))
    assert counted(block) == Counted(places=2, taken=1, is_over=False)
    tickets.hold(make.member(), show.id, Wish(seats=(("ST-01-03", None),)), key="abcdefgh")


def test_what_is_handed_out_stays(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 2)
    for number in range(2):
        services.take(block.code, member_of(make, unit), f"abcdefgh-{number}")
    with pytest.raises(TakenStay):
        services.change(block.id, as_shown(block, 2), 1, terms_of(block))


def test_more_places_are_the_best_that_are_free(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 1)
    services.change(block.id, as_shown(block, 1), 3, terms_of(block, way=Way.LINK, per_member=2))
    assert counted(block).places == 3
    assert (block.way, block.per_member) == (Way.LINK, 2)
    with pytest.raises(NotSoManyFree):
        services.change(block.id, as_shown(block, 3), 5, terms_of(block))


def test_whoever_changes_second_is_told(make: Factory, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 2)
    shown = as_shown(block, 2)
    services.change(block.id, shown, 3, terms_of(block))
    with pytest.raises(BlockChanged):
        services.change(block.id, shown, 1, terms_of(block))
    assert counted(block).places == 3


def test_another_release_moves_all_places_also_those_handed_out(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2)
    block = give(make, show, unit, 2)
    services.take(block.code, member_of(make, unit), "abcdefgh")
    later = block.releases_at + HOUR
    services.change(block.id, as_shown(block, 2), None, terms_of(block, releases_at=later))
    db.session.expire_all()
    assert {claim.kept_until for claim in make.claims(show)} == {later}


def test_taken_back_it_is_on_sale_at_once(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=2)
    block = give(make, show, unit, 2)
    services.take(block.code, member_of(make, unit), "abcdefgh")
    services.take_back(block.id)
    services.take_back(block.id)
    assert counted(block) == Counted(places=2, taken=1, is_over=True)
    assert counted(block).returned == 1
    order = tickets.hold(make.member(), show.id, Wish(count=1), key="abcdefgh", confirm=True)
    assert order.tickets
    assert counted(block).taken == 1
    with pytest.raises(BlockOver):
        services.change(block.id, as_shown(block, 2), 2, terms_of(block))


@pytest.mark.parametrize("milliseconds", [-1, 0, 1])
def test_what_nobody_was_named_for_returns_at_the_stated_instant(
    make: Factory, unit: Unit, milliseconds: int
) -> None:
    show = make.performance(seats=1)
    block = give(make, show, unit, 1)
    make.set_clock(block.releases_at + timedelta(milliseconds=milliseconds))
    wish = Wish(seats=(("ST-01-01", None),))
    if milliseconds < 0:
        with pytest.raises(SeatTaken):
            tickets.hold(make.member(), show.id, wish, key="abcdefgh")
        assert services.take(block.code, member_of(make, unit), "abcdefgh")
    else:
        with pytest.raises(BlockOver):
            services.take(block.code, member_of(make, unit), "abcdefgh")
        tickets.hold(make.member(), show.id, wish, key="abcdefgh")
        assert counted(block).returned == 1


def test_a_copied_show_has_the_same_blocks(make: Factory, unit: Unit) -> None:
    old = make.performance(seats=4)
    block = give(make, old, unit, Places(seats=("ST-01-02", "ST-01-03")), per_member=2)
    new = make.performance(seats=4)
    new.plan_id = old.plan_id
    db.session.flush()
    copied = services.copy_blocks(old.id, new.id)
    assert [seat.code for seat in queries.seats_of(copied[0])] == ["ST-01-02", "ST-01-03"]
    assert copied[0].per_member == 2
    assert copied[0].code != block.code
    assert new.starts_at - copied[0].releases_at == old.starts_at - block.releases_at
    assert services.copy_blocks(old.id, new.id) == copied
    elsewhere = make.performance(seats=[4, 4])
    assert [one.unit_id for one in services.copy_blocks(old.id, elsewhere.id)] == [unit.id]
    small = make.performance(seats=1)
    assert services.copy_blocks(old.id, small.id) == []


def test_the_key_of_a_block_names_it() -> None:
    assert key_of(5) == "block:5"


def test_a_block_has_its_places_in_the_quota_of_its_tier(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=[4, 4], prices={"free": 0, "public": 0}, quotas={"free": 3})
    block = give(make, show, unit, 2)

    tickets.hold(make.member(), show.id, Wish(count=1, tier="free"), key="stranger-1")
    with pytest.raises(TierFull):
        tickets.hold(make.member(), show.id, Wish(count=1, tier="free"), key="stranger-2")
    for number in range(2):
        order = services.take(block.code, member_of(make, unit), f"of-the-unit-{number}")
        assert order is not None
        assert order.claims[0].tier_id == block.tier_id


def test_a_block_no_quota_has_room_for_is_not_given(make: Factory, unit: Unit) -> None:
    show = make.performance(seats=6, quotas={"free": 2})
    tickets.hold(make.member(), show.id, Wish(count=1), key="stranger-1")
    with pytest.raises(QuotaTooSmall) as refusal, db.session.begin_nested():
        give(make, show, unit, 3)
    assert refusal.value.values == {"missing": 2}

    block = give(make, show, unit, 1)
    with pytest.raises(QuotaTooSmall), db.session.begin_nested():
        services.change(block.id, as_shown(block, 1), 2, terms_of(block))


def test_what_a_block_did_not_use_of_a_quota_is_everybody_s_at_its_release(
    make: Factory, unit: Unit
) -> None:
    show = make.performance(seats=4, quotas={"free": 2})
    block = give(make, show, unit, 2)
    order = services.take(block.code, member_of(make, unit), "of-the-unit")
    assert order is not None
    make.set_clock(block.releases_at - timedelta(microseconds=1))
    with pytest.raises(TierFull):
        tickets.hold(make.member(), show.id, Wish(count=1), key="stranger-1")

    make.set_clock(block.releases_at)

    assert tickets.hold(make.member(), show.id, Wish(count=1), key="stranger-2")
    with pytest.raises(TierFull):
        tickets.hold(make.member(), show.id, Wish(count=1), key="stranger-3")


def test_a_returned_ticket_of_a_block_is_promised_to_the_unit_again(
    make: Factory, unit: Unit
) -> None:
    show = make.performance(seats=4, quotas={"free": 1})
    block = give(make, show, unit, 1)
    first = member_of(make, unit)
    order = services.take(block.code, first, "of-the-unit-1")
    assert order is not None
    tickets.give_back(first, order.tickets[0].code)

    with pytest.raises(TierFull):
        tickets.hold(make.member(), show.id, Wish(count=1), key="stranger-1")
    assert services.take(block.code, member_of(make, unit), "of-the-unit-2")


def test_places_of_a_block_without_seats_are_in_its_tier_s_quota(make: Factory, unit: Unit) -> None:
    prices, quotas = {"free": 0, "public": 0}, {"free": 2, "house": 4}
    show = make.performance(4, prices=prices, quotas=quotas, seating=Seating.PLACES)
    with pytest.raises(QuotaTooSmall), db.session.begin_nested():
        give(make, show, unit, 3, key="give-three")
    block = give(make, show, unit, 2, key="give-two")

    with pytest.raises(TierFull):
        tickets.hold(make.member(), show.id, Wish(count=1, tier="free"), key="stranger-1")
    assert services.take(block.code, member_of(make, unit), "of-the-unit")
