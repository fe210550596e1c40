"""Whose is the number? Many claim one at once, from both sides of a recycled one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.members import services
from palace.members.models import AuditLine, Challenge, Member, SignIn
from tests.factory import Factory
from tests.races.together import codes, together

PHONE = "13800138000"


def passed(live: Factory, phone: str = PHONE) -> int:
    """Return a challenge that somebody has passed."""
    now = clock.now()
    row = Challenge(
        browser_hash=b"b",
        address_hash=b"a",
        phone=phone,
        known=True,
        created_at=now,
        expires_at=now + timedelta(minutes=10),
        passed_at=now,
    )
    live.add(row)
    return row.id


def moving(member_id: int, challenge_id: int) -> Callable[[], object]:
    """Return a job that moves a member to the number of a challenge."""

    def move() -> object:
        challenge = db.session.get_one(Challenge, challenge_id)
        services.move_number(member_id, challenge, sign_in=0)
        return True

    return move


def test_one_code_moves_one_member_once(live: Factory, live_app: Flask) -> None:
    live.site()
    members, challenge = [live.member().id for _ in range(20)], passed(live)
    live.commit()

    results = codes(together(live_app, [moving(one, challenge) for one in members], at_once=20))

    assert results == {"won": 1, "code_gone": 19}
    assert db.session.scalar(select(func.count()).where(Member.phone == PHONE)) == 1


def test_members_who_swap_numbers_never_wait_in_a_circle(live: Factory, live_app: Flask) -> None:
    live.site()
    one, two = live.member(phone="13800138001"), live.member(phone="13800138002")
    ids = [(one.id, passed(live, "13800138002")), (two.id, passed(live, "13800138001"))]
    live.commit()

    results = codes(together(live_app, [moving(*pair) for pair in ids], at_once=2))

    assert results == {"won": 2}
    db.session.expire_all()
    phones = {row.id: row.phone for row in db.session.scalars(select(Member))}
    assert phones == {one.id: "13800138002", two.id: "13800138001"}


def test_of_the_old_holder_and_the_new_one_the_number_is_whose_came_first(
    live: Factory, live_app: Flask
) -> None:
    live.site()
    old = live.member(phone=PHONE)
    old.phone_proven_at = clock.now() - timedelta(days=200)
    assert old.roster_entry
    fact, old_id = old.roster_entry.card_number, old.id
    ids = [passed(live) for _ in range(20)]
    live.commit()

    def claim(challenge_id: int) -> object:
        challenge = db.session.get_one(Challenge, challenge_id)
        return services.choose_person(challenge, f"m{old_id}", fact).id

    def join(challenge_id: int) -> object:
        return services.join(db.session.get_one(Challenge, challenge_id), "周新").id

    jobs: list[Callable[[], object]] = [
        partial(claim if n % 2 else join, one) for n, one in enumerate(ids)
    ]
    results = codes(together(live_app, jobs, at_once=20))

    db.session.expire_all()
    kept = db.session.get_one(Member, old_id).phone == PHONE
    wanted = {"won": 20} if kept else {"won": 10, "not_found": 10}
    assert results == wanted
    freed = db.session.scalar(select(func.count()).where(AuditLine.act == "number_freed"))
    assert freed == (0 if kept else 1)
    of_old = select(func.count()).where(SignIn.member_id == old_id, SignIn.ended_at.is_(None))
    assert db.session.scalar(of_old) == (10 if kept else 0)
