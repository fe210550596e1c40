"""Complimentary tickets are given, or proposed and confirmed by another: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from palace import clock, commands
from palace.complimentary import claims, queries, rules
from palace.complimentary.errors import (
    AlreadyDecided,
    PersonUnknown,
    PlacesTaken,
    SeatsMismatch,
    ShowClosed,
)
from palace.complimentary.models import Complimentary, Given
from palace.complimentary.rules import GivenState, Reason
from palace.db import db
from palace.members.services import note
from palace.money import FREE, Fen
from palace.programme.models import Performance, Tier
from palace.programme.rules import IdentityPolicy, Seating
from palace.security import public_code
from palace.statements import execute
from palace.tickets import booked, neighbours
from palace.tickets import claims as seats
from palace.tickets.claims import Pick
from palace.tickets.models import Order
from palace.tickets.queries import closed_seats
from palace.tickets.quotas import check_quotas
from palace.tickets.rules import Channel, OrderState, pay_deadline
from palace.tickets.services.orders import issue
from palace.tickets.terms import Show, show_now
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat, SeatType


@dataclass(frozen=True, kw_only=True)
class Giving:
    """What is to be given: to whom, line by line, how many each, why, which seats."""

    people: tuple[str, ...]
    each: int
    reason: Reason
    why: str
    seats: tuple[str, ...] = ()
    source: str | None = None


def give(performance: Performance, giving: Giving, *, actor: str, key: str) -> Complimentary:
    """Give complimentary tickets, or propose them where they are more than one person may give alone.

    A repeat with the same key changes nothing.

    Raises:
        PersonUnknown, PersonAmbiguous: whom they are for is not clear.
        SeatsMismatch, PlacesTaken, SoldOut: there are not such places.
        ShowClosed: it is too late.
        KeyReused.
    """
    code = public_code()
    command = f"complimentary:{performance.id}"
    asked = commands.taking(actor, command, key, body=repr(giving), answer=code)
    first = commands.first_of(asked, execute(*asked))
    if first != code:
        return db.session.scalars(select(Complimentary).where(Complimentary.code == first)).one()
    member_ids = queries.members_of(giving.people)
    claims.lock_members(member_ids)
    claims.lock_allowance(performance.id)
    now = clock.now()
    _check_show(performance, now)
    asked_for = _written(performance, giving, member_ids, actor=actor, code=code, now=now)
    if rules.needs_second(left=left(performance.id, now), wanted=asked_for.wanted):
        _picks(asked_for, claims.the_tier(), now)  # what cannot be given is not proposed
        asked_for.state = GivenState.PROPOSED
        db.session.flush()
        note("complimentary_proposed", f"complimentary:{asked_for.id}", **_said(asked_for))
        return asked_for
    db.session.flush()
    _hand_over(asked_for, now)
    note("complimentary_given", f"complimentary:{asked_for.id}", **_said(asked_for))
    return asked_for


def _written(
    performance: Performance,
    giving: Giving,
    member_ids: Sequence[int],
    *,
    actor: str,
    code: str,
    now: datetime,
) -> Complimentary:
    """Write down what is asked for, as given."""
    asked_for = Complimentary(
        code=code,
        performance=performance,
        reason=giving.reason,
        why=giving.why,
        each=giving.each,
        seats=list(giving.seats),
        source=giving.source,
        state=GivenState.GIVEN,
        asked_by=actor,
        asked_at=now,
        people=[Given(member_id=member_id) for member_id in member_ids],
    )
    db.session.add(asked_for)
    return asked_for


def left(performance_id: int, now: datetime) -> int:
    """Return how many complimentary tickets of a show one person may still give alone."""
    allowance = venues.house_rules().complimentary_per_show
    return rules.left_of(allowance, queries.given_count(performance_id, now))


def confirm(performance_id: int, complimentary_id: int, *, actor: str) -> Complimentary:
    """Give what another proposed; repeating changes nothing.

    Raises:
        AlreadyDecided, AnotherConfirms: it is not theirs to confirm.
        ShowClosed, SeatsMismatch, PlacesTaken, SoldOut: it cannot be any more; it stays proposed.
        NotFound: there is none.
    """
    proposed = queries.locked(performance_id, complimentary_id)
    if proposed.state is GivenState.GIVEN:
        return proposed
    rules.check_confirms(proposed.state, proposed.asked_by, actor)
    ids = [one.member_id for one in proposed.people]
    if claims.lock_members(ids) < len(ids):
        raise PersonUnknown(lines=[])
    claims.lock_allowance(performance_id)
    now = clock.now()
    _check_show(proposed.performance, now)
    _hand_over(proposed, now)
    proposed.state, proposed.decided_by, proposed.decided_at = GivenState.GIVEN, actor, now
    db.session.flush()
    note("complimentary_confirmed", f"complimentary:{proposed.id}", **_said(proposed))
    return proposed


def withdraw(performance_id: int, complimentary_id: int, *, actor: str) -> Complimentary:
    """Let go what is proposed; repeating changes nothing.

    Raises:
        AlreadyDecided: it is given.
        NotFound: there is none.
    """
    proposed = queries.locked(performance_id, complimentary_id)
    if proposed.state is GivenState.WITHDRAWN:
        return proposed
    if proposed.state is GivenState.GIVEN:
        raise AlreadyDecided
    now = clock.now()
    proposed.state, proposed.decided_by, proposed.decided_at = GivenState.WITHDRAWN, actor, now
    db.session.flush()
    note("complimentary_withdrawn", f"complimentary:{proposed.id}", **_said(proposed))
    return proposed


def _check_show(performance: Performance, now: datetime) -> None:
    over = performance.cancelled_at is not None or now >= performance.starts_at
    if over or performance.published_at is None or performance.seating is Seating.OPEN:
        raise ShowClosed


def _hand_over(given: Complimentary, now: datetime) -> None:
    """Make an order of each person's places: settled, or kept for them where the show asks who comes."""
    show, _ = show_now(given.performance_id)
    picks = _picks(given, claims.the_tier(), now)
    for turn, one in enumerate(given.people):
        mine = picks[turn * given.each : (turn + 1) * given.each]
        one.order_id = _sell(one, given, mine, show, now).id
    db.session.flush()


def _sell(
    one: Given, given: Complimentary, picks: Sequence[Pick], show: Show, now: datetime
) -> Order:
    asks_who = show.identity_policy is not IdentityPolicy.NONE
    deadline = pay_deadline(show.starts_at, venues.house_rules().pay_before_minutes)
    until = deadline if now < deadline else show.starts_at
    order = Order(
        code=public_code(),
        member_id=one.member_id,
        unit_id=None,
        channel=Channel.GIVEN,
        performance_id=show.id,
        state=OrderState.HELD if asks_who else OrderState.SETTLED,
        seat_count=len(picks),
        hold_ends_at=until if asks_who else now,
        extended=asks_who,
        pay_by=None,
        created_at=now,
        settled_at=None if asks_who else now,
    )
    booked.write(order)
    won = seats.take(
        order,
        picks,
        until=until if asks_who else None,
        now=now,
        opened=[given.source] if given.source else [],
        only_kept=given.source is not None,
    )
    if len(won) < len(picks):
        raise PlacesTaken
    check_quotas(order, picks, now, has_quotas=show.has_quotas)
    if not asks_who:
        issue(order, show, [row.id for row in won], now)
    return order


def _picks(given: Complimentary, tier: Tier, now: datetime) -> list[Pick]:
    """Return a place for each ticket, those of one person one after another.

    Raises:
        SeatsMismatch, PlacesTaken.
    """
    worth = queries.faces(given.performance_id)
    plan_id = given.performance.plan_id
    if plan_id is None:
        if given.seats:
            raise SeatsMismatch(wanted=given.wanted)
        return [_pick(None, tier, worth)] * given.wanted
    chosen = _named(given, plan_id) if given.seats else _best(given, plan_id, now)
    return [_pick(seat, tier, worth) for seat in chosen]


def _pick(seat: PlanSeat | None, tier: Tier, worth: dict[str, Fen]) -> Pick:
    zone = seat.zone if seat else ""
    return Pick(seat=seat, zone=zone, tier=tier, price=FREE, face_price=worth.get(zone, FREE))


def _named(given: Complimentary, plan_id: int) -> list[PlanSeat]:
    by_code = venues.plan(plan_id).by_code
    found = {by_code[code] for code in given.seats if code in by_code}
    if not len(found) == len(given.seats) == given.wanted:
        raise SeatsMismatch(wanted=given.wanted)
    return sorted(found, key=lambda seat: seat.ordinal)


def _best(given: Complimentary, plan_id: int, now: datetime) -> list[PlanSeat]:
    """Return the best places that are left for each person, together where there are such."""
    closed = closed_seats(given.performance_id, now)
    free = [
        seat
        for seat in venues.seats(plan_id)
        if closed.get(seat.id) == given.source and seat.type is SeatType.SEAT
    ]
    chosen: list[PlanSeat] = []
    for _ in given.people:
        sets = neighbours.best_sets(free, given.each, 1) or neighbours.apart(free, given.each)
        if not sets:
            raise PlacesTaken
        chosen += sets[0]
        free = [seat for seat in free if seat not in sets[0]]
    return chosen


def _said(given: Complimentary) -> dict[str, Any]:
    """Return what the audit says of it: what and for whom, and why in staff's own words."""
    told = {
        "performance": given.performance_id,
        "reason": given.reason.value,
        "tickets": given.wanted,
        "member": [one.member_id for one in given.people],
    }
    return {"after": told, "why": given.why or None}
