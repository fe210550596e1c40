"""Administrators at work on each other, and on who signs in just then."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import exists, func, select

from palace import clock
from palace.db import db
from palace.members import services as members
from palace.members.models import Post, SecondFactor, SignIn, Staff
from palace.members.rules import Role
from palace.people import services
from tests.factory import Factory
from tests.members.browser import enrolled
from tests.races.together import codes, together

PASSWORD = "柳巷-1958"  # noqa: S105 - a test's


def letting_go(staff_id: int) -> Callable[[], object]:
    """Return a job that lets somebody go."""
    return lambda: services.let_go(db.session.get_one(Staff, staff_id), None, clock.now())


def test_administrators_who_let_each_other_go_leave_one(live: Factory, live_app: Flask) -> None:
    live.rules()
    jobs = [letting_go(live.staff(Role.ADMIN).id) for _ in range(6)]
    live.commit()

    assert codes(together(live_app, jobs, at_once=6)) == {"won": 5, "only_administrator": 1}

    left = select(func.count(Post.id)).where(Post.role == Role.ADMIN, Post.ended_at.is_(None))
    assert db.session.scalar(left) == 1


def bare(live: Factory) -> list[int]:
    """Return who is signed in, has to have a second factor, and has none."""
    needed = [Role(role) for role in live.rules().second_factor_roles]
    wanted = (
        select(SignIn.staff_id)
        .join(Post, Post.staff_id == SignIn.staff_id)
        .where(Post.role.in_(needed), Post.ended_at.is_(None), SignIn.ended_at.is_(None))
        .where(~exists().where(SecondFactor.staff_id == SignIn.staff_id))
    )
    return [one for one in db.session.scalars(wanted) if one]


@pytest.mark.parametrize("act", ["drop", "sign in"])
def test_nobody_stays_signed_in_without_the_codes_a_rule_asks_for_just_then(
    live: Factory, live_app: Flask, act: str
) -> None:
    """Whoever drops them, or signs in without, is done before the rule comes or hears of it."""
    live.rules()
    clerk = live.staff(Role.COUNTER)
    clerk.password_hash = members.hash_password(PASSWORD)
    mine = 0
    if act == "drop":
        enrolled(clerk)
        mine = members.open_sign_in(clerk, clock.now()).id
    live.commit()
    begun, rule = threading.Event(), threading.Event()

    def clerks() -> object:
        staff = members.check_password(clerk.login, PASSWORD)
        assert staff
        if act == "drop":
            members.drop_second(staff, clock.now(), but=mine)
        elif not members.need_of(staff).enrolment:
            members.open_sign_in(staff, clock.now())
        begun.set()
        return rule.wait(1)

    def rules() -> object:
        begun.wait(20)
        services.set_proofs(["counter"], 10, clock.now())
        rule.set()
        return True

    assert codes(together(live_app, [clerks, rules], at_once=2)) == {"won": 2}
    db.session.expire_all()
    assert bare(live) == []
