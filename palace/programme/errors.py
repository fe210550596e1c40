"""Why a performance cannot be put on as asked."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class PlanElsewhere(PalaceError):
    """The seating plan belongs to another space. Carries `space`."""

    status, code = 422, "plan_elsewhere"
    message = N_("这张座位图不是%(space)s的，请另选一张。")


class ZoneUnpriced(PalaceError):
    """A zone of the plan has no price. Carries `zone`."""

    status, code = 422, "zone_unpriced"
    message = N_("%(zone)s区还没有定价，定价后才能开票。")


class LengthUnknown(PalaceError):
    """Nobody has said how long the production is, so no hall can be taken for it."""

    status, code = 422, "length_unknown"
    message = N_("这个剧目还没有写演出几分钟，写好才能排场次。")
