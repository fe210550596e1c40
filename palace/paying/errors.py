"""Refusals at the door of a provider's news."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NotSigned(PalaceError):
    """News that no provider of ours signed, or not lately."""

    status, code = 400, "not_signed"
    message = N_("这条消息没有支付平台的签名，没有理会。")


class NewsAgain(PalaceError):
    """News that could not be looked into now; the provider sends them again."""

    status, code = 503, "news_again"
    message = N_("现在核对不了，请过一会儿再发一次。")
