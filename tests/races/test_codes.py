"""Codes under a rush: one code is one member's, and a batch's seats never go to more than there are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from palace.codes import services
from palace.codes.rules import key_of
from palace.db import db
from palace.members.models import Grant, Member
from palace.tickets import services as tickets
from palace.tickets.models import Claim, Ticket
from palace.tickets.rules import Wish
from tests.codes.conftest import batch_of, texts
from tests.factory import Factory
from tests.races.together import codes, together

Job = Callable[[], object]


def opens(code: str, member: Member) -> Job:
    """Return the opening of a code by a member, read in the thread's own session."""
    return partial(
        lambda number: services.redeem(code, db.session.get_one(Member, number)), member.id
    )


def books(code: str, member: Member, show: int, key: str) -> Job:
    """Return the opening of a code and the booking of what is kept by it."""

    def both(number: int) -> object:
        one = db.session.get_one(Member, number)
        services.redeem(code, one)
        wish = Wish(count=1, kept=key)
        return tickets.hold(one, show, wish, key=f"race-{code}", confirm=True)

    return partial(both, member.id)


def test_one_code_and_16_members_is_one_grant(live: Factory, live_app: Flask) -> None:
    batch = batch_of(live.performance(seats=4), 2)
    code, members = texts(batch, 1)[0], [live.member() for _ in range(16)]
    live.commit()
    results = together(live_app, [opens(code, member) for member in members], at_once=16)
    assert codes(results) == {"won": 1, "code_used": 15}
    db.session.rollback()
    assert db.session.scalars(select(func.count()).select_from(Grant)).one() == 1


def test_one_member_opening_one_code_16_times_has_one_grant(live: Factory, live_app: Flask) -> None:
    batch = batch_of(live.performance(seats=4), 2)
    code, member = texts(batch, 1)[0], live.member()
    live.commit()
    results = together(live_app, [opens(code, member)] * 16, at_once=16)
    assert codes(results) == {"won": 16}
    db.session.rollback()
    assert db.session.scalars(select(func.count()).select_from(Grant)).one() == 1


def test_40_codes_opened_and_booked_at_once_beside_the_open_sale(
    live: Factory, live_app: Flask
) -> None:
    show = live.performance(seats=[30, 30])
    batch = batch_of(show, 40)
    holders, public = [live.member() for _ in range(40)], [live.member() for _ in range(30)]
    key, all_codes, number = key_of(batch.id), texts(batch, 40), show.id
    live.commit()
    jobs = [
        books(code, member, number, key) for code, member in zip(all_codes, holders, strict=True)
    ]
    sales = [
        partial(
            lambda one: tickets.hold(
                db.session.get_one(Member, one),
                number,
                Wish(count=1),
                key="race-sale",
                confirm=True,
            ),
            member.id,
        )
        for member in public
    ]
    results = together(live_app, [*jobs, *sales], at_once=64)
    assert codes(results[:40]) == {"won": 40}
    assert codes(results[40:])["won"] == 20
    db.session.rollback()
    assert db.session.scalars(select(func.count()).select_from(Ticket)).one() == 60
    own = select(func.count()).where(Claim.kept_for == key, Claim.held_until.is_(None))
    assert db.session.scalars(own).one() == 40


def test_stopped_among_openings_whoever_opened_can_still_book(
    live: Factory, live_app: Flask
) -> None:
    show = live.performance(seats=24)
    batch = batch_of(show, 20)
    members, all_codes = [live.member() for _ in range(20)], texts(batch, 20)
    key, number, batch_id = key_of(batch.id), show.id, batch.id
    live.commit()
    jobs = [books(code, one, number, key) for code, one in zip(all_codes, members, strict=True)]
    jobs.insert(8, lambda: services.stop(batch_id))
    results = together(live_app, jobs, at_once=21)
    outcome = codes(results)
    assert set(outcome) <= {"won", "code_stopped"}
    db.session.rollback()
    assert db.session.scalars(select(func.count()).select_from(Ticket)).one() == outcome["won"] - 1
