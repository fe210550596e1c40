"""Giving a ticket to another member: offered, taken or not, and never free in between."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from palace import clock
from palace.agenda import services as agenda
from palace.db import db
from palace.errors import NotFound
from palace.gifts import queries, rules
from palace.gifts.errors import GiftOver, NotVerified, OfferedAlready, ToOneself
from palace.gifts.models import Gift
from palace.gifts.rules import GiftState
from palace.members import queries as members
from palace.members.rules import Known, Standing
from palace.members.services import note
from palace.notices import services as notices
from palace.security import public_code
from palace.statements import execute
from palace.strikes.rules import check_not_barred
from palace.tickets import booked, claims
from palace.tickets import queries as tickets
from palace.tickets.errors import TicketGone
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import Channel, OrderState, TicketState
from palace.tickets.services.changes import check_not_in
from palace.tickets.services.news import dated, leave_agenda
from palace.tickets.services.orders import check_takes_place, check_unchanged
from palace.tickets.services.returns import check_alone_returned
from palace.tickets.terms import Show, Terms, show_now, terms_of
from palace.venues.queries import house_rules


def offer(giver: Known, code: str, number: str, name: str) -> Gift:
    """Offer a member's ticket to whoever has a number and a name; repeating changes nothing.

    The ticket stays the giver's until it is taken. Whether anybody has the number is told to nobody.

    Raises:
        TicketGone, NamedShow, NoGifts, GivenBefore, TooLateToGive, ToOneself: the rules refuse.
        OfferedAlready: it waits for another number.
    """
    members.lock(giver.id)
    ticket = tickets.ticket_of(giver.id, code)
    show, now = show_now(ticket.performance_id)
    check_may_give(ticket, show, now)
    receiver_id, end = queries.find_member(number, name), number.strip()[-4:]
    if receiver_id == giver.id:
        raise ToOneself
    before = queries.find_offered(ticket.id)
    if before and rules.is_open(before.state, before.lapses_at, now):
        if before.number_end != end:  # by what was typed: whom it found would be told by this
            raise OfferedAlready
        return before
    if before:
        _end(before, GiftState.WITHDRAWN, before.lapses_at)
    gift = _new(ticket, receiver_id, end, now)
    _tell_offer(gift, show, now)
    return gift


def check_may_give(ticket: Ticket, show: Show, now: datetime) -> None:
    """Refuse to give a ticket on that is gone or used, too often, too late or where names count.

    Raises:
        TicketGone, SaleClosed, NamedShow, NoGifts, GivenBefore, TooLateToGive, AlreadyAdmitted.
        ReturnedTogether: it stays with the other tickets of its package.
    """
    if ticket.state is not TicketState.VALID:
        raise TicketGone
    check_alone_returned(ticket)
    check_takes_place(show)
    given = queries.given_times(ticket.id)
    rules.check_times(policy=show.identity_policy, given=given, times=show.gifts_per_ticket)
    rules.check_in_time(now, rules.give_by(show.starts_at, house_rules().gift_before_minutes))
    check_not_in(ticket)


def _new(ticket: Ticket, receiver_id: int | None, end: str, now: datetime) -> Gift:
    house = house_rules()
    until = rules.give_by(ticket.performance.starts_at, house.gift_before_minutes)
    gift = Gift(
        code=public_code(),
        ticket_id=ticket.id,
        giver_id=ticket.member_id,
        receiver_id=receiver_id,
        number_end=end,
        state=GiftState.OFFERED,
        offered_at=now,
        lapses_at=rules.lapse(now, house.gift_hours, until),
        order_id=ticket.order_id,
    )
    db.session.add(gift)
    db.session.flush()
    return gift


def _tell_offer(gift: Gift, show: Show, now: datetime) -> None:
    note("ticket_offered", f"ticket:{gift.ticket_id}", after={"gift": gift.id})
    if gift.receiver_id is not None:
        told = _values(show) | {"until": gift.lapses_at.isoformat()}
        receiver = f"member:{gift.receiver_id}"
        notices.owe("ticket_offered", f"gift:{gift.id}", receiver, told, now)


def _values(show: Show) -> dict[str, object]:
    title = {"zh": show.title_zh, "en": show.title_en}
    return {"title": title, "starts_at": show.starts_at.isoformat()}


def take_back(giver: Known, code: str) -> Ticket:
    """Let a ticket that waits to be taken wait no more; repeating changes nothing.

    Raises:
        NotFound: it is not the giver's, or not any more: somebody took it.
    """
    members.lock(giver.id)
    ticket = tickets.ticket_of(giver.id, code)
    gift = queries.find_offered(ticket.id)
    if gift:
        _end(gift, GiftState.WITHDRAWN, clock.now())
        note("gift_withdrawn", f"ticket:{ticket.id}", after={"gift": gift.id})
    return ticket


def decline(receiver: Known, code: str) -> Gift:
    """Leave a ticket to its giver; repeating changes nothing.

    Raises:
        GiftOver: it was taken.
    """
    gift = _locked(receiver, code)
    if gift.state is GiftState.ACCEPTED:
        raise GiftOver
    if gift.state is GiftState.OFFERED:
        _end(gift, GiftState.DECLINED, clock.now())
        note("gift_declined", f"ticket:{gift.ticket_id}", after={"gift": gift.id})
    return gift


def accept(receiver: Known, code: str) -> Gift:
    """Take a ticket that was offered: it is the receiver's from now on; repeating changes nothing.

    Raises:
        GiftOver: taken back, returned, lapsed, or the giver has left.
        TooLateToGive, SaleClosed, AlreadyAdmitted: it is too late.
        NotVerified, Barred, NoRoomForGift: the receiver may not.
    """
    gift = _locked(receiver, code)
    if gift.state is GiftState.ACCEPTED:
        return gift
    ticket = db.session.get_one(Ticket, gift.ticket_id, populate_existing=True)
    terms = terms_of(receiver, ticket.performance_id)
    _check_open(gift, ticket, terms)
    _check_receiver(receiver, ticket, terms)
    old = ticket.order
    _hand_over(ticket, receiver, terms)
    _end(gift, GiftState.ACCEPTED, terms.now)
    _tell_taken(gift, old, terms)
    return gift


def _locked(receiver: Known, code: str) -> Gift:
    """Return a gift under the locks of both members, by id, and its own.

    Raises:
        NotFound: it is not for this member.
        GiftOver: its giver has left.
    """
    gift = queries.gift_to(receiver.id, code)
    for member_id in sorted((gift.giver_id, receiver.id)):
        try:
            members.lock(member_id)
        except NotFound:
            raise GiftOver from None
    return queries.locked(gift.id)


def is_open(gift: Gift, ticket: Ticket, now: datetime) -> bool:
    """Return whether a gift may still be taken: its ticket is valid, and its giver's."""
    is_givers = ticket.member_id == gift.giver_id and ticket.state is TicketState.VALID
    return is_givers and rules.is_open(gift.state, gift.lapses_at, now)


def _check_open(gift: Gift, ticket: Ticket, terms: Terms) -> None:
    if not is_open(gift, ticket, terms.now):
        raise GiftOver
    check_may_give(ticket, terms.show, terms.now)


def _check_receiver(receiver: Known, ticket: Ticket, terms: Terms) -> None:
    """Refuse who may not have this ticket; the quota is not asked, as its place is taken already."""
    today = clock.palace_day(terms.now)
    if receiver.standing(today) is not Standing.VALID:
        raise NotVerified
    check_not_barred(terms.strike_days, terms.house.ladder, today)
    left = 1
    if ticket.tier.monthly:
        used = queries.free_used(receiver.id, terms.show.starts_at, terms.now)
        left = terms.house.free_per_month - used
    rules.check_room(
        held=terms.held,
        limit=terms.show.seats_per_member,
        of_tier=queries.held_of_tier(receiver.id, ticket, terms.now),
        cap=ticket.tier.cap,
        month_left=left,
    )


def _hand_over(ticket: Ticket, receiver: Known, terms: Terms) -> None:
    """Let ticket and seat be the receiver's, as an order of their own; the old QR opens no door.

    The seat was taken when it was: a unit's block that is released by now has handed it out before.
    """
    now = terms.now
    order = Order(
        code=public_code(),
        member_id=receiver.id,
        unit_id=receiver.unit_id,
        channel=Channel.ONLINE,
        performance_id=ticket.performance_id,
        state=OrderState.SETTLED,
        seat_count=1,
        hold_ends_at=now,
        extended=False,
        pay_by=None,
        created_at=ticket.order.created_at,
        settled_at=now,
        package_order_id=ticket.order.package_order_id,
    )
    booked.write(order)
    theirs = update(Claim).where(Claim.id == ticket.claim_id, Claim.held_until.is_(None))
    theirs = theirs.values(order_id=order.id, member_id=receiver.id).returning(Claim.id)
    if not db.session.execute(theirs.execution_options(synchronize_session=False)).all():
        raise GiftOver
    claims.lock_ticket(ticket.id)
    check_not_in(ticket)
    ticket.order_id, ticket.member_id = order.id, receiver.id
    booked.reissue(ticket)
    db.session.refresh(ticket)
    check_unchanged(terms.show, execute(*booked.unchanged(terms.show.id, terms.show.moved_at)))


def _tell_taken(gift: Gift, old: Order, terms: Terms) -> None:
    show, now, subject = terms.show, terms.now, f"gift:{gift.id}"
    agenda.put(gift.receiver_id or 0, dated(show), now)
    if not tickets.tickets_for(gift.giver_id, [show.id]):
        leave_agenda(old, now)
    notices.owe("ticket_received", subject, f"member:{gift.receiver_id}", _values(show), now)
    notices.owe("ticket_given", subject, f"member:{gift.giver_id}", _values(show), now)
    note(
        "ticket_given",
        f"ticket:{gift.ticket_id}",
        before={"member": gift.giver_id},
        after={"member": gift.receiver_id, "gift": gift.id},
    )


def _end(gift: Gift, state: GiftState, now: datetime) -> None:
    gift.state, gift.ended_at = state, now
    db.session.flush()
