"""Taking what was offered, as any booking is made, or giving it up for the next."""

from __future__ import annotations

from palace import clock
from palace.db import db
from palace.errors import PalaceError
from palace.members import queries as members
from palace.members.models import Grant
from palace.members.rules import GrantKind, Known
from palace.members.services import note
from palace.money import Fen
from palace.programme.rules import IdentityPolicy
from palace.tickets import queries as tickets
from palace.tickets import services
from palace.tickets.models import Order
from palace.tickets.rules import OrderState, Wish, choose_tiers
from palace.tickets.terms import terms_of
from palace.waiting import claims, queries, rules
from palace.waiting.errors import OfferOver
from palace.waiting.models import WaitEntry
from palace.waiting.rules import WaitState
from palace.waiting.services.passing import pass_on


def accept(member: Known, code: str, *, large_text: bool = False) -> Order:
    """Take what was offered: free places become tickets at once, priced ones wait for their money.

    A show that asks who comes has its places held until that is told. Repeating changes nothing. The
    locks are the member's, the offer's, then those of any booking.

    Raises:
        NotFound: it is not theirs.
        NoOfferYet, OfferOver: it is not there, or not any more.
        And what `hold` and `confirm` raise: every rule holds that holds for others.
    """
    members.lock(member.id)
    entry = queries.locked_entry(member.id, code)
    if entry.state is WaitState.ACCEPTED:
        return db.session.get_one(Order, entry.order_id)
    now = clock.now()
    rules.check_open(entry.state, entry.lapses_at, now)
    if claims.hand_over(entry) < (entry.offered_count or 0):
        raise OfferOver
    order = _hold(member, entry, large_text=large_text)
    claims.unmark(entry)
    if order.state is OrderState.HELD and not _asks_who(entry):
        order = services.confirm(member, order.code)
    entry.state, entry.ended_at, entry.order_id = WaitState.ACCEPTED, now, order.id
    db.session.flush()
    note("offer_accepted", f"waiting:{entry.id}", after={"tickets": entry.offered_count})
    return tickets.order_of(member.id, order.code)


def price_of(member: Known, entry: WaitEntry) -> Fen | None:
    """Return what an offer costs its member as the cheapest tiers stand; None: none is theirs just now."""
    seats = queries.offered_seats(entry)
    zones = [seat.zone for seat in seats] or [""] * (entry.offered_count or 0)
    try:
        terms = terms_of(member, entry.performance_id, offered=entry.key)
        chosen = choose_tiers([(zone, None) for zone in zones], terms.offers)
    except PalaceError:
        return None
    return Fen(sum(offer.amounts[zone] for zone, offer in zip(zones, chosen, strict=True)))


def _hold(member: Known, entry: WaitEntry, *, large_text: bool) -> Order:
    """Hold the places of an offer, by a grant that opens them and ends with this transaction."""
    grant = Grant(
        member_id=member.id,
        performance_id=entry.performance_id,
        kind=GrantKind.OFFER,
        reason=f"waiting:{entry.id}",
        starts_at=entry.offered_at,
        ends_at=entry.lapses_at,
        opens=entry.key,
        seats=entry.offered_count,
    )
    db.session.add(grant)
    db.session.flush()
    wish = Wish(count=entry.offered_count or 0, kept=entry.key, leave_gap=True)
    order = services.hold(
        member, entry.performance_id, wish, key=entry.key, confirm=True, large_text=large_text
    )
    db.session.delete(grant)
    return order


def _asks_who(entry: WaitEntry) -> bool:
    return entry.performance.identity_policy is not IdentityPolicy.NONE


def decline(member: Known, code: str) -> WaitEntry:
    """Give up what was offered: it goes to the next in the same transaction; repeating changes nothing.

    Raises:
        NotFound: it is not theirs.
        NoOfferYet, OfferOver: it is not there, or not any more.
    """
    members.lock(member.id)
    entry = queries.locked_entry(member.id, code)
    if entry.state is WaitState.DECLINED:
        return entry
    now = clock.now()
    rules.check_open(entry.state, entry.lapses_at, now)
    claims.let_go(entry, now)
    entry.state, entry.ended_at = WaitState.DECLINED, now
    db.session.flush()
    note("offer_declined", f"waiting:{entry.id}", after={"tickets": entry.offered_count})
    pass_on(entry.performance_id)
    return entry
