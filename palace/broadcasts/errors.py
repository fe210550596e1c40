"""Why a mass notice does not go out like this."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NobodyThere(PalaceError):
    """It would reach nobody."""

    status, code = 409, "nobody_there"
    message = N_("这一条没有人收得到，请重新选发给谁。")


class AnotherMustStart(PalaceError):
    """Too many receivers for one person to start it alone. Carries `above`."""

    status, code = 403, "another_must_start"
    message = N_("超过%(above)s人的群发，写的人不能自己开始，请另一位同事看过再开始。")


class BroadcastMoved(PalaceError):
    """Somebody changed or started it after it was shown."""

    status, code = 409, "broadcast_moved"
    message = N_("这一条刚被别人改过或者开始了，请看过现在的样子再办。")


class AlreadyStarted(PalaceError):
    """What has gone out is not changed any more."""

    status, code = 409, "already_started"
    message = N_("已经开始发了，不能再改。要更正，请另写一条。")


class AudienceUnknown(PalaceError):
    """There is no such unit or performance, or it is not this person's business."""

    status, code = 422, "audience_unknown"
    message = N_("没有找到这个单位或场次，请重新选。")
