"""Joining the queue of a show, and leaving it."""

from __future__ import annotations

from datetime import datetime

from palace.db import db
from palace.members import queries as members
from palace.members.rules import Known
from palace.members.services import note
from palace.security import public_code
from palace.tickets.errors import TierFull, UnknownSeat
from palace.tickets.rules import Wish
from palace.tickets.services.hold import check_wish
from palace.tickets.terms import Terms, show_now, terms_of
from palace.waiting import claims, queries
from palace.waiting.errors import AlreadyWaiting, NothingToWaitFor
from palace.waiting.models import WaitEntry
from palace.waiting.rules import WaitState, Wanted
from palace.waiting.services.passing import pass_on
from palace.waiting.services.supply import may_book


def join(member: Known, performance_id: int, wanted: Wanted) -> WaitEntry:
    """Let a member wait for places of a show that has none for them now; repeating changes nothing.

    Raises:
        NotFound, SaleNotOpen, SaleClosed, NoTicketNeeded, TooManySeats, Barred, NotForYou,
        MembershipExpired, TierFull, UnknownSeat: they could not book there either.
        AlreadyWaiting: they wait for it with another wish.
        NothingToWaitFor: what they wish for is free.
    """
    members.lock(member.id)
    terms = terms_of(member, performance_id)
    check_wish(member, Wish(count=wanted.count), terms)
    check_own_room(wanted, terms)
    claims.open_list(performance_id, terms.show.plan_id, terms.now)
    claims.lock_list(performance_id)
    pass_on(performance_id)
    waits = queries.live_entry(member.id, performance_id)
    if waits:
        if waits.wanted != wanted:
            raise AlreadyWaiting(count=waits.count)
        return waits
    if may_book(member, performance_id, wanted):
        raise NothingToWaitFor(count=wanted.count)
    return _joined(member, performance_id, wanted)


def check_own_room(wanted: Wanted, terms: Terms) -> None:
    """Refuse a zone that is not sold, and somebody who has used up what is theirs of every tier.

    Raises:
        UnknownSeat, TierFull.
    """
    sold = [
        offer
        for offer in terms.offers
        if offer.qualifies and (wanted.zone is None or wanted.zone in offer.amounts)
    ]
    if not sold:
        raise UnknownSeat
    used_up = [offer for offer in sold if offer.room == 0 and offer.left != 0]
    if len(used_up) == len(sold):
        raise TierFull(tier=used_up[0].tier, left=0)


def _joined(member: Known, performance_id: int, wanted: Wanted) -> WaitEntry:
    _, now = show_now(performance_id)
    entry = WaitEntry(
        code=public_code(),
        performance_id=performance_id,
        member_id=member.id,
        count=wanted.count,
        together=wanted.together,
        fewer=wanted.fewer,
        zone=wanted.zone,
        state=WaitState.WAITING,
        joined_at=now,
        offered=[],
    )
    db.session.add(entry)
    db.session.flush()
    note(
        "waiting_joined",
        f"waiting:{entry.id}",
        after={"performance": performance_id, "tickets": wanted.count},
    )
    pass_on(performance_id)
    return entry


def leave(member: Known, performance_id: int) -> WaitEntry | None:
    """Let a member wait no longer, or give up what they were offered; repeating changes nothing."""
    members.lock(member.id)
    claims.lock_list(performance_id)
    entry = queries.live_entry(member.id, performance_id)
    if entry is None or entry.state is not WaitState.WAITING:
        return entry
    _, now = show_now(performance_id)
    _leave(entry, now)
    return entry


def _leave(entry: WaitEntry, now: datetime) -> None:
    entry.state, entry.ended_at = WaitState.LEFT, now
    db.session.flush()
    note("waiting_left", f"waiting:{entry.id}", after={"state": entry.state})
    pass_on(entry.performance_id)
