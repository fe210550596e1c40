"""Somebody is erased while they book, rename themselves and ask for a wheelchair place at the same moment."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.members.models import Grant, Member
from palace.members.services import ask_access, rename
from palace.privacy import services
from palace.privacy.models import Erasure
from palace.tickets import services as tickets
from palace.tickets.models import Order
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.races.together import codes, together

PEOPLE = 12


def acts(member_id: int, show_id: int) -> list[Callable[[], object]]:
    """Return what is pressed at the same moment on several devices of one person."""

    def of(act: Callable[[Member], object]) -> Callable[[], object]:
        return lambda: act(db.session.get_one(Member, member_id)) and None

    return [
        of(lambda me: services.erase(me.id, clock.now(), asked_by="staff:1")),
        of(lambda me: tickets.hold(me, show_id, Wish(count=1), key=f"race-{me.id}", confirm=True)),
        of(lambda me: services.erase(me.id, clock.now(), asked_by=f"member:{me.id}")),
        of(lambda me: rename(me, "欧阳再来")),
        of(lambda me: ask_access(me, True, clock.now())),
    ]


def test_a_booking_or_the_erasing_wins_never_both(live: Factory, live_app: Flask) -> None:
    show = live.performance(seats=PEOPLE, prices={"public": 0})
    people = [live.member("欧阳海棠", valid=False).id for _ in range(PEOPLE)]
    live.commit()

    results = together(live_app, [job for one in people for job in acts(one, show.id)], at_once=20)

    assert set(codes(results)) <= {"won", "not_found", "things_ahead"}
    db.session.rollback()
    erased = set(db.session.scalars(select(Erasure.member_id)))
    bookers = set(db.session.scalars(select(Order.member_id)))
    assert erased | bookers == set(people)
    assert erased & bookers == set()
    named = select(Member.id).where(Member.id.in_(erased), Member.name != "")
    assert db.session.scalars(named).all() == []
    kept = select(func.count()).select_from(Grant).where(Grant.member_id.in_(erased))
    assert db.session.scalar(kept) == 0
