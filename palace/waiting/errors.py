"""Why somebody cannot wait, or cannot take what they were offered."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class AlreadyWaiting(PalaceError):
    """The member waits for this show with another wish. Carries its `count`."""

    status, code = 409, "already_waiting"
    message = N_("您已经在排队等%(count)s张。想改的话，请先退出再排，会排到最后。")


class NothingToWaitFor(PalaceError):
    """What is wished for is free just now. Carries `count`."""

    status, code = 409, "nothing_to_wait_for"
    message = N_("现在就有%(count)s张，不用排队，直接订就行。")


class OfferOver(PalaceError):
    """The time to take the places has passed, or they were given up."""

    status, code = 409, "offer_over"
    message = N_("给您留的位子已经过了时间，让给后面的人了。")


class NoOfferYet(PalaceError):
    """It is not this member's turn yet."""

    status, code = 409, "no_offer_yet"
    message = N_("还没有轮到您，有位子了马上告诉您。")
