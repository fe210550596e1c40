"""A troupe ends: what it has taken comes free, its posts end."""

from __future__ import annotations

from palace import clock
from palace.rooms import claims as rooms
from palace.rooms.services.ending import NOTICES, end
from palace.rooms.services.telling import tell_all
from palace.rooms.states import OccurrenceState
from palace.statements import execute
from palace.troupedesk import queries
from palace.troupedesk.errors import RehearsalsChanged
from palace.troupes import claims
from palace.troupes import services as troupes


def end_troupe(troupe_id: int, *, seen: int, why: str, by: str) -> int:
    """End a troupe; its rehearsals to come are cancelled. Return how many.

    Who is in a room at this moment keeps it to its end.

    `seen`: how many were shown to whoever decides.

    Raises:
        NotFound, TroupeEnded: there is no such troupe.
        RehearsalsChanged: there are others by now.
    """
    claims.lock_troupe(troupe_id)
    now = clock.now()
    spaces = {one.space_id for one in queries.cancelled_by_end(troupe_id, now)}
    execute(*rooms.locking_spaces(spaces))
    freed = queries.locked_by_end(troupe_id, now)
    if len(freed) != seen:
        raise RehearsalsChanged(count=len(freed))
    for occurrence in freed:
        end(occurrence, OccurrenceState.CANCELLED, by=by, why=why, now=now, tell=False)
    if freed:
        tell_all(NOTICES[OccurrenceState.CANCELLED], freed, now)
    troupes.close(troupe_id, why)
    return len(freed)
