"""A booking whose every statement fails in turn: nothing of it stays, and its key is as good as new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from palace.agenda.models import AgendaEntry
from palace.commands import CommandKey
from palace.db import Base, Patient, Sent, db, transaction
from palace.members.models import AuditLine, Member
from palace.notices.models import Notice
from palace.tickets import services
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import Wish
from tests.factory import Factory

FAILS = {"refused": b"SELECT 1 / 0", "cut off": b"SELECT pg_terminate_backend(pg_backend_pid())"}


def rows() -> list[int]:
    """Return how many rows each table of a booking has."""
    tables: Sequence[type[Base]] = (
        CommandKey,
        Order,
        Claim,
        Ticket,
        AgendaEntry,
        Notice,
        AuditLine,
    )
    counts = [db.session.scalars(select(func.count()).select_from(one)).one() for one in tables]
    db.session.rollback()
    return counts


@pytest.mark.parametrize("how", FAILS)
def test_whatever_fails_nothing_is_half_done(
    live: Factory, live_app: Flask, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    show, member, ask = live.performance(seats=10).id, live.member().id, Patient.ask
    live.commit()
    left, failed, lost = 0, 0, set()

    def failing(self: Patient, questions: Sequence[Sent]) -> list[list[tuple[Any, ...]]]:
        nonlocal left
        asked = list(questions)
        if 0 <= left < len(asked):
            asked[left] = (FAILS[how], ())
        left -= len(asked)
        return ask(self, asked)

    def book() -> str:
        with transaction():
            buyer = db.session.get_one(Member, member)
            return services.hold(buyer, show, Wish(count=2), key="half-done", confirm=True).code

    before = rows()
    monkeypatch.setattr(Patient, "ask", failing)
    while True:
        left = failed
        try:
            code = book()
            break
        except DBAPIError as error:
            lost.add(error.connection_invalidated)
        db.session.remove()
        assert rows() == before
        failed += 1

    assert (failed > 8, lost) == (True, {how == "cut off"})
    assert [now - was for now, was in zip(rows(), before, strict=True)] == [1, 1, 2, 2, 1, 1, 1]
    left = -1
    assert book() == code
