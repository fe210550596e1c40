"""Holding places: all of the wish or nothing, under the locks of design R2."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

from palace import clock, commands
from palace.db import db
from palace.errors import NotFound, PalaceError
from palace.members import queries as members
from palace.members.rules import Known
from palace.money import FREE
from palace.programme.rules import IdentityPolicy, SeatChoice, Seating
from palace.security import public_code
from palace.statements import execute_all
from palace.strikes import rules as strikes
from palace.tickets import booked, claims, neighbours, queries, rules
from palace.tickets.claims import Pick
from palace.tickets.errors import (
    NoTicketNeeded,
    NotKeptForYou,
    OnlyInPackage,
    PlanSwitched,
    Rushed,
    SaleNotOpen,
    SaleStopped,
    SeatsAssigned,
    SeatTaken,
    ShowMoved,
    SoldOut,
    UnknownSeat,
)
from palace.tickets.keeping import Reach, check_grants, reach
from palace.tickets.models import Order
from palace.tickets.queries import TAKEN
from palace.tickets.quotas import check_quotas
from palace.tickets.rules import Channel, Offer, OrderState, Wish
from palace.tickets.services.orders import check_takes_place, issue
from palace.tickets.services.seats import best_seats, check_gap, named_seats
from palace.tickets.services.unpaid import check_may_wait
from palace.tickets.terms import Terms, asking, show_now, terms_in
from palace.venues import queries as venues
from palace.venues.rules import Mode, PlanSeat

TRIES = 6


def hold(
    member: Known,
    performance_id: int,
    wish: Wish,
    *,
    key: str,
    confirm: bool = False,
    large_text: bool = False,
    at_counter: bool = False,
) -> Order:
    """Hold places for a member until they confirm or the hold lapses: all of them or none.

    `confirm` settles a free order in the same transaction, unless the performance asks who comes.
    `at_counter`: staff act for a member who came, whom places kept for such are open to.

    Raises:
        SaleNotOpen, SaleClosed, NoTicketNeeded, TooManySeats, NotForYou, TierFull, UnknownSeat:
            the palace's rules refuse.
        OnlyInPackage: it is sold together with others.
        SeatsAssigned, NotKeptForYou, GrantUsedUp: seats are given out; kept seats are not, or not so many.
        LeavesGap: the choice would leave a single seat.
        Barred: too many shows were missed; what is booked stays.
        TooLateToPayLater, TooManyUnpaid, UnpaidFull: the wish `may_wait`, and would not be kept unpaid.
        SeatTaken, NoSeatsTogether, SoldOut, Rushed: somebody else was first; nothing is held then.
        SaleClosed, ShowMoved, PlanSwitched: the show became another meanwhile.
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
    terms = terms_in(found, member, at_counter=at_counter)
    return hold_by(
        member,
        wish,
        terms,
        code,
        confirm=confirm,
        large_text=large_text,
        channel=Channel.ACTING if at_counter else Channel.ONLINE,
    )


def hold_by(
    member: Known,
    wish: Wish,
    terms: Terms,
    code: str,
    *,
    confirm: bool,
    large_text: bool,
    channel: Channel,
    package_order_id: int | None = None,
) -> Order:
    """Hold places on terms that were read behind the member's lock, by themselves or for a package.

    Raises:
        PalaceError: as `hold`.
    """
    check_wish(member, wish, terms)
    order = _order(member, wish, terms, code, large_text=large_text)
    order.channel, order.package_order_id = channel, package_order_id
    won = _take(order, wish, terms, confirm=confirm)
    if order.state is OrderState.SETTLED:
        issue(order, terms.show, won, terms.now)
    return order


def held_before(member: Known, performance_id: int, key: str) -> Order | None:
    """Return the order that a member's key made at a performance; None: it made none."""
    first = commands.answer_to(f"member:{member.id}", f"hold:{performance_id}", key)
    return queries.order_of(member.id, first) if first else None


def check_wish(member: Known, wish: Wish, terms: Terms) -> None:
    """Refuse a wish that sale times, the cancelled show, strikes, seat limit or standing forbid.

    A show that is only sold in a package gives single seats to nobody but whom a grant names them for.
    """
    show = terms.show
    check_takes_place(show)
    if show.seating is Seating.OPEN:
        raise NoTicketNeeded
    if wish.kept and wish.kept not in terms.opened.keys:
        raise NotKeptForYou
    if wish.seats and show.choice is SeatChoice.ASSIGNED:
        raise SeatsAssigned
    if not wish.package and wish.kept not in terms.opened.early and show.only_package_id:
        raise OnlyInPackage(package_id=show.only_package_id)
    check_not_stopped(show.space_id)
    rules.check_on_sale(
        now=terms.now,
        opens_at=terms.now if terms.opened.early else terms.opens_at,
        closes_at=show.sale_closes_at,
        starts_at=show.starts_at,
    )
    strikes.check_not_barred(terms.strike_days, terms.house.ladder, clock.palace_day(terms.now))
    limit = show.seats_per_member
    rules.check_seat_limit(held=terms.held, wanted=wish.wanted, limit=limit)
    rules.check_for_you(terms.offers, member.standing(clock.palace_day(terms.now)))


def check_not_stopped(space_id: int) -> None:
    """Refuse new bookings while the house, or the palace, has stopped them; what is held goes on.

    Raises:
        SaleStopped: with the reason people read.
    """
    stands = venues.modes().of(space_id)
    if stands.mode is Mode.STOPPED:
        raise SaleStopped(reason=stands.reason)


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
    try:
        return _take_once(order, wish, terms, TRIES, confirm=confirm)
    except SeatTaken:
        if wish.seats:
            raise
        raise Rushed from None


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
    within = reach(terms.opened, asked=wish.kept, is_open=terms.is_open)
    picks = _picks(wish, terms, within, neighbours.BEST_SETS << lost)
    if wish.may_wait:
        priced = sum(pick.price > FREE for pick in picks)
        check_may_wait(order, priced, terms.show.starts_at, terms.now)
    asks_who = terms.show.identity_policy is not IdentityPolicy.NONE
    sold = confirm and not asks_who and not any(pick.price for pick in picks)
    order.state = OrderState.SETTLED if sold else OrderState.HELD
    order.settled_at = terms.now if sold else None
    booked.write(order)
    with nullcontext() if wish.seats else db.session.begin_nested():
        check_gap(wish, terms, [pick.seat for pick in picks])
        won = claims.take(
            order,
            picks,
            until=None if sold else order.hold_ends_at,
            now=terms.free_since,
            opened=within.keys,
            only_kept=within.only_kept,
        )
        if len(won) < len(picks):
            raise _lost(picks, {row.seat_id for row in won}, terms)
        check_grants([row.by for row in won if row.by], terms.opened)
        check_quotas(order, picks, terms.free_since, has_quotas=terms.show.has_quotas)
    return [row.id for row in won]


def _lost(picks: Sequence[Pick], mine: Collection[int | None], terms: Terms) -> PalaceError:
    """Return why places were not won: somebody has them, or they are not open to this person yet.

    Raises:
        SaleClosed, ShowMoved, PlanSwitched: nobody has them; the show is not as it was read.
    """
    now_so, _ = show_now(terms.show.id)
    check_takes_place(now_so)
    if now_so.moved_at != terms.show.moved_at:
        raise ShowMoved(starts_at=now_so.starts_at)
    if now_so.plan_id != terms.show.plan_id:
        raise PlanSwitched
    seats = [pick.seat for pick in picks if pick.seat and pick.seat.id not in mine]
    if not terms.is_open:
        closed = queries.closed_seats(terms.show.id, terms.now)
        seats = [seat for seat in seats if closed.get(seat.id) == TAKEN]
        if not seats:
            return SaleNotOpen(opens_at=terms.opens_at)
    return SeatTaken(seats=seats) if seats else SoldOut(tier_id=None)


def _picks(wish: Wish, terms: Terms, within: Reach, most: int) -> list[Pick]:
    seats: Sequence[PlanSeat | None]
    if terms.show.plan_id is None:
        seats = [None] * wish.count
    elif wish.seats:
        seats = named_seats(wish, terms.show.plan_id)
    else:
        seats = best_seats(wish, terms, within, most)
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
    price = offer.price(zone)
    face = max(price, *(other.amounts[zone] for other in terms.offers if zone in other.amounts))
    return Pick(seat=seat, zone=zone, tier=offer.tier, price=price, face_price=face)
