"""Which blocks there are, for whom, and what they are made of; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, literal, or_, select

from palace.blocks.errors import BlockChanged
from palace.blocks.models import Block, NameList
from palace.blocks.rules import key_of
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Unit
from palace.members.rules import Role, SignedIn
from palace.money import FREE, Fen
from palace.programme.models import Performance, Price
from palace.roster.tree import below
from palace.tickets.models import Claim
from palace.venues.models import Seat, Space

Found = TypeVar("Found", Block, NameList)


def units_of(who: SignedIn) -> Sequence[Unit]:
    """Return the units somebody is an organiser of, by name."""
    wanted = select(Unit).where(Unit.id.in_(who.units(Role.UNIT)))
    return db.session.scalars(wanted.order_by(Unit.name_zh)).all()


def _public() -> Select[Block]:
    """Return the select of blocks whose show is published: before, nobody but staff knows of it."""
    return select(Block).join(Block.performance).where(Performance.published_at.is_not(None))


def blocks_of(who: SignedIn) -> Sequence[Block]:
    """Return the blocks of the units somebody is an organiser of and of those below, newest show first."""
    wanted = _public().where(_under(who.units(Role.UNIT)))
    return db.session.scalars(wanted.order_by(Performance.starts_at.desc(), Block.id)).all()


def _under(units: Collection[int]) -> ColumnElement[bool]:
    return or_(*(Block.unit_id.in_(below(unit)) for unit in units)) if units else literal(False)


def block_of(who: SignedIn, block_id: int) -> Block:
    """Return a block of a unit somebody is an organiser of, or of one below.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _one(_public().where(Block.id == block_id, _under(who.units(Role.UNIT))))


def block_by_code(code: str) -> Block:
    """Return the block of a link.

    Raises:
        NotFound: there is none, or the link was renewed.
    """
    return _one(_public().where(Block.code == code))


def of_code(code: str) -> Block:
    """Return the block that was given with a code.

    Raises:
        BlockChanged: it has another one by now.
    """
    found = db.session.scalars(select(Block).where(Block.code == code)).first()
    if found is None:
        raise BlockChanged
    return found


def staff_block(block_id: int, sites: Collection[int] | None) -> Block:
    """Return a block of a performance at one of some sites (None: anywhere).

    Raises:
        NotFound: there is none, or it is at another site.
    """
    return _one(_at(select(Block).join(Block.performance), sites).where(Block.id == block_id))


def _at(wanted: Select[Block], sites: Collection[int] | None) -> Select[Block]:
    if sites is None:
        return wanted
    return wanted.where(Performance.space_id.in_(select(Space.id).where(Space.site_id.in_(sites))))


def _one(wanted: Select[Found]) -> Found:
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def of_performance(performance_id: int) -> Sequence[Block]:
    """Return the blocks of a performance, as they were given."""
    wanted = select(Block).where(Block.performance_id == performance_id)
    return db.session.scalars(wanted.order_by(Block.id)).all()


def coming(now: datetime, sites: Collection[int] | None) -> Sequence[Block]:
    """Return the blocks of shows that are not over at some sites, the next show first."""
    wanted = _at(select(Block).join(Block.performance), sites).where(Performance.ends_at > now)
    return db.session.scalars(wanted.order_by(Performance.starts_at, Block.id)).all()


def seats_of(block: Block) -> Sequence[Seat]:
    """Return the seats a block has or had, in plan order."""
    wanted = (
        select(Seat)
        .join(Claim, Claim.seat_id == Seat.id)
        .where(Claim.performance_id == block.performance_id, Claim.kept_for == key_of(block.id))
    )
    return db.session.scalars(wanted.order_by(Seat.ordinal)).all()


def seat_labels(block: Block) -> dict[str, Seat]:
    """Return the seats a block has or had, by their codes."""
    return {seat.code: seat for seat in seats_of(block)}


def amounts_of(block: Block) -> tuple[dict[str, Fen], dict[str, Fen]]:
    """Return what a block's tier pays in each zone that it is sold in, and the highest price there."""
    priced = select(Price.zone, Price.tier_id, Price.amount).where(
        Price.performance_id == block.performance_id
    )
    own: dict[str, Fen] = {}
    faces: dict[str, Fen] = {}
    for zone, tier_id, amount in db.session.execute(priced):
        faces[zone] = max(amount, faces.get(zone, FREE))
        if tier_id == block.tier_id:
            own[zone] = amount
    return own, faces


def fresh(now: datetime, within: timedelta) -> Sequence[Block]:
    """Return the blocks that have lately been given, or whose show has lately been published."""
    known = func.greatest(Block.made_at, Performance.published_at)
    wanted = _public().where(known > now - within, known <= now, Block.releases_at > now)
    return db.session.scalars(wanted.order_by(Block.id)).all()


def releasing(now: datetime, within: timedelta) -> Sequence[Block]:
    """Return the blocks that are released within a time from now."""
    wanted = _public().where(Block.releases_at > now, Block.releases_at <= now + within)
    return db.session.scalars(wanted.order_by(Block.id)).all()


def due_turn(now: datetime) -> int | None:
    """Return a block whose sign-ups are to be given out by now."""
    wanted = select(Block.id).where(
        Block.turn_at <= now, Block.turned_at.is_(None), Block.releases_at > now
    )
    return db.session.scalars(wanted.order_by(Block.id).limit(1)).first()


def lists_of(block: Block) -> Sequence[NameList]:
    """Return the lists that were pasted for a block, the newest first."""
    wanted = select(NameList).where(NameList.block_id == block.id)
    return db.session.scalars(wanted.order_by(NameList.id.desc())).all()


def list_of(block: Block, list_id: int) -> NameList:
    """Return a list that was pasted for a block.

    Raises:
        NotFound: there is none, or it is another block's.
    """
    return _one(select(NameList).where(NameList.id == list_id, NameList.block_id == block.id))
