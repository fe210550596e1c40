"""The unit's link: renewed, given an hour, and tapped by members."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from palace import clock
from palace.blocks import claims, queries
from palace.blocks.errors import (
    BlockEmpty,
    BlockOver,
    HasOne,
    NeedsDocuments,
    SignedUpAlready,
)
from palace.blocks.models import Block
from palace.blocks.rules import LinkState, Way, check_share, check_turn
from palace.blocks.services.orders import book, check_member, check_open
from palace.blocks.services.turns import give_turn
from palace.db import db
from palace.errors import NotFound, PalaceError
from palace.members.rules import Known
from palace.members.services import note
from palace.programme.rules import IdentityPolicy
from palace.security import public_code
from palace.tickets import services as tickets
from palace.tickets.models import Order


def renew_link(block_id: int) -> Block:
    """Give a block a new link: the old one is dead at once."""
    block = claims.lock_block(block_id)
    block.code = public_code()
    db.session.flush()
    note("block_link_renewed", f"block:{block.id}")
    return block


def set_turn(block_id: int, turn_at: datetime | None) -> Block:
    """Set when those who signed up are given theirs; None: who comes first. Until they were given.

    Raises:
        BlockOver, NotThisWay: it is released, or not handed out by link.
        TurnOutOfTime: too late, or too near the release.
        NeedsDocuments: the show asks who comes, so nobody can be given a ticket by hour.
    """
    block = claims.lock_block(block_id)
    now = clock.now()
    give_turn(block, now)
    check_open(block, Way.LINK, now)
    if turn_at is not None:
        check_turn(turn_at, now=now, releases_at=block.releases_at)
        check_needs_nobody(block)
    before = block.turn_at
    block.turn_at, block.turned_at = turn_at, None
    db.session.flush()
    told = {"turn_at": turn_at.isoformat() if turn_at else None}
    note(
        "block_turn_set",
        f"block:{block.id}",
        before={"turn_at": before.isoformat() if before else None},
        after=told,
    )
    return block


def check_needs_nobody(block: Block) -> None:
    """Refuse giving tickets without their holder where the show asks for documents.

    Raises:
        NeedsDocuments: it does.
    """
    if block.performance.identity_policy is not IdentityPolicy.NONE:
        raise NeedsDocuments


class _Crowded(Exception):
    """Every place that seems to wait is just being taken by somebody else."""


def take(code: str, member: Known, key: str) -> Order | None:
    """Give a member one place of the block of a link; None: they are on its list until its hour.

    A tap that is sent again with its key gets the first one's answer.

    People of a whole unit tap at once, so nobody waits for another while places are plenty; for the
    last ones, and while a list is given out, they stand in line.

    Raises:
        NotFound: no such link, or it was renewed.
        BlockOver, NotThisWay, BlockEmpty: nothing is given out by it any more, or just now.
        UnitPending, NotOfUnit, MembershipOver, HasOne, SignedUpAlready: it is not for them.
        PalaceError: the rules of every order refuse.
    """
    block = queries.block_by_code(code)
    try:
        if block.turn_at is None or block.turned_at is not None:
            with suppress(_Crowded), db.session.begin_nested():
                return _take_at_once(block, member, key)
        return _take_in_line(block.id, code, member, key)
    except HasOne:
        repeated = tickets.held_before(member, block.performance_id, key)
        if repeated is None:
            raise
        return repeated


def _take_at_once(block: Block, member: Known, key: str) -> Order:
    """Take a place that nobody else has a hand on, under the member's own lock.

    Raises:
        _Crowded: there is none; the member is not locked any more.
    """
    claims.lock_members([member.id])
    now = clock.now()
    check_open(block, Way.LINK, now)
    check_member(block, member, now)
    place = claims.lock_one(block, now)
    if place is not None:
        return book(block, member, place, key, now)
    if not queries.counted([block], now)[block.id].left:
        raise BlockEmpty
    raise _Crowded


def _take_in_line(block_id: int, code: str, member: Known, key: str) -> Order | None:
    block = claims.lock_block(block_id)
    now = clock.now()
    if block.code != code:  # renewed while this waited
        raise NotFound
    check_open(block, Way.LINK, now)
    check_member(block, member, now)
    if block.turn_at is not None and now < block.turn_at:
        _sign_up(block, member, now)
        return None
    give_turn(block, now, member.id)
    check_share(queries.share_of(block, member.id, now), block.per_member)
    if not queries.counted([block], now)[block.id].left:
        raise BlockEmpty
    claims.lock_members([member.id])
    waiting = claims.lock_waiting(block, now)
    if not waiting:
        raise BlockEmpty
    return book(block, member, waiting[0], key, now)


def _sign_up(block: Block, member: Known, now: datetime) -> None:
    if not claims.sign_up(block, member.id, now):
        raise SignedUpAlready(turn_at=block.turn_at)
    note("block_signed_up", f"block:{block.id}", after={"people": 1})


@dataclass(frozen=True)
class Look:
    """What somebody who opens a link may do: the state, why not, their place on the list, their order."""

    state: LinkState
    refusal: PalaceError | None = None
    rank: int | None = None
    order: Order | None = None


def look(block: Block, member: Known | None, now: datetime) -> Look:
    """Return how a block's link stands for a person at an instant; nothing is written."""
    if now >= block.releases_at:
        return Look(LinkState.OVER, BlockOver(releases_at=block.releases_at))
    try:
        check_open(block, Way.LINK, now)
        if member is not None:
            check_member(block, member, now)
    except HasOne as has:
        order = queries.order_in(block, member.id, now) if member else None
        return Look(LinkState.HAS, has, order=order)
    except PalaceError as refusal:
        return Look(LinkState.REFUSED, refusal)
    by_turn = block.turn_at is not None and member is not None
    rank = queries.rank_of(block, member.id) if member and by_turn else None
    if rank is not None:
        return Look(LinkState.SIGNED_UP, rank=rank)
    if block.turn_at is not None and now < block.turn_at:
        return Look(LinkState.SIGN_UP)
    left = queries.counted([block], now)[block.id].left
    return Look(LinkState.OPEN) if left else Look(LinkState.EMPTY, BlockEmpty())
