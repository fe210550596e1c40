"""Administrators at work on each other, and on who signs in just then."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.members.models import Post, Staff
from palace.members.rules import Role
from palace.people import services
from tests.factory import Factory
from tests.races.together import codes, together


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
