"""The strikes of a troupe: of its dates, whoever of its leaders took them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Text, bindparam, cast, literal, select

from palace.clock import palace_day
from palace.rooms.models import Occurrence
from palace.statements import execute
from palace.strikes.models import Strike

OF_TROUPE = (
    select(Strike.happened_at)
    .join(Occurrence, Occurrence.member_id == Strike.member_id)
    .where(
        Occurrence.troupe_id == bindparam("troupe_id", type_=BigInteger),
        Strike.subject == literal("occurrence:").concat(cast(Occurrence.id, Text)),
        Strike.forgiven_at.is_(None),
    )
)
"""When each strike that stands happened, for `troupe_id`."""


def days_of_troupe(troupe_id: int) -> list[date]:
    """Return the palace days of a troupe's strikes that stand, in any order."""
    return [palace_day(row.happened_at) for row in execute(OF_TROUPE, {"troupe_id": troupe_id})]
