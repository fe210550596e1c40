"""Why the desk does not end a troupe."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class RehearsalsChanged(PalaceError):
    """The troupe has other rehearsals to come than were shown. Carries how many there are."""

    status, code = 409, "rehearsals_changed"
    message = N_("要取消的排练刚有变化，现在是%(count)s次，请看过再停办。")
