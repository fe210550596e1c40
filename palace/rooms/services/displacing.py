"""The palace takes rooms back for its own work: known before, and every taker is offered a place at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.rooms import claims
from palace.rooms.errors import InTheWayChanged
from palace.rooms.models import Occurrence
from palace.rooms.queries import facts
from palace.rooms.queries.displaced import elsewhere, in_the_way
from palace.rooms.services import offering
from palace.rooms.services.ending import end
from palace.rooms.services.telling import tell_all
from palace.rooms.states import OccurrenceState
from palace.statements import execute
from palace.venues.models import Space


def make_way(
    space: Space,
    during: Range[datetime],
    agreed: Collection[int],
    *,
    by: str,
    why: str | None = None,
    clear_of: Collection[Space] = (),
) -> list[Occurrence]:
    """End the dates that are in the way of the palace's work, and offer each taker other places.

    The caller takes the space in the same transaction. Nothing is passed on to who waits for it.

    Args:
        agreed: the dates that were shown to whoever decided this; exactly these are ended.
        clear_of: more spaces that the palace takes: nothing is offered there.

    Raises:
        InTheWayChanged: others are in the way now.
    """
    found = in_the_way(space, during, clock.now())
    places = {
        one.occurrence.id: elsewhere(one.occurrence, [space, *clear_of], clock.now())
        for one in found
    }
    spaces = {one.occurrence.space_id for one in found} | {space.id}
    spaces |= {place.space_id for some in places.values() for place in some}
    execute(*claims.locking_spaces(spaces))
    now = clock.now()
    ids = {one.occurrence.id for one in in_the_way(space, during, now)}
    if ids != set(agreed) or ids != set(places):
        raise InTheWayChanged
    ended = [facts.locked_occurrence(one) for one in sorted(ids)]
    for one in ended:
        end(one, OccurrenceState.DISPLACED, by=by, why=why, now=now, tell=False, pass_on=False)
    for one in ended:
        tell_all("room_displaced", [one], now)
        for place in places[one.id]:
            offering.offer(one, place.space_id, place.span, now)
    return ended
