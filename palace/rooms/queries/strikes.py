"""The strikes of a troupe: of its dates, whoever of its leaders took them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, bindparam, select

from palace.clock import palace_day
from palace.statements import execute
from palace.strikes.models import Strike

OF_TROUPE = select(Strike.happened_at).where(
    Strike.troupe_id == bindparam("troupe_id", type_=BigInteger), Strike.forgiven_at.is_(None)
)
"""When each strike that stands happened, for `troupe_id`."""


def days_of_troupe(troupe_id: int) -> list[date]:
    """Return the palace days of a troupe's strikes that stand, in any order."""
    return [palace_day(row.happened_at) for row in execute(OF_TROUPE, {"troupe_id": troupe_id})]
