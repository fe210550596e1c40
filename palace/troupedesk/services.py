"""A troupe ends: what it has taken comes free, its posts end."""

from __future__ import annotations

from palace import clock
from palace.rooms.rules import OccurrenceState
from palace.rooms.services.ending import end
from palace.troupedesk import queries
from palace.troupedesk.errors import RehearsalsChanged
from palace.troupes import claims
from palace.troupes import services as troupes


def end_troupe(troupe_id: int, *, seen: int, why: str, by: str) -> int:
    """End a troupe; its rehearsals to come are cancelled. Return how many.

    `seen`: how many were shown to whoever decides.

    Raises:
        NotFound, TroupeEnded: there is no such troupe.
        RehearsalsChanged: there are others by now.
    """
    claims.lock_troupe(troupe_id)
    now = clock.now()
    freed = queries.coming(troupe_id, now)
    if len(freed) != seen:
        raise RehearsalsChanged(count=len(freed))
    for occurrence in freed:
        end(occurrence, OccurrenceState.CANCELLED, by=by, why=why, now=now)
    troupes.close(troupe_id, why)
    return len(freed)
