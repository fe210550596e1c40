"""A member opens a code: once, with the price and the seats it opens, and no more of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.codes import services
from palace.codes.errors import (
    CodeEarly,
    CodeLapsed,
    CodeOfOther,
    CodeShowOff,
    CodeUnknown,
    CodeUsed,
)
from palace.codes.models import Code
from palace.codes.rules import in_groups, key_of
from palace.db import db
from palace.members.models import AuditLine, Grant
from palace.members.rules import GrantKind
from palace.money import Fen
from palace.programme.rules import Qualifies
from palace.tickets import services as tickets
from palace.tickets.errors import GrantUsedUp, NotForYou, NotKeptForYou, SaleNotOpen, TierFull
from palace.tickets.rules import OrderState, Wish
from palace.tickets.terms import terms_of
from tests.codes.conftest import a_batch, batch_of, texts
from tests.factory import Factory


def test_a_code_becomes_a_grant_once(make: Factory) -> None:
    batch, code = a_batch(make, each=2)
    member = make.member()
    services.redeem(in_groups(code).lower(), member)
    services.redeem(code, member)
    grant = db.session.scalars(select(Grant).where(Grant.member_id == member.id)).one()
    assert (grant.kind, grant.opens, grant.seats) == (GrantKind.CODE, key_of(batch.id), 2)
    assert grant.ends_at == batch.ends_at
    acts = db.session.scalars(select(AuditLine.act).where(AuditLine.act == "code_used")).all()
    assert len(acts) == 1
    used = db.session.scalars(select(Code).where(Code.member_id == member.id)).one()
    assert used.number == 1


def test_somebody_else_is_told_that_it_is_used(make: Factory) -> None:
    _, code = a_batch(make)
    services.redeem(code, make.member())
    with pytest.raises(CodeUsed):
        services.redeem(code, make.member())


def test_codes_that_open_nothing_say_why(make: Factory) -> None:
    batch, code = a_batch(make)
    member, show = make.member(), batch.performance
    with pytest.raises(CodeUnknown):
        services.redeem("ABCD-EFGH-JKLM-NPQR", member)
    with pytest.raises(CodeOfOther):
        services.redeem(code, member, make.performance().id)
    show.published_at = None
    with pytest.raises(CodeEarly):
        services.redeem(code, member)
    show.published_at = show.cancelled_at = clock.now()
    with pytest.raises(CodeShowOff):
        services.redeem(code, member)
    show.cancelled_at, batch.ends_at = None, clock.now()
    with pytest.raises(CodeLapsed):
        services.redeem(code, member)
    assert not db.session.scalars(select(Grant)).all()


def test_kept_seats_are_the_holder_s_alone_and_only_so_many(make: Factory) -> None:
    batch, code = a_batch(make, 6, 2, each=2)
    member, wish = make.member(), Wish(count=2, kept=key_of(batch.id))
    with pytest.raises(NotKeptForYou):
        tickets.hold(member, batch.performance_id, wish, key="before-it-1")
    services.redeem(code, member)
    order = tickets.hold(member, batch.performance_id, wish, key="with-it-12", confirm=True)
    assert order.state is OrderState.SETTLED
    with pytest.raises(GrantUsedUp):
        tickets.hold(
            member, batch.performance_id, Wish(count=1, kept=key_of(batch.id)), key="more-it-12"
        )


def test_two_codes_of_one_batch_add_up(make: Factory) -> None:
    batch, _ = a_batch(make, 6, 2, each=1)
    member = make.member()
    for code in texts(batch, 2):
        services.redeem(code, member)
    order = tickets.hold(
        member, batch.performance_id, Wish(count=2, kept=key_of(batch.id)), key="both-of-it"
    )
    assert order.seat_count == 2


def test_kept_seats_are_open_before_the_sale(make: Factory) -> None:
    show = make.performance(seats=4, opens_at=clock.now() + timedelta(days=2))
    batch = batch_of(show, 2)
    member = make.member()
    services.redeem(texts(batch, 1)[0], member)
    assert tickets.hold(member, show.id, Wish(count=1, kept=key_of(batch.id)), key="early-it-1")


def test_a_code_for_a_price_opens_no_sale_early(make: Factory) -> None:
    show = make.performance(seats=4, opens_at=clock.now() + timedelta(days=2))
    batch = batch_of(show, 2, keeps=False, tier_id=make.tier().id)
    member = make.member()
    services.redeem(texts(batch, 1)[0], member)
    with pytest.raises(SaleNotOpen):
        tickets.hold(member, show.id, Wish(count=1), key="early-it-2")


def test_a_code_opens_a_tier_to_who_is_none_of_it_and_for_so_many(make: Factory) -> None:
    sponsored = make.tier("sponsor", qualifies=Qualifies.CODE, name_zh="赞助票")
    show = make.performance(seats=8, prices={"sponsor": 500, "public": 3000})
    batch = batch_of(show, 2, each=2, keeps=False, tier_id=sponsored.id)
    member = make.member(valid=False)
    by_tier = Wish(count=1, tier="sponsor")
    with pytest.raises(NotForYou):
        tickets.hold(member, show.id, by_tier, key="tier-key-1")
    services.redeem(texts(batch, 1)[0], member)
    cheapest = tickets.hold(member, show.id, Wish(count=3), key="tier-key-2")
    assert sorted(claim.price for claim in cheapest.claims) == [Fen(500), Fen(500), Fen(3000)]
    with pytest.raises(TierFull):
        tickets.hold(member, show.id, by_tier, key="tier-key-3")


def test_a_member_s_own_tier_has_no_limit_by_a_code_and_a_code_s_is_no_member_s(
    make: Factory,
) -> None:
    make.tier("sponsor", qualifies=Qualifies.CODE)
    show = make.performance(seats=8, prices={"sponsor": 0, "free": 0})
    batch = batch_of(show, 1, keeps=False, tier_id=make.tier("free").id)
    member = make.member()
    services.redeem(texts(batch, 1)[0], member)
    offers = {offer.tier.code: offer for offer in terms_of(member, show.id).offers}
    assert offers["free"].qualifies
    assert offers["free"].room != 1
    assert not offers["sponsor"].qualifies


def test_what_is_given_back_waits_for_its_code_again(make: Factory) -> None:
    batch, code = a_batch(make, 3, 3)
    member = make.member()
    services.redeem(code, member)
    wish = Wish(count=1, kept=key_of(batch.id))
    order = tickets.hold(member, batch.performance_id, wish, key="back-key-1", confirm=True)
    tickets.give_back(member, order.tickets[0].code)
    assert tickets.hold(member, batch.performance_id, wish, key="back-key-2")
