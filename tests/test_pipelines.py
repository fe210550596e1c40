"""Statements asked together when PostgreSQL hangs, dies or refuses one in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import Integer, Numeric, bindparam, func, literal, select
from sqlalchemy.exc import DBAPIError

from palace.db import Patient, db, transaction
from palace.statements import Question, execute_all

NAP = select(func.pg_sleep(bindparam("seconds", type_=Numeric())))
ONE: Question = (select(func.lower("ONE")), {})
PID: Question = (select(func.pg_backend_pid()), {})
AWAKE: Question = (NAP, {"seconds": Decimal(0)})
END = select(func.pg_terminate_backend(func.pg_backend_pid() * bindparam("times", type_=Integer())))
ALIVE: Question = (END, {"times": 0})
DIES: Question = (END, {"times": 1})
HANGS: Question = (NAP, {"seconds": Decimal(5)})
HURRY: Question = (select(func.set_config("statement_timeout", "100ms", literal(value=True))), {})
UNKNOWN: Question = (select(func.no_such_function()), {})


def ask(first: Sequence[Question], then: Sequence[Question]) -> None:
    """Ask two groups of statements, one after the other, in a transaction."""
    with transaction():
        if first:
            execute_all(*first)
        execute_all(*then)


def test_behind_a_refusal_a_transaction_takes_nothing_more(live_app: Flask) -> None:
    with live_app.app_context():
        execute_all(ONE)
        with pytest.raises(DBAPIError, match="no_such_function"):
            execute_all(PID, UNKNOWN)
        for asked in ([ONE], [ONE, PID]):
            with pytest.raises(DBAPIError, match="aborted"):
                execute_all(*asked)
        db.session.rollback()
        assert execute_all(ONE)[0][0][0] == "one"


@pytest.mark.parametrize("around", [(), (ONE,)], ids=["alone", "together"])
@pytest.mark.parametrize("lost", [DIES, HANGS], ids=["dies", "hangs"])
@pytest.mark.parametrize("is_known", [False, True])
def test_a_lost_connection_is_of_no_more_use(
    live_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    around: tuple[Question, ...],
    lost: Question,
    is_known: bool,
) -> None:
    monkeypatch.setattr(Patient, "limit", 0.5)
    with live_app.app_context():
        if is_known:
            ask([ONE], [AWAKE, ALIVE])
        with pytest.raises(DBAPIError) as refused:
            ask([PID] if is_known else [], [*around, lost, *around])
        assert refused.value.connection_invalidated
        with transaction():
            assert execute_all(ONE, PID)[0][0][0] == "one"


def test_a_statement_that_takes_too_long_costs_no_connection(live_app: Flask) -> None:
    with live_app.app_context():
        with pytest.raises(DBAPIError, match="statement timeout") as refused:
            ask([HURRY], [ONE, HANGS, ONE])
        assert not refused.value.connection_invalidated
        ask([], [ONE, PID])


def test_names_are_right_after_a_statement_that_could_not_be_prepared(live_app: Flask) -> None:
    new: list[Question] = [(select(func.upper(f"word {number}")), {}) for number in range(3)]
    with live_app.app_context():
        for asked in new:
            with pytest.raises(DBAPIError, match="no_such_function"):
                ask([PID], [asked, UNKNOWN, ONE])
            with transaction():
                with suppress(DBAPIError), db.session.begin_nested():
                    execute_all(asked, UNKNOWN, *new)
                assert execute_all(ONE, asked, PID)[0][0][0] == "one"
        with transaction():
            assert [rows[0][0] for rows in execute_all(*new)] == ["WORD 0", "WORD 1", "WORD 2"]
