"""Which strikes somebody has; reads only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from palace.db import db
from palace.strikes.models import Strike


def of_member(member_id: int) -> Sequence[Strike]:
    """Return the strikes of a member that stand, newest first."""
    wanted = select(Strike).where(Strike.member_id == member_id, Strike.forgiven_at.is_(None))
    newest_first = wanted.order_by(Strike.happened_at.desc(), Strike.id.desc())
    return db.session.scalars(newest_first).all()
