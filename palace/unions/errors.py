"""Why an organiser's word is refused."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class ConfirmationsUsedUp(PalaceError):
    """A unit has confirmed as many people today as the house rules allow. Carries the limit."""

    status, code = 429, "confirmations_used_up"
    message = N_(
        "这个单位今天已经核对了 %(limit)s 人，到了上限。请明天再核对；人多的话，请上传一份名册。"
    )


class NotForOneself(PalaceError):
    """Nobody decides on their own application."""

    status, code = 409, "not_for_oneself"
    message = N_("自己的申请不能自己核对，请单位的另一位经办人或文化宫办理。")
