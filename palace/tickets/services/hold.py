"""Holding places: all of the wish or nothing, under the locks of design R2."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

from palace import clock, commands
from palace.db import db
from palace.errors import NotFound
from palace.members import queries as members
from palace.members.rules import Known
from palace.programme.rules import IdentityPolicy, Seating
from palace.security import public_code
from palace.statements import execute_all
from palace.strikes import rules as strikes
from palace.tickets import booked, claims, queries, rules
from palace.tickets.claims import Pick
from palace.tickets.errors import NoSeatsTogether, NoTicketNeeded, SeatTaken, SoldOut, UnknownSeat
from palace.tickets.models import Order
from palace.tickets.rules import Offer, OrderState, Wish
from palace.tickets.services.orders import check_takes_place, issue
from palace.tickets.terms import Terms, asking, terms_in
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat, SeatType

TRIES = 6


def hold(
    member: Known,
    performance_id: int,
    wish: Wish,
    *,
    key: str,
    confirm: bool = False,
    large_text: bool = False,
) -> Order:
    """Hold places for a member until they confirm or the hold lapses: all of them or none.

    `confirm` settles a free order in the same transaction, unless the performance asks who comes.

    Raises:
        SaleNotOpen, SaleClosed, NoTicketNeeded, TooManySeats, NotForYou, TierFull, UnknownSeat:
            the palace's rules refuse.
        Barred: too many shows were missed; what is booked stays.
        SeatTaken, NoSeatsTogether, SoldOut: somebody else was first; nothing is held then.
        KeyReused: the key was used for another wish.
    """
    code = public_code()
    actor, command = f"member:{member.id}", f"hold:{performance_id}"
    key_taken = commands.taking(actor, command, key, body=repr((wish, confirm)), answer=code)
    taken, locked, found = execute_all(
        key_taken, (members.LOCK, {"member_id": member.id}), asking(member, performance_id)
    )  # the clock and the counts are read behind both locks
    first = commands.first_of(key_taken, taken)
    if first != code:
        return queries.order_of(member.id, first)
    if not locked:
        raise NotFound
    terms = terms_in(found, member)
    check_wish(member, wish, terms)
    order = _order(member, wish, terms, code, large_text=large_text)
    won = _take(order, wish, terms, confirm=confirm)
    if order.state is OrderState.SETTLED:
        issue(order, terms.show, won, terms.now)
    return order


def check_wish(member: Known, wish: Wish, terms: Terms) -> None:
    """Refuse a wish that sale times, the cancelled show, strikes, seat limit or standing forbid."""
    show = terms.show
    check_takes_place(show)
    if show.seating is Seating.OPEN:
        raise NoTicketNeeded
    rules.check_on_sale(
        now=terms.now,
        opens_at=show.sale_opens_at,
        closes_at=show.sale_closes_at,
        starts_at=show.starts_at,
    )
    strikes.check_not_barred(terms.strike_days, terms.house.ladder, clock.palace_day(terms.now))
    limit = show.seats_per_member
    rules.check_seat_limit(held=terms.held, wanted=wish.wanted, limit=limit)
    rules.check_for_you(terms.offers, member.standing(clock.palace_day(terms.now)))


def _order(member: Known, wish: Wish, terms: Terms, code: str, *, large_text: bool) -> Order:
    house = terms.house
    minutes = house.hold_minutes_large_text if large_text else house.hold_minutes
    return Order(
        code=code,
        member_id=member.id,
        unit_id=member.unit_id,
        performance_id=terms.show.id,
        seat_count=wish.wanted,
        hold_ends_at=rules.hold_expiry(terms.now, timedelta(minutes=minutes), terms.show.starts_at),
        extended=False,
        pay_by=None,
        created_at=terms.now,
    )


def _take(order: Order, wish: Wish, terms: Terms, *, confirm: bool) -> Collection[int]:
    """Claim the wish's places; seats left to us and tiers left to us are chosen anew when lost."""
    for lost in range(TRIES - 1):
        try:
            return _take_once(order, wish, terms, lost, confirm=confirm)
        except SeatTaken:
            if wish.seats:
                raise
        except SoldOut as full:
            terms = _without(terms, full.values["tier_id"])
    return _take_once(order, wish, terms, TRIES, confirm=confirm)


def _without(terms: Terms, tier_id: object) -> Terms:
    """Return the terms after a tier's quota turned out full; a full house or zone has no way round."""
    if tier_id is None:
        raise SoldOut(tier_id=None)
    offers = [
        replace(offer, room=0) if offer.tier.id == tier_id else offer for offer in terms.offers
    ]
    return replace(terms, offers=offers)


def _take_once(
    order: Order, wish: Wish, terms: Terms, lost: int, *, confirm: bool
) -> Collection[int]:
    """Try once; whoever `lost` before chooses among twice as many sets each time.

    Seats left to us are let go when lost, so that nobody waits on them in a circle; named ones stay
    while other tiers are tried.
    """
    picks = _picks(wish, terms, rules.BEST_SETS << lost)
    asks_who = terms.show.identity_policy is not IdentityPolicy.NONE
    sold = confirm and not asks_who and not any(pick.price for pick in picks)
    order.state = OrderState.SETTLED if sold else OrderState.HELD
    order.settled_at = terms.now if sold else None
    booked.write(order)
    with nullcontext() if wish.seats else db.session.begin_nested():
        won = claims.take(
            order,
            picks,
            until=None if sold else order.hold_ends_at,
            now=terms.free_since,
            opened=terms.opened,
        )
        if len(won) < len(picks):
            mine = set(won.values())
            raise SeatTaken(
                seats=[pick.seat for pick in picks if pick.seat and pick.seat.id not in mine]
            )
        claims.check_quotas(order, picks, terms.free_since, has_quotas=terms.show.has_quotas)
    return won


def _picks(wish: Wish, terms: Terms, most: int) -> list[Pick]:
    seats: Sequence[PlanSeat | None]
    if terms.show.plan_id is None:
        seats = [None] * wish.count
    elif wish.seats:
        seats = _named_seats(wish, terms.show.plan_id)
    else:
        seats = _best_seats(wish, terms, most)
    if not seats:
        raise UnknownSeat
    named = dict(wish.seats)
    zones = [seat.zone if seat else "" for seat in seats]
    codes = [named.get(seat.code) if seat else None for seat in seats]
    chosen = rules.choose_tiers(
        [(zone, code or wish.tier) for zone, code in zip(zones, codes, strict=True)], terms.offers
    )
    return [
        _pick(seat, zone, offer, terms)
        for seat, zone, offer in zip(seats, zones, chosen, strict=True)
    ]


def _pick(seat: PlanSeat | None, zone: str, offer: Offer, terms: Terms) -> Pick:
    face = max(other.amounts[zone] for other in terms.offers if zone in other.amounts)
    return Pick(seat=seat, zone=zone, tier=offer.tier, price=offer.amounts[zone], face_price=face)


def _named_seats(wish: Wish, plan_id: int) -> list[PlanSeat]:
    by_code = venues.plan(plan_id).by_code
    if any(code not in by_code for code, _ in wish.seats):
        raise UnknownSeat
    return sorted((by_code[code] for code, _ in wish.seats), key=lambda seat: seat.ordinal)


def _best_seats(wish: Wish, terms: Terms, most: int) -> list[PlanSeat]:
    """Return neighbouring free seats, one of the best sets at random; special places are left alone."""
    closed = queries.closed_seats(terms.show.id, terms.free_since)
    sold_zones = {zone for offer in terms.offers for zone in offer.amounts}
    if wish.zone is not None and wish.zone not in sold_zones:
        raise UnknownSeat
    free = [
        seat
        for seat in venues.seats(terms.show.plan_id or 0)
        if seat.id not in closed and seat.type is SeatType.SEAT and wish.zone in (None, seat.zone)
    ]
    sets = rules.best_sets(free, wish.count, most)
    if not sets:
        raise NoSeatsTogether(count=wish.count) if free else SoldOut(tier_id=None)
    return rules.pick_one(sets)
