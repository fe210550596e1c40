"""Why somebody's data is not handed out, or not erased, just now."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class ThingsAhead(PalaceError):
    """There is something to come yet: a ticket, an order that waits, money that goes back."""

    status, code = 409, "things_ahead"
    message = N_("还有没办完的事，现在不能注销。请先退票、放掉订单、取消约好的场地，或等退款到账。")


class DownloadsUsedUp(PalaceError):
    """All of somebody's data left the house often enough today. Carries `limit`."""

    status, code = 429, "downloads_used_up"
    message = N_("今天已经下载了%(limit)s次，请明天再来。")
