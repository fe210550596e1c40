"""One document, one ticket: forty people name the same person at once."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from palace.db import db
from palace.identities.rules import Declared
from palace.members.models import Member
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy
from palace.tickets import services
from palace.tickets.models import Entrant, Ticket
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.races.together import codes, together
from tests.tickets.test_entrants import adult


def asking(live: Factory, seats: int) -> Performance:
    """Return a performance where one document has one ticket."""
    performance = live.performance(seats=seats)
    performance.identity_policy, performance.one_per_identity = IdentityPolicy.EVERY_ENTRANT, True
    return performance


def naming(member: Member, performance: Performance, *people: Declared) -> Callable[[], object]:
    """Return a job that books a seat for each of some people."""
    member_id, show = member.id, performance.id

    def book() -> object:
        mine = db.session.get_one(Member, member_id)
        order = services.hold(mine, show, Wish(count=len(people)), key=f"entrant-{member_id}")
        return services.confirm(mine, order.code, people).code

    return book


def test_forty_buyers_name_one_person_and_one_wins(live: Factory, live_app: Flask) -> None:
    show = asking(live, 80)
    jobs = [naming(live.member(), show, adult()) for _ in range(40)]
    live.commit()

    results = codes(together(live_app, jobs, at_once=40))

    assert results == {"won": 1, "identity_taken": 39}
    assert db.session.scalar(select(func.count(Ticket.id))) == 1


def test_couples_named_in_either_order_never_wait_in_a_circle(
    live: Factory, live_app: Flask
) -> None:
    show = asking(live, 120)
    couple = (adult("001"), adult("002"))
    jobs = [naming(live.member(), show, *couple[:: 1 if n % 2 else -1]) for n in range(40)]
    live.commit()

    results = codes(together(live_app, jobs, at_once=40))

    assert results == {"won": 1, "identity_taken": 39}
    assert db.session.scalar(select(func.count(Entrant.id))) == 2
