"""Changing to another free seat: the new one is taken and the old one freed, or nothing happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from palace.db import db
from palace.members import queries as members
from palace.members.rules import Known
from palace.members.services import note
from palace.money import Fen
from palace.notices import services as notices
from palace.programme.rules import SeatChoice
from palace.tickets import booked, claims, queries, rules
from palace.tickets.claims import Pick
from palace.tickets.errors import (
    AlreadyAdmitted,
    LeavesGap,
    NoSeatToChange,
    OtherPrice,
    SaleNotOpen,
    SeatsAssigned,
    SeatTaken,
    TicketGone,
    TooLateToChange,
    UnknownSeat,
)
from palace.tickets.gaps import leaves_single
from palace.tickets.keeping import Reach, check_grants, reach
from palace.tickets.kept import live
from palace.tickets.models import Claim, Entrant, Order, Ticket
from palace.tickets.quotas import check_zone
from palace.tickets.rules import TicketState
from palace.tickets.services.freed import seats_freed
from palace.tickets.services.orders import check_takes_place
from palace.tickets.services.seats import without_gap
from palace.tickets.terms import Terms, terms_of
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat

LOOKED_AT = 5
"""Among so many times as many seats as are shown a few are sought that leave no single one."""


@dataclass(frozen=True, kw_only=True)
class SoldAs:
    """The tier of a ticket as it was sold: its fund stays, whatever the tier's row says by now."""

    id: int
    code: str
    name_zh: str
    name_en: str
    fund: str | None


def change_seat(member: Known, code: str, wanted: str, *, at_counter: bool = False) -> Ticket:
    """Let a member's ticket be for another free seat of the same price; repeating changes nothing.

    What is printed or photographed of the ticket opens no door any more. Its address stays.

    Raises:
        TicketGone, AlreadyAdmitted, NoSeatToChange: there is nothing to change.
        SaleClosed, SaleNotOpen, TooLateToChange, SeatsAssigned, UnknownSeat, OtherPrice,
            GrantUsedUp: the rules refuse.
        LeavesGap: it would leave a single seat; at the counter it may.
        SeatTaken: somebody else was first; the old seat stays.
    """
    members.lock(member.id)
    ticket = queries.ticket_of(member.id, code)
    terms = terms_of(member, ticket.performance_id, at_counter=at_counter)
    if ticket.seat is None:
        raise NoSeatToChange
    if ticket.state is TicketState.VALID and ticket.seat.code == wanted:
        return ticket
    check_open(ticket, terms)
    seat = venues.plan(ticket.seat.plan_id).by_code.get(wanted)
    if seat is None:
        raise UnknownSeat
    old = db.session.get_one(Claim, ticket.claim_id, populate_existing=True)
    if not costs_the_same(amounts_of(ticket, terms), old.zone, seat.zone):
        raise OtherPrice(seat=seat)
    if not at_counter:
        _check_gap(ticket, old, seat, terms)
    _swap(ticket, old, seat, terms)
    return ticket


def check_open(ticket: Ticket, terms: Terms) -> None:
    """Refuse to change the seat of a ticket that is gone or used, or at a time when seats stay.

    Raises:
        TicketGone, AlreadyAdmitted: there is nothing to change.
        SaleClosed, SaleNotOpen, TooLateToChange: it is cancelled, not on sale yet, or too late.
        SeatsAssigned: seats of this show are given out.
    """
    if ticket.state is not TicketState.VALID:
        raise TicketGone
    show = terms.show
    check_takes_place(show)
    if show.choice is SeatChoice.ASSIGNED:
        raise SeatsAssigned
    _check_in_time(terms.now, change_by(ticket))
    if not terms.is_open and not terms.opened.early:
        raise SaleNotOpen(opens_at=terms.opens_at)
    check_not_in(ticket)


def check_not_in(ticket: Ticket) -> None:
    """Refuse a ticket by which somebody came in.

    Raises:
        AlreadyAdmitted: carries when.
    """
    admission = queries.admission_of(ticket.id)
    if admission:
        raise AlreadyAdmitted(first_at=admission.admitted_at)


def change_by(ticket: Ticket) -> datetime:
    """Return until when the seat of a ticket may be changed."""
    minutes = venues.house_rules().exchange_before_minutes
    return rules.return_deadline(ticket.performance.starts_at, minutes)


def amounts_of(ticket: Ticket, terms: Terms) -> dict[str, Fen]:
    """Return what the ticket's tier costs by zone, as it is sold now."""
    return next(
        (dict(one.amounts) for one in terms.offers if one.tier.id == ticket.tier_id),
        {},
    )


def free_seats(ticket: Ticket, terms: Terms) -> list[tuple[PlanSeat, bool]]:
    """Return the seats a ticket may be changed to and whether they are kept, nearest to its own first."""
    here, sold = ticket.seat, db.session.get_one(Claim, ticket.claim_id)
    if here is None:
        return []
    closed, amounts = (
        queries.closed_seats(terms.show.id, terms.free_since),
        amounts_of(ticket, terms),
    )
    within = _within(terms)
    found = [
        (seat, seat.id in closed)
        for seat in venues.seats(here.plan_id)
        if within.has(closed.get(seat.id)) and costs_the_same(amounts, sold.zone, seat.zone)
    ]
    return sorted(found, key=lambda one: (one[0].x - here.x) ** 2 + (one[0].y - here.y) ** 2)


def nearest(found: Sequence[tuple[PlanSeat, bool]], terms: Terms, most: int) -> list[PlanSeat]:
    """Return so many of the free seats found, the nearest; those that leave a single seat come last."""
    seats = [seat for seat, _ in found[: most * LOOKED_AT]]
    if terms.show.no_single_gap:
        free = sorted((seat for seat, is_kept in found if not is_kept), key=lambda one: one.ordinal)
        seats.sort(key=lambda seat: leaves_single(free, [seat]))
    return seats[:most]


def _within(terms: Terms) -> Reach:
    return reach(terms.opened, asked=None, is_open=terms.is_open)


def _check_gap(ticket: Ticket, old: Claim, seat: PlanSeat, terms: Terms) -> None:
    """Refuse a seat that leaves a single one, where the show says so; the old one is free unless it is kept.

    Raises:
        LeavesGap: carries the nearest that leaves none.
    """
    here, stays_kept = ticket.seat, old.kept_until is not None and old.kept_until > terms.now
    seats = venues.plan(here.plan_id).by_code if here else {}
    left = seats.get(here.code) if here else None
    instead = without_gap(terms, [seat], given_up=None if stays_kept else left)
    if instead:
        raise LeavesGap(seats=instead)


def _swap(ticket: Ticket, old: Claim, seat: PlanSeat, terms: Terms) -> None:
    """Take the new seat and free the old one in plan order, so that nobody waits in a circle."""
    order, now, left = ticket.order, terms.now, ticket.seat
    if left is None:
        raise NoSeatToChange
    pick = _as_sold(old, ticket, seat, terms)
    claim_id = 0
    for leaves in sorted((False, True), reverse=left.ordinal < seat.ordinal):
        if leaves:
            claims.give_up(order.id, now, old.id)
        else:
            claim_id = _take(order, old, pick, terms)
    if seat.zone != old.zone:
        check_zone(order, seat.zone, terms.free_since, has_quotas=terms.show.has_quotas)
    claims.lock_ticket(ticket.id)
    check_not_in(ticket)
    _follow(order.id, old.id, claim_id)
    ticket.claim_id, ticket.seat_id = claim_id, seat.id
    booked.reissue(ticket)
    db.session.refresh(ticket)
    _tell(ticket, left, seat, terms)
    seats_freed(terms.show.id, [left.id], now)


def _take(order: Order, old: Claim, pick: Pick, terms: Terms) -> int:
    """Claim a seat for an order that is settled; return the claim.

    Raises:
        SeatTaken: it is somebody's, or another one of the order's own.
        GrantUsedUp: it is kept, and the grant opens no more; one of the same key counts once.
    """
    seat, within = pick.seat, _within(terms)
    own = select(Claim.id).where(
        Claim.performance_id == terms.show.id,
        Claim.seat_id == (seat.id if seat else None),
        Claim.order_id == order.id,
        live(terms.now),
    )
    won = None
    if db.session.scalar(own) is None:
        rows = claims.take(
            order,
            [pick],
            until=None,
            now=terms.free_since,
            opened=within.keys,
            only_kept=within.only_kept,
        )
        won = next(iter(rows), None)
    if won is None:
        raise SeatTaken(seats=[seat])
    if won.by and won.by != old.kept_for:
        check_grants([won.by], terms.opened)
    return int(won.id)


def _as_sold(old: Claim, ticket: Ticket, seat: PlanSeat, terms: Terms) -> Pick:
    tier = ticket.tier
    face = old.face_price
    if seat.zone != old.zone:
        shown: Sequence[Fen] = [one.amounts.get(seat.zone, Fen(0)) for one in terms.offers]
        face = Fen(max(ticket.price, *shown))
    return Pick(
        seat=seat,
        zone=seat.zone,
        tier=SoldAs(
            id=tier.id,
            code=tier.code,
            name_zh=tier.name_zh,
            name_en=tier.name_en,
            fund=old.fund,
        ),
        price=ticket.price,
        face_price=face,
    )


def _follow(order_id: int, old: int, new: int) -> None:
    """Let who comes in by a ticket come in by its new seat; a row left there by an earlier ticket goes."""
    of_order = Entrant.order_id == order_id
    how: dict[str, Any] = {"synchronize_session": False}
    gone = delete(Entrant).where(of_order, Entrant.claim_id == new)
    moved = update(Entrant).where(of_order, Entrant.claim_id == old).values(claim_id=new)
    db.session.execute(gone.execution_options(**how))
    db.session.execute(moved.execution_options(**how))


def _tell(ticket: Ticket, left: Any, seat: PlanSeat, terms: Terms) -> None:
    show = terms.show
    values = {
        "title": {"zh": show.title_zh, "en": show.title_en},
        "starts_at": show.starts_at.isoformat(),
        "seat": {"zh": seat.label_zh, "en": seat.label_en},
    }
    subject = f"ticket:{ticket.id}"
    notices.owe(
        "seat_changed",
        f"{subject}:{ticket.issue}",
        f"member:{ticket.member_id}",
        values,
        terms.now,
    )
    note("seat_changed", subject, before={"seat": left.code}, after={"seat": seat.code})


def _check_in_time(now: datetime, until: datetime) -> None:
    if now >= until:
        raise TooLateToChange(until=until)


def costs_the_same(amounts: Mapping[str, Fen], old: str, new: str) -> bool:
    """Return whether a tier costs in zone `new` what it costs in `old`, the zone of the seat given up."""
    return old == new or (new in amounts and amounts[new] == amounts.get(old))
