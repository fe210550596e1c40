"""The programme's desk: every pool in figures, one of them, and where its codes went."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from palace import clock
from palace.clock import palace_day
from palace.coupons import queries, services
from palace.coupons.forms import CodesForm
from palace.coupons.models import CouponPool
from palace.coupons.rules import LONGEST_CODE, OUTCOMES, STANDS, Outcome, stand_of
from palace.coupons.services import Read
from palace.coupons.views.base import DESK, OF_ONE, bp, get_pool, told
from palace.db import transaction
from palace.errors import PalaceError
from palace.lists.services import answer as listed
from palace.members.posts import AT_PROGRAMME
from palace.web import allow, answer, reads, refusal_words, wants_json

MOST_TOLD = 200


@bp.get(DESK)
@allow(*AT_PROGRAMME)
@reads(query=queries.POOLS.words)
def pools() -> ResponseReturnValue:
    """Show every pool of the desk's houses, the newest first."""
    return listed(queries.POOLS)


@bp.get(OF_ONE)
@allow(*AT_PROGRAMME)
def pool(pool_id: int) -> ResponseReturnValue:
    """Show a pool in figures; codes are seen by who takes them alone."""
    return page(get_pool(pool_id))


@bp.get(f"{OF_ONE}/units")
@allow(*AT_PROGRAMME)
@reads(query=queries.UNITS.words)
def units(pool_id: int) -> ResponseReturnValue:
    """Show how many coupons of a pool went to which unions."""
    return listed(queries.UNITS, pool_id=pool_id)


@bp.post(f"{OF_ONE}/stop")
@allow(*AT_PROGRAMME)
def stop(pool_id: int) -> ResponseReturnValue:
    """Hand no more of a pool out."""
    found = get_pool(pool_id)
    with transaction():
        services.stop(found.id)
    return done(found, gettext("停发了。已经领到的照常用。"))


@bp.post(f"{OF_ONE}/resume")
@allow(*AT_PROGRAMME)
def resume(pool_id: int) -> ResponseReturnValue:
    """Hand a stopped pool out again."""
    found = get_pool(pool_id)
    with transaction():
        services.resume(found.id)
    return done(found, gettext("接着发了。"))


@bp.post(f"{OF_ONE}/withdraw")
@allow(*AT_PROGRAMME)
def withdraw(pool_id: int) -> ResponseReturnValue:
    """Delete the codes that nobody has."""
    found = get_pool(pool_id)
    with transaction():
        gone = services.withdraw(found.id)
    return done(found, ngettext("收回了%(num)s个券码。", "收回了%(num)s个券码。", gone))


def page(
    found: CouponPool,
    told_refusal: PalaceError | None = None,
    form: CodesForm | None = None,
    read: Read | None = None,
) -> Response:
    """Return the page of a pool, with a list of codes that was looked through or refused."""
    counted, now = queries.figures(found.id), clock.now()
    return answer(
        "coupons/pool.html",
        lambda: pool_json(found),
        status=told_refusal.status if told_refusal else 200,
        pool=found,
        counted=counted,
        stand=stand_of(found.conditions, now, palace_day(now)),
        stand_words=STANDS,
        form=form or CodesForm(formdata=None),
        read=read,
        outcomes=OUTCOMES,
        outcome=Outcome,
        most_told=MOST_TOLD,
        longest=LONGEST_CODE,
        refusal=refusal_words(told_refusal) if told_refusal else "",
    )


def pool_json(found: CouponPool) -> dict[str, Any]:
    """Return a pool in figures, for programs."""
    counted, now = queries.figures(found.id), clock.now()
    stand = stand_of(found.conditions, now, palace_day(now))
    return told(found) | {
        "stand": stand,
        "seen": str(found.revision),
        "codes": counted.total,
        "taken": counted.taken,
        "used": counted.used,
        "left": counted.left,
    }


def done(found: CouponPool, said: str) -> ResponseReturnValue:
    """Go back to the pool's page with a word of what was done; programs get the pool."""
    if wants_json():
        return page(found)
    flash(said)
    return redirect(url_for("coupons.pool", pool_id=found.id), 303)
