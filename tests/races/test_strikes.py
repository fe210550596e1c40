"""The task that writes strikes, run many times at once, beside late entries and forgiveness."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.door.claims import admit
from palace.notices.models import Notice
from palace.strikes.models import Appeal, Strike
from palace.strikes.rules import Verdict
from palace.strikes.services import appeal, decide, forgive
from palace.tickets import services
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.races.together import codes, together

MISSING = 20


def missed_show(live: Factory) -> list[int]:
    """Book a show that ends soon for twenty who stay away and one who comes; return the twenty tickets."""
    show = live.performance(seats=MISSING + 1)
    tickets = []
    for _ in range(MISSING + 1):
        member = live.member()
        key = f"strike-race-{member.id}"
        order = services.hold(member, show.id, Wish(count=1), key=key, confirm=True)
        tickets.append(order.tickets[0].id)
    admit(tickets.pop(), "main")
    live.set_clock(show.ends_at + timedelta(hours=3))
    live.commit()
    return tickets


def standing() -> int:
    """Return how many strikes stand."""
    wanted = select(func.count(Strike.id)).where(Strike.forgiven_at.is_(None))
    return db.session.scalar(wanted) or 0


def test_tasks_at_once_write_each_strike_and_notice_once(live: Factory, live_app: Flask) -> None:
    missed_show(live)

    results = together(live_app, [lambda: services.write_missed(clock.now())] * 16, at_once=16)

    assert sum(int(str(result)) for result in results) == MISSING
    assert standing() == MISSING
    assert db.session.scalar(select(func.count()).where(Notice.kind == "missed")) == MISSING


def test_late_entries_forgiveness_and_the_task_together(live: Factory, live_app: Flask) -> None:
    tickets = missed_show(live)
    services.write_missed(clock.now())
    live.commit()
    ids = list(db.session.scalars(select(Strike.id).order_by(Strike.id)))
    late = tickets[:10]
    jobs: list[Callable[[], object]] = []
    jobs += [lambda ticket=ticket: admit(ticket, "main") for ticket in late]  # type: ignore[misc]  # a lambda's default
    jobs += [lambda one=one: forgive(one, "staff:9", "来了", clock.now()) for one in ids[::2]]  # type: ignore[misc]  # a lambda's default
    jobs += [lambda: services.write_missed(clock.now())] * 6

    assert set(codes(together(live_app, jobs, at_once=26))) <= {"won", "strike_closed"}
    services.write_missed(clock.now())
    live.commit()

    came = select(Ticket.member_id).where(Ticket.id.in_(late))
    unforgiven = select(func.count()).where(Strike.forgiven_at.is_(None))
    assert db.session.scalar(unforgiven.where(Strike.member_id.in_(came))) == 0
    assert db.session.scalar(unforgiven.where(Strike.id.in_(ids[::2]))) == 0
    assert db.session.scalar(select(func.count(Strike.id))) == MISSING


def test_one_of_two_clerks_who_answer_at_once_decides(live: Factory, live_app: Flask) -> None:
    missed_show(live)
    services.write_missed(clock.now())
    asked = list(db.session.scalars(select(Strike).order_by(Strike.id)))
    for one in asked:
        appeal(one.member_id, one.id, "我来了", clock.now())
    live.commit()
    jobs: list[Callable[[], object]] = []
    for one in asked:
        for number, verdict in enumerate(Verdict):
            jobs.append(
                lambda at=one.id, by=f"staff:{number}", so=verdict: decide(  # type: ignore[misc]  # a lambda's default
                    at, by, so, "看过", clock.now()
                )
            )

    told = codes(together(live_app, jobs, at_once=2 * MISSING))

    assert told["won"] == MISSING
    assert set(told) <= {"won", "strike_closed", "appeal_closed"}
    db.session.expire_all()
    forgiven = select(func.count(Strike.id)).where(Strike.forgiven_at.is_not(None))
    answered = select(func.count()).select_from(Appeal).where(Appeal.decided_at.is_not(None))
    agreed = answered.where(Appeal.verdict == Verdict.FORGIVEN)
    assert db.session.scalar(answered) == MISSING
    assert db.session.scalar(agreed) == db.session.scalar(forgiven)
    kinds = Notice.kind.in_(["strike_kept", "strike_forgiven"])
    assert db.session.scalar(select(func.count()).where(kinds)) == MISSING


def test_a_strike_is_appealed_once_however_often_it_is_tapped(
    live: Factory, live_app: Flask
) -> None:
    missed_show(live)
    services.write_missed(clock.now())
    one = db.session.scalars(select(Strike)).first()
    live.commit()
    assert one
    ids = (one.member_id, one.id)

    told = codes(together(live_app, [lambda: appeal(*ids, "", clock.now())] * 8, at_once=8))

    assert told == {"won": 1, "appealed_before": 7}
