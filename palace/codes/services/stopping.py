"""A batch is stopped, or follows its show: what was opened stays opened."""

from __future__ import annotations

from datetime import datetime, timedelta

from palace import clock
from palace.codes import claims, queries
from palace.codes.models import CodeBatch
from palace.codes.rules import key_of, still_owed
from palace.db import db
from palace.members.services import note
from palace.tickets import kept
from palace.tickets.services.freed import seats_freed

SYSTEM = "system"


def stop(batch_id: int) -> CodeBatch:
    """Stop a batch: codes nobody has used are dead, what is kept for them is anybody's.

    Who has opened a code keeps what it opened, and as many kept places as they have not taken yet.
    Repeating changes nothing.
    """
    batch = claims.lock_batch(batch_id)
    now = clock.now()
    if batch.stopped_at is not None or now >= batch.ends_at:
        return batch
    batch.stopped_at = now
    db.session.flush()
    freed = _let_go(batch, now)
    note("codes_stopped", f"codes:{batch.id}", after={"places": freed})
    if freed:
        seats_freed(batch.performance_id, (), now)
    return batch


def _let_go(batch: CodeBatch, now: datetime) -> int:
    """Keep only what is owed to who has opened a code; return how many places are anybody's by that."""
    waiting = kept.lock_kept(batch.performance_id, key_of(batch.id), now)
    counted = queries.counted([batch], now)[batch.id]
    owed = still_owed(used=counted.used, each=batch.each, taken=counted.taken)
    spare = waiting[owed:]
    kept.let_go([place.id for place in spare], now)
    return len(spare)


def follow_show(performance_id: int, by: timedelta | None, since: datetime) -> None:
    """Move the end of a show's codes along with it; None: it is called off, and they end.

    Args:
        by: how much later the show starts; less than nothing: earlier.
        since: when it was moved: codes that were good then are meant.
    """
    for known in queries.of_performance(performance_id):
        batch = claims.lock_batch(known.id)
        kept.lock_all(performance_id, key_of(batch.id))
        if batch.ends_at > since:
            now = clock.now()
            _end_at(batch, now if by is None else max(batch.ends_at + by, now))


def _end_at(batch: CodeBatch, instant: datetime) -> None:
    before, batch.ends_at = batch.ends_at, instant
    kept.keep_until(batch.performance_id, key_of(batch.id), instant)
    claims.grants_until(batch, instant)
    db.session.flush()
    note(
        "codes_moved",
        f"codes:{batch.id}",
        before={"ends_at": before.isoformat()},
        after={"ends_at": instant.isoformat()},
        actor=SYSTEM,
    )
