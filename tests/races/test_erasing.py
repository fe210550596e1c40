"""Somebody is erased while they book, rename themselves and ask for a wheelchair place at the same moment."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select, text

from palace import clock
from palace.db import db, transaction
from palace.members import queries as members
from palace.members.models import Grant, Member
from palace.members.services import ask_access, rename
from palace.privacy import services
from palace.privacy.models import Erasure
from palace.roster import services as roster
from palace.roster.models import RosterImport
from palace.roster.rules import ImportState
from palace.tickets import services as tickets
from palace.tickets.models import Order
from palace.tickets.rules import Wish
from palace.upkeep import read_roster
from palace.venues.queries import house_rules
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


WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def until_somebody_waits() -> None:
    """Return as soon as another transaction waits for a lock of this one."""
    until = time.monotonic() + 60
    while not db.session.scalar(text(WAITS)):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_who_comes_back_at_the_last_moment_is_not_erased_for_being_idle(
    live: Factory, live_app: Flask
) -> None:
    live.site()
    live.rules().idle_keep_months = 12
    back, away = live.member("欧阳海棠"), live.member("欧阳小棠")
    for one in (back, away):
        one.created_at = one.phone_proven_at = clock.now() - timedelta(days=999)
    ids = back.id, away.id
    live.commit()
    gone: list[int] = []

    def tidy() -> None:
        with live_app.app_context(), transaction():
            gone.append(services.erase_idle(house_rules(), clock.now()))

    tidying = threading.Thread(target=tidy)
    with transaction():
        members.lock(ids[0])
        db.session.get_one(Member, ids[0]).phone_proven_at = clock.now()
        db.session.flush()
        tidying.start()
        until_somebody_waits()
    tidying.join(timeout=60)

    assert gone == [1]
    assert list(db.session.scalars(select(Erasure.member_id))) == [ids[1]]


def test_an_import_goes_on_over_who_was_erased_while_it_waited(
    live: Factory, live_app: Flask
) -> None:
    live.site()
    unit = live.unit()
    gone = live.member("欧阳海棠", valid=False, phone="13912345678")
    content = "姓名,手机号,会员卡号\n欧阳海棠,13912345678,TY1\n".encode()
    row = roster.upload(
        io.BytesIO(content), "a.csv", unit_id=unit.id, complete=False, actor="staff:1"
    )
    number, member_id = row.id, gone.id
    live.commit()
    read_roster(number)
    with transaction():
        roster.apply(number, confirmed=False)

    def work() -> None:
        with live_app.app_context():
            read_roster(number)

    working = threading.Thread(target=work)
    with transaction():
        services.erase(member_id, clock.now(), asked_by="staff:1")
        working.start()
        until_somebody_waits()
    working.join(timeout=100)

    assert db.session.get_one(RosterImport, number).state is ImportState.APPLIED
    assert db.session.get_one(Member, member_id).roster_entry_id is None
