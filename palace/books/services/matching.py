"""A day's books matched with the provider, with what was sold, and with the cash of shifts.

A difference is found once; somebody settles it with words. One that is gone when its day is matched again,
and that nobody settled, goes by itself.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import delete, tuple_
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.books.errors import DayNotOver
from palace.books.models import Difference
from palace.books.queries.days import get_difference
from palace.books.queries.matching import Unequal, days_set_right, unequal_on
from palace.books.rules import is_over
from palace.clock import day_span, palace_day
from palace.db import db
from palace.members.services import note

LOOKED_BACK = 3
"""So many days are matched again each night: what came late, or was set right, makes them equal, or not."""


def match_day(day: date) -> int:
    """Match a day that is over; return how many differences it has.

    Raises:
        DayNotOver.
    """
    now = clock.now()
    if not is_over(day, palace_day(now)):
        raise DayNotOver
    found = unequal_on(day)
    _forget_others(day, found)
    for one in found:
        _write(day, one, now)
    return len(found)


def _forget_others(day: date, found: list[Unequal]) -> None:
    gone = delete(Difference).where(Difference.day == day, Difference.settled_at.is_(None))
    if found:
        still = [(one.source, one.subject) for one in found]
        gone = gone.where(tuple_(Difference.source, Difference.subject).not_in(still))
    db.session.execute(gone)


def _write(day: date, one: Unequal, now: datetime) -> None:
    new = insert(Difference).values(
        site_id=one.site_id,
        day=day,
        source=one.source,
        subject=one.subject,
        ours=one.ours,
        theirs=one.theirs,
        found_at=now,
    )
    as_now = new.on_conflict_do_update(
        index_elements=[Difference.day, Difference.source, Difference.subject],
        set_={"ours": new.excluded.ours, "theirs": new.excluded.theirs},
        where=Difference.settled_at.is_(None),
    )
    db.session.execute(as_now)


def match_due() -> int:
    """Match the last days that are over, and those of which something was set right since.

    Return how many differences they have.
    """
    today = palace_day(clock.now())
    last = [today - timedelta(days=back) for back in range(1, LOOKED_BACK + 1)]
    right = days_set_right(day_span(last[-1])[0])
    return sum(match_day(day) for day in sorted({*last, *right} - {today}))


def settle(difference_id: int, *, why: str, by: str) -> Difference:
    """Settle a difference with words; who comes second changes nothing.

    Raises:
        NotFound.
    """
    found = get_difference(difference_id, locked=True)
    if found.settled_at is None:
        found.settled_at, found.settled_by, found.why = clock.now(), by, why
        db.session.flush()
        note("difference_settled", f"difference:{found.id}", why=why, actor=by)
    return found
