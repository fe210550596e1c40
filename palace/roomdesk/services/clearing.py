"""Closing spaces and having lent rooms give way: every taker is offered another place in the same step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.db import db
from palace.hours.errors import WayChanged
from palace.hours.services import closing
from palace.hours.services.closing import Looked, Wanted
from palace.rooms import claims
from palace.rooms.queries.displaced import in_the_way
from palace.rooms.services.displacing import make_way
from palace.statements import execute
from palace.venues.models import Space


def close(wanted: Wanted, *, seen: str, displaces: bool, by: str, now: datetime) -> str:
    """Close spaces; return the code of the closure.

    Args:
        seen: what was in the way on the list whoever closes saw (`Looked.seen`).
        displaces: whether the lent rooms on that list give way; shows never do.

    Raises:
        WayChanged: something else is in the way by now; nothing is closed.
        ClosureBackwards, ClosureTooLong, NothingToClose: as `closing.close`.
    """
    if displaces:
        seen = _clear(wanted, seen, by, now)
    return closing.close(wanted, seen=seen, by=by, now=now)


def _clear(wanted: Wanted, seen: str, by: str, now: datetime) -> str:
    """Have lent rooms give way; return what is left in the way.

    All spaces of the houses are locked at once, in their order: several rooms give way, each to several.
    """
    spaces = _spaces(wanted)
    houses = {space.site_id for space in spaces}
    everywhere = db.session.scalars(select(Space.id).where(Space.site_id.in_(houses)))
    execute(*claims.locking_spaces(set(everywhere)))
    looked = closing.look(wanted, now)
    if looked.seen != seen:
        raise WayChanged
    for space in spaces:
        _give_way(space, spaces, looked, wanted.reason_zh, by)
    return closing.look(wanted, clock.now()).seen


def _spaces(wanted: Wanted) -> Sequence[Space]:
    found = select(Space).where(Space.id.in_(wanted.space_ids)).order_by(Space.id)
    return db.session.scalars(found).unique().all()


def _give_way(space: Space, spaces: Sequence[Space], looked: Looked, why: str, by: str) -> None:
    for begins, ends in looked.stretches:
        during = Range(begins, ends)
        agreed = [one.occurrence.id for one in in_the_way(space, during, clock.now())]
        if agreed:
            make_way(space, during, agreed, by=by, why=why, clear_of=spaces)
