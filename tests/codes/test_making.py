"""A batch is made, kept for, stopped, moved with its show: what the tables hold then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from palace import clock
from palace.codes import queries, services
from palace.codes.errors import CodesTierNotSold, CodeStopped, PlacesNotFree
from palace.codes.models import Code, CodeBatch
from palace.codes.rules import key_of
from palace.codes.sealing import hash_of
from palace.db import db
from palace.members.models import Grant
from palace.programme.rules import Seating
from palace.rotation import may_forget
from palace.security import Key, keys
from palace.tickets import services as tickets
from palace.tickets.errors import NoTicketNeeded, QuotaTooSmall, SaleClosed, SoldOut, TierFull
from palace.tickets.models import Claim
from palace.tickets.rules import Wish
from tests.codes.conftest import a_batch, batch_of, texts
from tests.factory import Factory


def kept_count(batch: CodeBatch) -> int:
    """Return how many places wait for a batch."""
    now = clock.now()
    wanted = select(Claim).where(
        Claim.kept_for == key_of(batch.id), Claim.kept_until > now, Claim.held_until <= now
    )
    return len(db.session.scalars(wanted).all())


def test_a_batch_keeps_seats_for_all_its_codes(make: Factory) -> None:
    batch, _ = a_batch(make, 8, 3, each=2)
    assert kept_count(batch) == 6
    assert queries.counted([batch], clock.now())[batch.id].made == 3


def test_of_a_code_s_text_nothing_but_the_hash_is_kept(make: Factory) -> None:
    batch, code = a_batch(make)
    rows = db.session.execute(text("SELECT codes::text FROM codes")).scalars().all()
    batches = db.session.execute(text("SELECT code_batches::text FROM code_batches")).scalars()
    assert not any(code in row for row in [*rows, *batches])
    kept = db.session.scalars(select(Code.code_hash).where(Code.batch_id == batch.id)).all()
    assert set(kept) == {hash_of(one) for one in texts(batch, 3)}
    assert len(set(kept)) == 3


def test_a_repeat_with_the_same_key_makes_no_second_batch(make: Factory) -> None:
    show = make.performance(seats=6)
    first = batch_of(show, key="the-same-key")
    assert batch_of(show, key="the-same-key").id == first.id
    assert len(queries.of_performance(show.id)) == 1


def test_more_than_is_free_is_not_kept_and_nothing_is_made(make: Factory) -> None:
    show = make.performance(seats=5)
    with pytest.raises(PlacesNotFree) as told, db.session.begin_nested():
        batch_of(show, 3, each=2)
    assert told.value.values == {"left": 5, "wanted": 6}
    assert not queries.of_performance(show.id)


def test_places_without_seats_are_kept_behind_the_house_s_quota(make: Factory) -> None:
    show = make.performance(seats=4, seating=Seating.PLACES)
    assert kept_count(batch_of(show, 3)) == 3
    with pytest.raises(PlacesNotFree), db.session.begin_nested():
        batch_of(show, 2)
    with pytest.raises(SoldOut):
        tickets.hold(make.member(), show.id, Wish(count=2), key="too-many-1")


def test_seats_are_kept_in_the_zone_that_was_asked_for(make: Factory) -> None:
    batch = batch_of(make.performance(seats=[3, 3]), 3, zone="B")
    zones = db.session.scalars(select(Claim.zone).where(Claim.kept_for == key_of(batch.id))).all()
    assert set(zones) == {"B"}


def test_a_tier_the_show_does_not_sell_and_shows_without_tickets_are_refused(make: Factory) -> None:
    show = make.performance(seats=3)
    with pytest.raises(CodesTierNotSold):
        batch_of(show, tier_id=make.tier("public").id)
    with pytest.raises(NoTicketNeeded):
        batch_of(make.performance(seating=Seating.OPEN))
    show.cancelled_at = clock.now()
    with pytest.raises(SaleClosed):
        batch_of(show)


def test_stopped_what_was_opened_stays_and_the_rest_is_anybody_s(make: Factory) -> None:
    batch, _ = a_batch(make, 6, 3, each=2)
    first, second, third = texts(batch, 3)
    holder, other = make.member(), make.member()
    services.redeem(first, holder)
    tickets.hold(
        holder, batch.performance_id, Wish(count=1, kept=key_of(batch.id)), key="stop-hold-1"
    )
    services.redeem(second, other)
    services.stop(batch.id)
    services.stop(batch.id)
    assert kept_count(batch) == 3  # one more of the first, two of the second
    with pytest.raises(CodeStopped):
        services.redeem(third, make.member())
    assert services.redeem(first, holder).id == batch.id
    tickets.hold(
        holder, batch.performance_id, Wish(count=1, kept=key_of(batch.id)), key="stop-hold-2"
    )


def test_codes_follow_their_show_and_end_with_one_that_is_called_off(make: Factory) -> None:
    batch, code = a_batch(make)
    services.redeem(code, make.member())
    before, day = batch.ends_at, timedelta(days=1)
    services.follow_show(batch.performance_id, day, clock.now())
    grant = db.session.scalars(select(Grant).where(Grant.reason == key_of(batch.id))).one()
    db.session.refresh(grant)
    claim = db.session.scalars(select(Claim).where(Claim.kept_for == key_of(batch.id))).first()
    assert claim is not None
    db.session.refresh(claim)
    assert {batch.ends_at, grant.ends_at, claim.kept_until} == {before + day}
    services.follow_show(batch.performance_id, None, clock.now())
    assert batch.ends_at <= clock.now()
    assert kept_count(batch) == 0


def test_the_key_of_codes_that_can_be_used_is_not_forgotten(make: Factory) -> None:
    batch, _ = a_batch(make)
    now = clock.now()
    active = keys().active("digest")
    retired = Key(active.id, "digest", active.secret, retired_at=now)
    assert not may_forget(retired, now, None)
    services.stop(batch.id)
    assert may_forget(retired, now, None)


def test_places_kept_in_a_tier_are_its_quota_s_and_nobody_else_books_them(make: Factory) -> None:
    show = make.performance(seats=6, quotas={"free": 4})
    tier = make.tier("free")
    with pytest.raises(QuotaTooSmall), db.session.begin_nested():
        batch_of(show, 5, tier_id=tier.id)
    batch = batch_of(show, 3, tier_id=tier.id)
    tickets.hold(make.member(), show.id, Wish(count=1), key="hold-the-rest")
    with pytest.raises((SoldOut, TierFull)), db.session.begin_nested():
        tickets.hold(make.member(), show.id, Wish(count=1), key="hold-promised")
    for number, text_of in enumerate(texts(batch, 3)):
        holder = make.member()
        services.redeem(text_of, holder)
        wish = Wish(count=1, kept=key_of(batch.id))
        tickets.hold(holder, show.id, wish, key=f"hold-by-code-{number}")
