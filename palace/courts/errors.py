"""Why no court is taken."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NoSuchCourts(PalaceError):
    """The house has no courts of this kind, or they have no such hour."""

    status, code = 422, "no_such_courts"
    message = N_("没有这种球场，或者这个时间不开放，请另选。")


class CourtsFull(PalaceError):
    """Every court of the kind is taken at that hour. Carries `starts_at`."""

    status, code = 409, "courts_full"
    message = N_("%(starts_at)s的场地刚被订完，请另选时间。")
