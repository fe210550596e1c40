"""Writing down which troupes play in a performance."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.members.services import note
from palace.rooms.models import TroupeShow
from palace.rooms.queries.shows import playing


def set_playing(performance_id: int, troupe_ids: Collection[int]) -> bool:
    """Say which troupes play in a performance; return whether that is otherwise now."""
    before, after = playing(performance_id), set(troupe_ids)
    gone = delete(TroupeShow).where(
        TroupeShow.performance_id == performance_id, TroupeShow.troupe_id.in_(before - after)
    )
    db.session.execute(gone)
    rows = [{"performance_id": performance_id, "troupe_id": one} for one in sorted(after - before)]
    if rows:
        db.session.execute(insert(TroupeShow).on_conflict_do_nothing(), rows)
    if before != after:
        note(
            "show_troupes_set",
            f"performance:{performance_id}",
            before={"troupes": sorted(before)},
            after={"troupes": sorted(after)},
        )
    return before != after
