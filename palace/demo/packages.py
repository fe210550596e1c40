"""A package of three evenings in the theatre, put together and priced as the programme's desk does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from palace.demo.programme import Show
from palace.desk.rules import seen_as
from palace.money import Fen
from palace.packages.services import making
from palace.packages.services.making import Terms
from palace.programme.models import Performance
from palace.programme.rules import Returns

PRODUCTIONS = ("golden-branch", "little-goat", "on-the-ridge")
ZONE = "B"
PRICES = {"member": Fen(7200), "public": Fen(16800)}


def bring_in(shows: Sequence[Show], now: datetime) -> None:
    """Sell the last night of each of three productions together, and still by themselves."""
    nights = [_last(shows, code) for code in PRODUCTIONS]
    terms = Terms(
        name_zh="周末大剧场三场套票",
        name_en="Three weekends at the theatre",
        seats=60,
        seats_per_member=4,
        opens_at=now - timedelta(days=1),
        members_open_at=None,
        closes_at=min(night.sale_closes_at for night in nights),
        singly=True,
        returns=Returns.EACH,
    )
    package = making.make(terms, [night.id for night in nights], None)
    zones = [ZONE] * len(nights)
    making.change(package.id, terms, zones, PRICES, seen=seen_as(making.values(package)))
    making.publish(package.id)


def _last(shows: Sequence[Show], code: str) -> Performance:
    return [one.performance for one in shows if one.performance.production.code == code][-1]
