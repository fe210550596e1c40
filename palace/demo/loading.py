"""Loading the demonstration palace once, or afresh; never beside a real palace."""

from __future__ import annotations

import random

from sqlalchemy import func, select, text

from palace import clock
from palace.config import Settings, UnsafeSettings
from palace.db import db, tables_to_empty, transaction
from palace.demo import (
    blocks,
    broadcasts,
    changing,
    codes,
    complimentary,
    coupons,
    courses,
    house,
    joining,
    money,
    packages,
    people,
    persons,
    privacy,
    programme,
    reservations,
    rooms,
    sales,
    strikes,
    troupes,
    waiting,
)
from palace.demo.people import SEED
from palace.patience import patient
from palace.venues import queries as venues
from palace.venues.models import Demonstration
from palace.venues.services import check_database

LOADING = 7_215_003  # advisory lock: two loads at once
LONGEST = 120  # seconds to wait for another load, and for a statement of one's own
ANSWERING = 5  # more, for PostgreSQL to say that they are over


def load(settings: Settings) -> bool:
    """Load the demonstration palace as one transaction; return False if it is here already.

    Raises:
        UnsafeSettings: not in demonstration mode, or the database holds a real palace.
    """
    _check(settings)
    with transaction(), patient(LONGEST + ANSWERING):
        _wait_for_others()
        check_database(settings)
        if venues.is_demonstration():
            return False
        _bring_in()
    return True


def reset(settings: Settings) -> None:
    """Empty the database and load again as one transaction, over a connection of the owner role.

    People who look at a page meanwhile wait, or are told to try again; ids are not used twice,
    because web processes keep seating plans by id.

    Raises:
        UnsafeSettings: not in demonstration mode, or the database holds a real palace.
    """
    _check(settings)
    with transaction(), patient(LONGEST + ANSWERING):
        _wait_for_others()
        check_database(settings)
        db.session.execute(text(f"TRUNCATE {', '.join(tables_to_empty())}"))
        _bring_in()


def _check(settings: Settings) -> None:
    if not settings.demo:
        raise UnsafeSettings(
            "The demonstration palace is loaded in demonstration mode only (PALACE_DEMO=1)."
        )


def _wait_for_others() -> None:
    """Wait for a load that runs already: longer than requests may wait."""
    for limit in ("lock_timeout", "statement_timeout"):
        db.session.execute(text(f"SET LOCAL {limit} = '{LONGEST}s'"))
    db.session.execute(select(func.pg_advisory_xact_lock(LOADING)))


def _bring_in() -> None:
    now = clock.now()
    random.seed(SEED)  # who is given which of the best seats is the same each time
    db.session.add(Demonstration(loaded_at=now))
    house.bring_in()
    rooms.bring_in()
    money.bring_in()
    people.bring_in(now)
    joining.bring_in(now)
    persons.bring_in(now)
    troupes.bring_in(now)
    shows = programme.bring_in(now)
    waiting.book_first(shows)
    blocks.bring_in(shows, now)
    sales.bring_in(shows, now)
    waiting.bring_in(shows, now)
    packages.bring_in(shows, now)
    changing.bring_in(shows, now)
    broadcasts.bring_in(shows, now)
    coupons.bring_in(now)
    strikes.bring_in(now)
    privacy.bring_in(now)
    codes.bring_in(shows)
    complimentary.bring_in(shows)
    reservations.bring_in(now)
    courses.bring_in(now)
    sales.mark_sent(now)
