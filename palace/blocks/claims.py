"""The statements that lock, keep, free and mark places of a block; each says what it won."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update

from palace.blocks.models import Block, NameList, SignUp
from palace.blocks.rules import key_of
from palace.db import db
from palace.members.models import Grant, Member
from palace.tickets import kept
from palace.tickets.models import Claim
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


def lock_places(block: Block) -> None:
    """Lock all places of a block in plan order, also those handed out: as everybody does, before quotas."""
    kept.lock_all(block.performance_id, key_of(block.id))


def lock_waiting(block: Block, now: datetime) -> Sequence[Claim]:
    """Lock the places of a block that wait to be handed out, in plan order, and return them."""
    return kept.lock_kept(block.performance_id, key_of(block.id), now)


def lock_one(block: Block, now: datetime) -> Claim | None:
    """Lock the first place of a block that waits and that nobody else is just taking."""
    wanted = (
        select(Claim)
        .outerjoin(Claim.seat)
        .where(Claim.performance_id == block.performance_id, kept.kept_for(key_of(block.id), now))
        .order_by(Seat.ordinal, Claim.id)
        .limit(1)
        .with_for_update(of=Claim, key_share=True, skip_locked=True)
    )
    return db.session.scalars(wanted, execution_options=ANEW).first()


def release_at(block: Block, instant: datetime) -> None:
    """Move the release of all places of a block, also of those handed out; they are locked before."""
    kept.keep_until(block.performance_id, key_of(block.id), instant)
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
