"""How much of a block is handed out, to whom, and who came; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select

from palace.blocks.models import Block, PaperTicket
from palace.blocks.rules import Counted, TurnOut, key_of
from palace.db import db
from palace.members.rules import mask_name
from palace.programme.models import Performance
from palace.roster.tree import below
from palace.tickets.kept import live
from palace.tickets.models import Admission, Claim, Order, Ticket
from palace.tickets.rules import TicketState
from palace.venues.models import Seat

YEAR = timedelta(days=365)
KEY: ColumnElement[str] = func.concat("block:", Block.id)
OF_BLOCK = and_(Claim.performance_id == Block.performance_id, Claim.kept_for == KEY)
BY_UNIT = and_(Order.id == Claim.order_id, Order.created_at < Block.releases_at)
"""That a place of a block was taken before its release: after it anybody takes it."""


@dataclass(frozen=True)
class Given:
    """One ticket of a block that is valid: who has it, and the name written for a paper one.

    Whom its holder gave it to and who is of another unit is named in part only.
    """

    ticket: Ticket
    seat: Seat | None
    paper: bool
    name: str


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
        select(Ticket, Seat, PaperTicket, Order.unit_id.in_(below(block.unit_id)))
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
        Given(ticket, seat, paper is not None, paper.name if paper else _called(ticket, ours=ours))
        for ticket, seat, paper, ours in db.session.execute(wanted).unique()
    ]


def _called(ticket: Ticket, *, ours: bool | None) -> str:
    return ticket.member.name if ours else mask_name(ticket.member.name)


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
