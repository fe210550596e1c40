"""The statements that lock, keep, free and mark places of a block; each says what it won."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update

from palace.blocks.models import Block, NameList, SignUp
from palace.blocks.rules import key_of
from palace.db import db
from palace.members.models import Grant, Member
from palace.programme.rules import Scope
from palace.tickets import kept
from palace.tickets.kept import live
from palace.tickets.models import Claim
from palace.tickets.quotas import lock_quotas
from palace.venues.models import Seat

ANEW = {"populate_existing": True}
PAST_ORM = {"synchronize_session": False}


def lock_block(block_id: int) -> Block:
    """Lock a block until the transaction ends, before any member or seat, and return it read anew."""
    wanted = select(Block).where(Block.id == block_id)
    return db.session.scalars(
        wanted.with_for_update(key_share=True, of=Block), execution_options=ANEW
    ).one()


def lock_members(member_ids: Collection[int]) -> None:
    """Lock members by number, all of them before the first seat: a list is given in one transaction."""
    wanted = select(Member.id).where(Member.id.in_(member_ids)).order_by(Member.id)
    db.session.execute(wanted.with_for_update(key_share=True))


def waits(block: Block, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a place of a block is to be handed out: not after its release."""
    return (Claim.kept_for == key_of(block.id)) & kept.kept(now)


def lock_places(block: Block) -> None:
    """Lock all places of a block in plan order, also those handed out: as everybody does, before quotas."""
    wanted = select(Claim.id).outerjoin(Claim.seat).where(*_own(block))
    ordered = wanted.order_by(Seat.ordinal, Claim.id)
    db.session.execute(ordered.with_for_update(of=Claim, key_share=True))


def _own(block: Block) -> tuple[ColumnElement[bool], ...]:
    return Claim.performance_id == block.performance_id, Claim.kept_for == key_of(block.id)


def lock_waiting(block: Block, now: datetime) -> Sequence[Claim]:
    """Lock the places of a block that wait to be handed out, in plan order, and return them."""
    wanted = (
        select(Claim)
        .outerjoin(Claim.seat)
        .where(Claim.performance_id == block.performance_id, waits(block, now))
        .order_by(Seat.ordinal, Claim.id)
        .with_for_update(of=Claim, key_share=True)
    )
    return db.session.scalars(wanted, execution_options=ANEW).all()


def lock_one(block: Block, now: datetime) -> Claim | None:
    """Lock the first place of a block that waits and that nobody else is just taking."""
    wanted = (
        select(Claim)
        .outerjoin(Claim.seat)
        .where(Claim.performance_id == block.performance_id, waits(block, now))
        .order_by(Seat.ordinal, Claim.id)
        .limit(1)
        .with_for_update(of=Claim, key_share=True, skip_locked=True)
    )
    return db.session.scalars(wanted, execution_options=ANEW).first()


def keep_places(block: Block, count: int, now: datetime) -> int:
    """Keep places without seats for a block, behind the quota of the house; return how many are free.

    Nothing is kept unless all of them are free.
    """
    quotas = lock_quotas(block.performance_id)
    house = min(quota.seats for quota in quotas if quota.scope == Scope.HOUSE)
    used = select(func.count()).where(
        Claim.performance_id == block.performance_id, or_(live(now), Claim.kept_until > now)
    )
    left: int = max(0, house - db.session.scalars(used).one())
    if count <= left:
        reason, until = key_of(block.id), block.releases_at
        kept.keep_places(
            block.performance_id,
            count,
            reason=reason,
            until=until,
            now=now,
            tier_id=block.tier_id,
        )
    return left


def let_go(claim_ids: Collection[int], now: datetime) -> None:
    """Keep some locked places no longer: they are free from this instant, for who waits before others."""
    nobody = kept.UNKEPT | {"held_until": now}
    freed = update(Claim).where(Claim.id.in_(claim_ids)).values(nobody)
    db.session.execute(freed, execution_options=PAST_ORM)


def release_at(block: Block, instant: datetime) -> None:
    """Move the release of all places of a block, also of those handed out: returned, they are its own.

    They are locked before.
    """
    moved = update(Claim).where(*_own(block)).values(kept_until=instant)
    db.session.execute(moved, execution_options=PAST_ORM)
    block.releases_at = instant
    db.session.flush()


def sign_up(block: Block, member_id: int, now: datetime) -> bool:
    """Write somebody down for a block, once; the block is locked, so the order is that of the instants.

    Who got nothing in a round before may sign up for the next.
    """
    wanted = select(SignUp).where(SignUp.block_id == block.id, SignUp.member_id == member_id)
    known = db.session.scalars(wanted).first()
    if known is not None and known.outcome is None:
        return False
    if known is None:
        known = SignUp(block_id=block.id, member_id=member_id)
        db.session.add(known)
    known.signed_at, known.outcome, known.refusal = now, None, None
    db.session.flush()
    return True


def limit_grant(block: Block, member_id: int, seats: int) -> bool:
    """Let somebody's grant of a block open so many places; False: they have none. The member is locked."""
    own = update(Grant).where(Grant.member_id == member_id, Grant.opens == key_of(block.id))
    changed = own.values(seats=seats).returning(Grant.id)
    return db.session.scalars(changed, execution_options=PAST_ORM).first() is not None


def grants_until(block: Block, instant: datetime) -> None:
    """Let the grants of a block, which end when its show starts, end then."""
    own = update(Grant).where(Grant.opens == key_of(block.id)).values(ends_at=instant)
    db.session.execute(own, execution_options=PAST_ORM)


def give_list_out(list_id: int, now: datetime) -> bool:
    """Take a pasted list to be handed out; False: somebody was first."""
    mine = (NameList.id == list_id, NameList.given_at.is_(None))
    taken = update(NameList).where(*mine).values(given_at=now).returning(NameList.id)
    return db.session.execute(taken, execution_options=PAST_ORM).first() is not None
