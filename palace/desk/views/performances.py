"""Performances of one's houses: the list, and one of them as its managers see it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask.typing import ResponseReturnValue

from palace import clock
from palace.clock import palace_day
from palace.desk.queries import selling, staged
from palace.desk.queries.listed import PERFORMANCES
from palace.desk.rules import STAND_WORDS
from palace.desk.views.base import (
    CHOICES,
    MAY,
    ONE,
    POLICIES,
    SEATINGS,
    bp,
    pages_of,
    performance_of,
    sites,
    staged_json,
    stand,
)
from palace.lists.services import answer as answer_list
from palace.payments import services as payments
from palace.web import allow, answer, reads
from palace.words import named

MONTHS = 6


@bp.context_processor
def words() -> dict[str, Any]:
    """Lend the desk's pages their words."""
    return {
        "seatings": SEATINGS,
        "policies": POLICIES,
        "choices": CHOICES,
        "stand_words": STAND_WORDS,
        "ladder_options": lambda: [(one.id, named(one)) for one in payments.ladders()],
        "may_change": sites() is None,
        "newest_productions": lambda: staged.productions(sites()),
        "title_of": staged.title_of,
        "months_ahead": months_ahead,
        "today": lambda: palace_day(clock.now()),
    }


def months_ahead() -> list[tuple[date, date]]:
    """Return the first and last day of this palace month and the next ones."""
    first = palace_day(clock.now()).replace(day=1)
    spans = []
    for _month in range(MONTHS):
        after = (first + timedelta(days=32)).replace(day=1)
        spans.append((first, after - timedelta(days=1)))
        first = after
    return spans


@bp.get("/performances")
@allow(*MAY)
@reads(query=PERFORMANCES.words)
def performances() -> ResponseReturnValue:
    """Show the performances of one's houses, by state, month and hall."""
    return answer_list(PERFORMANCES)


@bp.get(ONE)
@allow(*MAY)
def performance(performance_id: int) -> ResponseReturnValue:
    """Show a performance as its managers see it: where, when, for how much, and what is sold."""
    one, now = performance_of(performance_id), clock.now()
    tiers = {tier.id: tier for tier in selling.tiers_for(one.id)}
    return answer(
        "desk/performance.html",
        lambda: staged_json(one),
        one=one,
        stand=stand(one),
        hours=staged.hours_of(one),
        sold=staged.sold_count(one.id, now),
        kept=staged.kept_count(one.id, now),
        prices=[(tiers[of], zones) for of, zones in selling.prices_of(one.id).items()],
        quotas=selling.quotas_of(one.id),
        tiers={tier.code: tier for tier in tiers.values()},
        taken=selling.taken_by(one.id, now),
        pages=pages_of(one),
    )
