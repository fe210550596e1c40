"""Two clerks and one payment, one shift closed while its money moves: once, and every fen is in the sheet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Flask

from palace import clock
from palace.db import db
from palace.members.models import Staff
from palace.money import Fen
from palace.payments.models import Movement, Payment
from palace.payments.states import Direction, Method
from palace.till import queries, services
from palace.till.models import Shift
from tests.factory import Factory
from tests.races.together import codes, together
from tests.till.conftest import sell


def begin(staff: Staff, site_id: int) -> int:
    """Begin a clerk's shift with a hundred yuan."""
    shift = services.open_shift(
        staff_id=staff.id,
        site_id=site_id,
        begun_with=Fen(10000),
        by=f"staff:{staff.id}",
        now=clock.now(),
    )
    return shift.id


def take(payment_id: int, staff_id: int) -> Movement:
    """Take a payment's cash as the page does."""
    return services.take(
        payment_id,
        method=Method.CASH,
        amount=Fen(3000),
        reference=None,
        staff_id=staff_id,
        by=f"staff:{staff_id}",
        now=clock.now(),
    )


def close(shift_id: int) -> Shift:
    """Close a shift by a count that is off."""
    return services.close_shift(shift_id, counted=Fen(1), why="比赛", by="staff:1", now=clock.now())


def sales(live: Factory, count: int) -> list[int]:
    """Return so many payments that wait."""
    made = [sell(live).payment for _ in range(count)]
    live.commit()
    return [one.id for one in made]


def test_one_of_many_clerks_takes_a_payment(live: Factory, live_app: Flask) -> None:
    (payment_id,) = sales(live, 1)
    clerks = [live.staff() for _ in range(8)]
    for one in clerks:
        begin(one, live.site().id)
    live.commit()
    jobs = [partial(take, payment_id, one.id) for one in clerks]
    assert codes(together(live_app, jobs)) == {"won": 1, "paid_meanwhile": 7}
    db.session.rollback()
    assert [one.receipt for one in queries.movements_of(payment_id)] == [1]


def test_a_clerk_begins_one_shift(live: Factory, live_app: Flask) -> None:
    staff, site_id = live.staff(), live.site().id
    live.commit()
    jobs = [partial(begin, staff, site_id) for _ in range(8)]
    assert codes(together(live_app, jobs)) == {"won": 1, "shift_open": 7}


def test_a_sheet_has_all_that_was_taken_and_nothing_comes_after(
    live: Factory, live_app: Flask
) -> None:
    ids = sales(live, 12)
    staff = live.staff()
    shift_id = begin(staff, live.site().id)
    live.commit()
    jobs: list[Callable[[], object]] = [partial(take, one, staff.id) for one in ids]
    jobs.insert(6, partial(close, shift_id))
    told = codes(together(live_app, jobs))
    db.session.rollback()
    shift = db.session.get_one(Shift, shift_id, populate_existing=True)
    taken = [one for each in ids for one in queries.movements_of(each)]
    assert told["won"] == len(taken) + 1
    assert told.get("no_shift", 0) == 12 - len(taken)
    assert shift.expected == 10000 + sum(one.amount for one in taken)
    assert sorted(one.receipt or 0 for one in taken) == list(range(1, len(taken) + 1))


def test_one_unclaimed_sum_is_one_payments(live: Factory, live_app: Flask) -> None:
    ids = sales(live, 6)
    came = services.note_unmatched(
        site_id=live.site().id, amount=Fen(3000), reference="wx", by="staff:1", now=clock.now()
    )
    live.commit()
    jobs = [partial(services.match, came.id, one, by="staff:2") for one in ids]
    assert codes(together(live_app, jobs)) == {"won": 1, "not_unmatched": 5}
    db.session.rollback()
    paid = [one for one in ids if db.session.get_one(Payment, one).paid_at]
    assert len(paid) == 1


def test_a_row_is_set_right_once(live: Factory, live_app: Flask) -> None:
    (payment_id,) = sales(live, 1)
    staff = live.staff()
    begin(staff, live.site().id)
    wrong = take(payment_id, staff.id)
    live.commit()

    def correct() -> Movement:
        return services.correct(
            db.session.get_one(Movement, wrong.id),
            method=Method.POS,
            reference=None,
            why="按错了",
            by="staff:999",
            now=clock.now(),
        )

    assert codes(together(live_app, [correct] * 6)) == {"won": 1, "not_to_be_corrected": 5}
    db.session.rollback()
    rows = queries.movements_of(payment_id)
    assert [one.direction for one in rows] == [Direction.IN, Direction.OUT, Direction.IN]
