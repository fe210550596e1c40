"""A show and batches of codes for it."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from palace.codes import services
from palace.codes.models import CodeBatch
from palace.codes.rules import Reason
from palace.codes.sealing import text_at
from palace.programme.models import Performance
from tests.factory import Factory

KEYS = itertools.count(1)


def batch_of(
    performance: Performance,
    count: int = 3,
    *,
    each: int = 1,
    keeps: bool = True,
    tier_id: int | None = None,
    zone: str | None = None,
    ends_at: datetime | None = None,
    key: str = "",
) -> CodeBatch:
    """Make a batch of codes, good until an hour before the show."""
    making = services.Making(
        label="合作媒体",
        reason=Reason.PARTNER,
        count=count,
        each=each,
        ends_at=ends_at or performance.starts_at - timedelta(hours=1),
        keeps=keeps,
        zone=zone,
        tier_id=tier_id,
    )
    return services.make(performance, making, actor="staff:1", key=key or f"batch-{next(KEYS):06}")


def texts(batch: CodeBatch, count: int) -> list[str]:
    """Return the texts of the first codes of a batch."""
    return [text_at(batch.key_id, batch.seed, number) or "" for number in range(1, count + 1)]


def a_batch(make: Factory, seats: int = 6, count: int = 3, **how: object) -> tuple[CodeBatch, str]:
    """Return a batch of a new show, and its first code."""
    batch = batch_of(make.performance(seats=seats), count, **how)  # type: ignore[arg-type]  # of a batch
    return batch, texts(batch, 1)[0]
