"""Two doors, one ticket; a door and a phone that gives the ticket back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.door import services as door
from palace.door.rules import Verdict
from palace.door.services import Checked
from palace.members.models import AuditLine, Member
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy
from palace.tickets import services
from palace.tickets.errors import AlreadyAdmitted
from palace.tickets.models import Admission, Claim, Ticket
from palace.tickets.rules import TicketState, Wish
from palace.tickets.tokens import ticket_token
from tests.door.conftest import book_for, open_now
from tests.factory import Factory
from tests.races.together import together
from tests.tickets.test_entrants import adult

GATES = ("main", "1L")


@pytest.fixture
def tonight(live: Factory) -> Performance:
    """Return a performance with two gates that lets in now."""
    performance = open_now(live, seats=40)
    performance.seats_per_member = 40
    live.rules().free_per_month = 40
    assert performance.plan
    performance.plan.drawing = performance.plan.drawing | {
        "entrances": [{"code": "1L", "name": {"zh": "一层单号门", "en": "level 1, odd door"}}]
    }
    return performance


def scanner(performance: Performance, code: str, gate: str = "main") -> Callable[[], object]:
    """Return a job that shows a code at a door."""
    performance_id = performance.id
    return lambda: door.admit(performance_id, code, gate)


def returner(member: Member, code: str) -> Callable[[], object]:
    """Return a job that gives a ticket back as its member does."""
    member_id = member.id
    return lambda: services.give_back(db.session.get_one(Member, member_id), code).state


def test_many_scans_at_two_doors_let_one_in(
    live: Factory, live_app: Flask, tonight: Performance
) -> None:
    token = ticket_token(book_for(live.member(), tonight))
    live.commit()

    scans = [scanner(tonight, token, GATES[number % 2]) for number in range(64)]
    results = [one for one in together(live_app, scans) if isinstance(one, Checked)]

    assert Counter(one.verdict for one in results) == {Verdict.ADMITTED: 1, Verdict.ALREADY: 63}
    assert len({(one.first_at, one.gate) for one in results}) == 1
    assert db.session.scalars(select(func.count(Admission.id))).one() == 1
    audited = select(func.count(AuditLine.id)).where(AuditLine.act == "admitted")
    assert db.session.scalars(audited).one() == 1


def test_a_buyer_s_card_at_two_doors_lets_every_ticket_in(
    live: Factory, live_app: Flask, tonight: Performance
) -> None:
    """Who waits for the other door comes in by the next ticket, not by the one that is in by now."""
    tonight.identity_policy, buyer = IdentityPolicy.BUYER, live.member()
    order = services.hold(buyer, tonight.id, Wish(count=16), key="card-at-two-doors")
    services.confirm(buyer, order.code, [adult()])
    live.commit()

    scans = [scanner(tonight, adult().number, GATES[number % 2]) for number in range(20)]
    results = [one for one in together(live_app, scans) if isinstance(one, Checked)]

    assert Counter(one.verdict for one in results) == {Verdict.ADMITTED: 16, Verdict.ALREADY: 4}
    assert db.session.scalars(select(func.count(Admission.id))).one() == 16


def test_scanned_and_typed_at_once_is_one_entry(
    live: Factory, live_app: Flask, tonight: Performance
) -> None:
    ticket = book_for(live.member(), tonight)
    shown = (ticket_token(ticket), ticket.collection_code + (ticket.member.phone or "")[-4:])
    live.commit()

    scans = [scanner(tonight, shown[number % 2]) for number in range(32)]
    results = [one for one in together(live_app, scans) if isinstance(one, Checked)]

    assert Counter(one.verdict for one in results) == {Verdict.ADMITTED: 1, Verdict.ALREADY: 31}


def test_a_ticket_is_let_in_or_given_back_never_both(
    live: Factory, live_app: Flask, tonight: Performance
) -> None:
    member = live.member()
    tickets = [book_for(member, tonight) for _ in range(30)]
    shown = [(ticket.id, ticket.code, ticket_token(ticket)) for ticket in tickets]
    live.commit()

    scans = [scanner(tonight, token) for _, _, token in shown]
    returns = [returner(member, code) for _, code, _ in shown]
    pairs = [job for pair in zip(scans, returns, strict=True) for job in pair]
    results = together(live_app, pairs)

    wins: Counter[str] = Counter()
    for (ticket_id, _, _), checked, returned in zip(
        shown, results[::2], results[1::2], strict=True
    ):
        assert isinstance(checked, Checked)
        verdict, (came, state) = checked.verdict, outcome(ticket_id)
        if verdict is Verdict.ADMITTED:
            assert isinstance(returned, AlreadyAdmitted)
            assert (came, state) == (1, TicketState.VALID)
        else:
            assert (verdict, returned) == (Verdict.REFUSED, TicketState.RETURNED)
            assert (came, state) == (0, TicketState.RETURNED)
        wins[str(verdict)] += 1
    freed = select(func.count(Claim.id)).where(Claim.held_until <= clock.now())
    assert db.session.scalars(freed).one() == wins["refused"]


def outcome(ticket_id: int) -> tuple[int, TicketState]:
    """Return how often a ticket came in, and its state."""
    came = select(func.count(Admission.id)).where(Admission.ticket_id == ticket_id)
    state = select(Ticket.state).where(Ticket.id == ticket_id)
    return db.session.scalars(came).one(), db.session.scalars(state).one()
