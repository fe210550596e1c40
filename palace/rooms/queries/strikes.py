"""The strikes of a troupe: of its dates, whoever of its leaders took them."""

from __future__ import annotations

from sqlalchemy import BigInteger, bindparam, select

from palace.strikes.models import Strike

OF_TROUPE = select(Strike.happened_at).where(
    Strike.troupe_id == bindparam("troupe_id", type_=BigInteger), Strike.forgiven_at.is_(None)
)
"""When each strike that stands happened, for `troupe_id`."""
