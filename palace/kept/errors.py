"""Why openings are not changed and seats not kept."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class OpeningsMoved(PalaceError):
    """Somebody else changed the openings since they were seen; nothing is changed."""

    status, code = 409, "openings_moved"
    message = N_("开票时间刚被别人改过，您的这一次没有算。请看一下现在的时间，再存一次。")


class KeptMoved(PalaceError):
    """The kept seats that were to be let go are not those any more."""

    status, code = 409, "kept_moved"
    message = N_("这些座位刚被别人改过，请看一下现在的情况。")


class PlacesShort(PalaceError):
    """Not so many places are left to keep. Carries `left`."""

    status, code = 409, "places_short"
    message = N_("只剩%(left)s个名额可以留。请减少人数。")


class ShowBegun(PalaceError):
    """The show has begun or is cancelled; nothing of it is kept or opened any more."""

    status, code = 409, "show_begun"
    message = N_("这一场已经开演或取消，不能再改。")
