"""Tickets a unit takes on paper, all at once: their holder is the union itself, whoever comes by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from palace import clock, commands
from palace.blocks import claims, queries
from palace.blocks.errors import BlockChanged, BlockOver, NotSoManyFree, PaperCosts
from palace.blocks.models import Block, PaperTicket
from palace.blocks.queries import Given
from palace.blocks.rules import MOST_PAPER, Way, key_of
from palace.blocks.services.orders import check_open
from palace.blocks.services.taking import check_needs_nobody
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, Unit
from palace.members.rules import LONGEST_NAME, tidy_name
from palace.members.services import note
from palace.money import FREE
from palace.security import public_code
from palace.statements import execute
from palace.tickets import booked
from palace.tickets import claims as seats
from palace.tickets import services as tickets
from palace.tickets.claims import Pick
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.quotas import check_quotas
from palace.tickets.rules import Channel, OrderState
from palace.venues import queries as venues


def print_paper(block_id: int, count: int, key: str, actor: str) -> Order:
    """Make paper tickets of the first places that wait; they count as handed out. A repeat makes none.

    No limit of a person's holds for the union: neither seats at a show nor free tickets a month.

    Raises:
        BlockOver, NotThisWay, NeedsDocuments, PaperCosts: there is no paper of this block.
        NotSoManyFree: fewer wait, or more are asked for than one batch has.
        KeyReused.
    """
    block = claims.lock_block(block_id)
    code = public_code()
    asked = commands.taking(actor, f"paper:{block.id}", key, body=str(count), answer=code)
    first = commands.first_of(asked, execute(*asked))
    if first != code:
        return db.session.scalars(select(Order).where(Order.code == first)).one()
    now = clock.now()
    check_open(block, Way.PAPER, now)
    check_needs_nobody(block)
    holder = _holder(block.unit, now)
    claims.lock_members([holder.id])
    waiting = claims.lock_waiting(block, now)[:MOST_PAPER]
    if not 0 < count <= len(waiting):
        raise NotSoManyFree(left=len(waiting))
    order = _sell(block, holder, waiting[:count], code, now)
    note("block_printed", f"block:{block.id}", after={"tickets": count})
    return order


def _holder(unit: Unit, now: datetime) -> Member:
    """Return the account that stands for a union itself, made at its first paper ticket."""
    row = {
        "phone": None,
        "name": unit.name_zh,
        "for_unit_id": unit.id,
        "created_at": now,
        "phone_proven_at": None,
    }
    new = insert(Member).values(row).on_conflict_do_nothing(index_elements=[Member.for_unit_id])
    db.session.execute(new)
    return db.session.scalars(select(Member).where(Member.for_unit_id == unit.id)).one()


def _sell(
    block: Block, holder: Member, waiting: Sequence[Claim], code: str, now: datetime
) -> Order:
    """Sell places of a block to the union in one order, and issue its tickets."""
    picks = _picks(block, waiting)
    order = Order(
        code=code,
        member_id=holder.id,
        unit_id=block.unit_id,
        channel=Channel.UNIT,
        performance_id=block.performance_id,
        state=OrderState.SETTLED,
        seat_count=len(picks),
        hold_ends_at=now,
        extended=False,
        pay_by=None,
        created_at=now,
        settled_at=now,
    )
    booked.write(order)
    key = [key_of(block.id)]
    won = seats.take(order, picks, until=None, now=now, opened=key, only_kept=True)
    if len(won) < len(picks):  # they were locked as the block's own
        raise NotSoManyFree(left=len(won))
    check_quotas(order, picks, now)
    booked.issue([row.id for row in won], now)
    issued = select(Ticket.id).where(Ticket.order_id == order.id)
    db.session.add_all(
        PaperTicket(ticket_id=ticket_id, block_id=block.id)
        for ticket_id in db.session.scalars(issued)
    )
    db.session.flush()
    return order


def _picks(block: Block, waiting: Sequence[Claim]) -> list[Pick]:
    """Return places as an order takes them, in the block's tier.

    Raises:
        PaperCosts: the tier costs money there, or is not sold.
    """
    amounts, faces = queries.amounts_of(block)
    if any(amounts.get(place.zone) != FREE for place in waiting):
        raise PaperCosts
    plan_id = block.performance.plan_id
    by_id = {seat.id: seat for seat in venues.seats(plan_id)} if plan_id else {}
    return [
        Pick(
            seat=by_id[place.seat_id] if place.seat_id else None,
            zone=place.zone,
            tier=block.tier,
            price=FREE,
            face_price=faces[place.zone],
        )
        for place in waiting
    ]


def name_paper(block_id: int, names: Sequence[str], shown: str = "") -> int:
    """Write down who gets each paper ticket, in the order of the seats; return how many have a name.

    A line that is empty leaves its ticket without one. `shown`: `papers_shown` of the page, if it was one.

    Raises:
        BlockChanged: there are others by now, and the names would be of other seats.
    """
    block = claims.lock_block(block_id)
    given = queries.given(block)
    if shown and shown != papers_shown(given):
        raise BlockChanged
    papers = [one.ticket.id for one in given if one.paper]
    known = queries.paper_of(block)
    written = [tidy_name(name)[:LONGEST_NAME] for name in names[: len(papers)]]
    for ticket_id, name in zip(papers, written, strict=False):
        known[ticket_id].name = name
    db.session.flush()
    count = sum(bool(name) for name in written)
    note("block_paper_named", f"block:{block.id}", after={"people": count})
    return count


def papers_shown(given: Sequence[Given]) -> str:
    """Return which paper tickets a page shows, for `name_paper` to see whether that is still so."""
    return " ".join(str(one.ticket.id) for one in given if one.paper)


def return_paper(block_id: int, code: str) -> Ticket:
    """Give one paper ticket back: its place waits in the block again until the release.

    Raises:
        NotFound: it is no paper ticket of this block.
        BlockOver: the block is released.
        TooLateToReturn, AlreadyAdmitted: as for every ticket.
    """
    block, now = claims.lock_block(block_id), clock.now()
    holder = db.session.scalars(select(Member).where(Member.for_unit_id == block.unit_id)).first()
    ours = (PaperTicket.block_id == block.id, Ticket.code == code)
    known = select(Ticket.id).join(PaperTicket, PaperTicket.ticket_id == Ticket.id).where(*ours)
    if holder is None or db.session.scalars(known).first() is None:
        raise NotFound
    if now >= block.releases_at:
        raise BlockOver(releases_at=block.releases_at)
    return tickets.give_back(holder, code)
