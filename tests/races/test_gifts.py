"""A ticket that is taken, taken back, returned, changed and shown at the door all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from palace.db import db
from palace.door import services as door
from palace.door.rules import Verdict
from palace.door.services import Checked
from palace.errors import PalaceError
from palace.gifts import services
from palace.gifts.models import Gift
from palace.gifts.rules import GiftState
from palace.members.models import Member
from palace.tickets import services as tickets
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import TicketState, Wish
from palace.tickets.tokens import ticket_token
from tests.door.conftest import book_for, open_now
from tests.factory import Factory
from tests.races.together import codes, together

Act = Callable[[Member, str], object]


def acting(member: Member, act: Act, code: str) -> Callable[[], object]:
    """Return a job of a member."""
    member_id = member.id
    return lambda: bool(act(db.session.get_one(Member, member_id), code))


def offers(live: Factory, count: int) -> list[tuple[Ticket, Gift, Member, Member]]:
    """Return so many tickets of a show that lets in, each offered by one giver to one receiver."""
    show = open_now(live, seats=count)
    found = []
    for _ in range(count):
        giver, receiver = live.member(), live.member()
        ticket = book_for(giver, show)
        gift = services.offer(giver, ticket.code, receiver.phone or "", receiver.name)
        found.append((ticket, gift, giver, receiver))
    live.commit()
    return found


def test_taken_by_sixteen_taps_is_taken_once(live: Factory, live_app: Flask) -> None:
    [(ticket, gift, _, receiver)] = offers(live, 1)

    results = codes(
        together(live_app, [acting(receiver, services.accept, gift.code)] * 16, at_once=16)
    )

    assert results == {"won": 16}
    db.session.expire_all()
    assert db.session.get_one(Ticket, ticket.id).issue == 2


def test_taken_or_taken_back_never_both(live: Factory, live_app: Flask) -> None:
    those = offers(live, 20)
    jobs = [
        job
        for ticket, gift, giver, receiver in those
        for job in (
            acting(receiver, services.accept, gift.code),
            acting(giver, services.take_back, ticket.code),
        )
    ]
    results = together(live_app, jobs)

    for (ticket, gift, giver, receiver), taken in zip(those, results[::2], strict=True):
        db.session.expire_all()
        now_so, state = db.session.get_one(Ticket, ticket.id), db.session.get_one(Gift, gift.id)
        if isinstance(taken, PalaceError):
            assert (taken.code, now_so.member_id, state.state) == (
                "gift_over",
                giver.id,
                GiftState.WITHDRAWN,
            )
        else:
            assert (now_so.member_id, state.state) == (receiver.id, GiftState.ACCEPTED)


def test_taken_returned_or_changed_and_the_seat_is_one_person_s(
    live: Factory, live_app: Flask
) -> None:
    those = offers(live, 20)
    jobs = [
        job
        for ticket, gift, giver, receiver in those
        for job in (
            acting(receiver, services.accept, gift.code),
            acting(giver, tickets.give_back, ticket.code),
        )
    ]
    results = together(live_app, jobs)

    for (ticket, _, giver, receiver), taken in zip(those, results[::2], strict=True):
        db.session.expire_all()
        now_so = db.session.get_one(Ticket, ticket.id)
        claim = db.session.get_one(Claim, now_so.claim_id)
        if isinstance(taken, PalaceError):
            assert (now_so.state, now_so.member_id) == (TicketState.RETURNED, giver.id)
            assert claim.held_until is not None
        else:
            assert (now_so.state, now_so.member_id) == (TicketState.VALID, receiver.id)
            assert (claim.member_id, claim.held_until) == (receiver.id, None)


def test_taken_or_let_in_by_the_old_qr_never_both(live: Factory, live_app: Flask) -> None:
    those = offers(live, 20)
    shown = [ticket_token(ticket) for ticket, _, _, _ in those]
    show_id = those[0][0].performance_id

    def scan(token: str) -> Callable[[], object]:
        return lambda: door.admit(show_id, token, "main")

    jobs = [
        job
        for (_, gift, _, receiver), token in zip(those, shown, strict=True)
        for job in (acting(receiver, services.accept, gift.code), scan(token))
    ]
    results = together(live_app, jobs)

    wins: Counter[str] = Counter()
    for taken, scanned in zip(results[::2], results[1::2], strict=True):
        assert isinstance(scanned, Checked)
        came = scanned.verdict is Verdict.ADMITTED
        assert came == isinstance(taken, PalaceError)
        wins["came" if came else "taken"] += 1
    assert sum(wins.values()) == 20


def test_two_who_give_to_each_other_wait_in_no_circle(live: Factory, live_app: Flask) -> None:
    show = live.performance(seats=40)
    jobs = []
    for number in range(20):
        one, other = live.member(), live.member()
        for giver, receiver in ((one, other), (other, one)):
            order = tickets.hold(giver, show.id, Wish(count=1), key=f"circle-{number}-{giver.id}")
            [ticket] = tickets.confirm(giver, order.code).tickets
            gift = services.offer(giver, ticket.code, receiver.phone or "", receiver.name)
            jobs.append(acting(receiver, services.accept, gift.code))
    live.commit()

    assert codes(together(live_app, jobs, at_once=16)) == {"won": 40}
    theirs = select(func.count()).select_from(Ticket).join(Claim, Claim.id == Ticket.claim_id)
    same = theirs.where(Claim.member_id == Ticket.member_id, Claim.order_id == Ticket.order_id)
    assert db.session.scalar(same) == 40
