"""Blocks, how much of them is handed out, whom a name means, and who came; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select

from palace.blocks.models import Block, ListedName, NameList, PaperTicket, SignUp
from palace.blocks.rules import Counted, TurnOut, key_of
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, Post, RosterEntry, Unit
from palace.members.rules import Role, SignedIn
from palace.money import FREE, Fen
from palace.programme.models import Performance, Price, Tier
from palace.roster.tree import below
from palace.tickets.kept import live
from palace.tickets.models import Admission, Claim, Order, Ticket
from palace.tickets.rules import TicketState
from palace.venues.models import Seat, Space

Found = TypeVar("Found", Block, NameList, Performance)
YEAR = timedelta(days=365)
KEY: ColumnElement[str] = func.concat("block:", Block.id)
OF_BLOCK = and_(Claim.performance_id == Block.performance_id, Claim.kept_for == KEY)
BY_UNIT = and_(Order.id == Claim.order_id, Order.created_at < Block.releases_at)
"""That a place of a block was taken before its release: after it anybody takes it."""


@dataclass(frozen=True)
class Given:
    """One ticket of a block that is valid: who has it, and the name written for a paper one."""

    ticket: Ticket
    seat: Seat | None
    paper: bool
    name: str


def _under(units: Collection[int]) -> ColumnElement[bool]:
    return or_(*(Block.unit_id.in_(below(unit)) for unit in units)) if units else literal(False)


def units_of(who: SignedIn) -> Sequence[Unit]:
    """Return the units somebody is an organiser of, by name."""
    wanted = select(Unit).where(Unit.id.in_(who.units(Role.UNIT)))
    return db.session.scalars(wanted.order_by(Unit.name_zh)).all()


def blocks_of(who: SignedIn) -> Sequence[Block]:
    """Return the blocks of the units somebody is an organiser of and of those below, newest show first."""
    wanted = select(Block).join(Block.performance).where(_under(who.units(Role.UNIT)))
    return db.session.scalars(wanted.order_by(Performance.starts_at.desc(), Block.id)).all()


def block_of(who: SignedIn, block_id: int) -> Block:
    """Return a block of a unit somebody is an organiser of, or of one below.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _one(select(Block).where(Block.id == block_id, _under(who.units(Role.UNIT))))


def block_by_code(code: str) -> Block:
    """Return the block of a link.

    Raises:
        NotFound: there is none, or the link was renewed.
    """
    return _one(select(Block).join(Block.performance).where(Block.code == code))


def staff_block(block_id: int, sites: Collection[int] | None) -> Block:
    """Return a block of a performance at one of some sites (None: anywhere).

    Raises:
        NotFound: there is none, or it is at another site.
    """
    return _one(_at(select(Block).join(Block.performance), sites).where(Block.id == block_id))


def performance_at(performance_id: int, sites: Collection[int] | None) -> Performance:
    """Return a performance at one of some sites, published or not.

    Raises:
        NotFound: there is none, or it is at another site.
    """
    return _one(_at(select(Performance), sites).where(Performance.id == performance_id))


def _at(wanted: Select[Found], sites: Collection[int] | None) -> Select[Found]:
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


def counted(blocks: Sequence[Block], now: datetime) -> dict[int, Counted]:
    """Return blocks in figures, as they stand at an instant."""
    taken = live(now) & exists().where(BY_UNIT).correlate(Claim, Block)
    wanted = (
        select(Block.id, func.count(Claim.id), func.count(Claim.id).filter(taken))
        .outerjoin(Claim, OF_BLOCK)
        .where(Block.id.in_([block.id for block in blocks]))
        .group_by(Block.id)
    )
    figures = {row[0]: (row[1], row[2]) for row in db.session.execute(wanted)}
    return {
        block.id: Counted(*figures.get(block.id, (0, 0)), is_over=block.releases_at <= now)
        for block in blocks
    }


def share_of(block: Block, member_id: int, now: datetime) -> int:
    """Return how many places of a block a member has, held or sold."""
    mine = (
        Claim.performance_id == block.performance_id,
        Claim.kept_for == key_of(block.id),
        Claim.member_id == member_id,
        live(now),
    )
    of_block = exists().where(Order.id == Claim.order_id, Order.created_at < block.releases_at)
    return db.session.scalars(select(func.count()).where(*mine, of_block)).one()


def order_in(block: Block, member_id: int, now: datetime) -> Order | None:
    """Return the order by which a member has a place of a block."""
    wanted = (
        select(Order)
        .join(Claim, Claim.order_id == Order.id)
        .where(
            Claim.performance_id == block.performance_id,
            Claim.kept_for == key_of(block.id),
            Order.member_id == member_id,
            live(now),
        )
    )
    return db.session.scalars(wanted.order_by(Order.id.desc()).limit(1)).first()


def given(block: Block) -> list[Given]:
    """Return the valid tickets of a block by seat."""
    wanted = (
        select(Ticket, Seat, PaperTicket)
        .join(Claim, Claim.id == Ticket.claim_id)
        .join(Order, Order.id == Ticket.order_id)
        .outerjoin(Seat, Seat.id == Ticket.seat_id)
        .outerjoin(PaperTicket, PaperTicket.ticket_id == Ticket.id)
        .where(
            Claim.performance_id == block.performance_id,
            Claim.kept_for == key_of(block.id),
            Ticket.state == TicketState.VALID,
            Order.created_at < block.releases_at,
        )
        .order_by(Seat.ordinal, Ticket.id)
    )
    return [
        Given(ticket, seat, paper is not None, paper.name if paper else ticket.member.name)
        for ticket, seat, paper in db.session.execute(wanted).unique()
    ]


def rank_of(block: Block, member_id: int) -> int | None:
    """Return which place somebody has among those who wait for a block's hour; None: none."""
    ids = [one.member_id for one in sign_ups(block) if one.outcome is None]
    return ids.index(member_id) + 1 if member_id in ids else None


def sign_ups(block: Block) -> Sequence[SignUp]:
    """Return who signed up for a block, in their order."""
    wanted = select(SignUp).where(SignUp.block_id == block.id)
    return db.session.scalars(wanted.order_by(SignUp.signed_at, SignUp.id)).all()


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


def entries_called(names: Collection[str], unit_id: int) -> Sequence[RosterEntry]:
    """Return the entries of some names on the rosters of a unit and those below, the newest last."""
    wanted = select(RosterEntry).where(
        RosterEntry.name.in_(names), RosterEntry.unit_id.in_(below(unit_id))
    )
    return db.session.scalars(wanted.order_by(RosterEntry.id)).all()


def accounts_of(entry_ids: Collection[int]) -> dict[int, int]:
    """Return the member of each roster entry that has an account."""
    wanted = select(Member.roster_entry_id, Member.id).where(Member.roster_entry_id.in_(entry_ids))
    return {entry_id: member_id for entry_id, member_id in db.session.execute(wanted) if entry_id}


def shares(block: Block, now: datetime) -> dict[int, int]:
    """Return how many places of a block each member has who has any."""
    wanted = (
        select(Claim.member_id, func.count())
        .join(Order, Order.id == Claim.order_id)
        .where(
            Claim.performance_id == block.performance_id,
            Claim.kept_for == key_of(block.id),
            live(now),
            Order.created_at < block.releases_at,
        )
        .group_by(Claim.member_id)
    )
    return {member_id: count for member_id, count in db.session.execute(wanted) if member_id}


def entries_of(names: Sequence[ListedName]) -> dict[int, RosterEntry]:
    """Return the roster entries that lines of a list name, by number."""
    ids = [one.roster_entry_id for one in names if one.roster_entry_id]
    wanted = select(RosterEntry).where(RosterEntry.id.in_(ids))
    return {entry.id: entry for entry in db.session.scalars(wanted)}


def paper_of(block: Block) -> dict[int, PaperTicket]:
    """Return the paper tickets of a block, by ticket."""
    wanted = select(PaperTicket).where(PaperTicket.block_id == block.id)
    return {paper.ticket_id: paper for paper in db.session.scalars(wanted)}


def turn_out(blocks: Sequence[Block], now: datetime) -> dict[int, TurnOut]:
    """Return who came by the tickets of blocks whose show is over, by block."""
    return {
        block_id: TurnOut(tickets, came)
        for block_id, tickets, came in db.session.execute(
            _turn_out(Block.id, now).where(Block.id.in_([block.id for block in blocks]))
        )
    }


def turn_out_of_year(unit_id: int, now: datetime) -> TurnOut:
    """Return who came by the tickets of a unit's blocks, those below it included, in the last year."""
    wanted = _turn_out(literal(0), now).where(
        Block.unit_id.in_(below(unit_id)), Performance.ends_at > now - YEAR
    )
    row = db.session.execute(wanted).first()
    return TurnOut(row[1], row[2]) if row else TurnOut()


def _turn_out(by: Any, now: datetime) -> Select[Any]:
    entered = exists().where(Admission.ticket_id == Ticket.id, Admission.counts)
    return (
        select(by, func.count(Ticket.id), func.count(Ticket.id).filter(entered))
        .select_from(Block)
        .join(Performance, Performance.id == Block.performance_id)
        .join(Claim, OF_BLOCK)
        .join(Ticket, and_(Ticket.claim_id == Claim.id, Ticket.state == TicketState.VALID))
        .join(Order, and_(Order.id == Ticket.order_id, Order.created_at < Block.releases_at))
        .where(Performance.ends_at <= now, Performance.cancelled_at.is_(None))
        .group_by(by)
    )


def organisers(unit_id: int) -> list[int]:
    """Return who organises a unit, or the nearest above it that has anybody."""
    here: int | None = unit_id
    while here is not None:
        wanted = select(Post.member_id).where(
            Post.unit_id == here, Post.role == Role.UNIT, Post.ended_at.is_(None)
        )
        found = [
            member_id for member_id in db.session.scalars(wanted.order_by(Post.id)) if member_id
        ]
        if found:
            return found
        here = db.session.scalars(select(Unit.parent_id).where(Unit.id == here)).first()
    return []


def releasing(now: datetime, within: timedelta) -> Sequence[Block]:
    """Return the blocks that are released within a time from now."""
    wanted = select(Block).where(Block.releases_at > now, Block.releases_at <= now + within)
    return db.session.scalars(wanted.order_by(Block.id)).all()


def due_turn(now: datetime) -> int | None:
    """Return a block whose sign-ups are to be given out by now."""
    wanted = select(Block.id).where(
        Block.turn_at <= now, Block.turned_at.is_(None), Block.releases_at > now
    )
    return db.session.scalars(wanted.order_by(Block.id).limit(1)).first()


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


def tiers_of(performance_id: int) -> Sequence[Tier]:
    """Return the tiers a performance is sold in, the cheapest first."""
    sold = (
        select(Tier)
        .join(Price, Price.tier_id == Tier.id)
        .where(Price.performance_id == performance_id)
        .group_by(Tier.id)
        .order_by(func.min(Price.amount), Tier.id)
    )
    return db.session.scalars(sold).all()
