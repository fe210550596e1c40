"""Why staff do not act for somebody."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class FindFirst(PalaceError):
    """Whom staff want to act for was not found by them just now, or is gone meanwhile."""

    status, code = 422, "find_first"
    message = N_("请先找到这位会员，再点“替他办理”。")


class WordNeeded(PalaceError):
    """Who has no account yet has not agreed to one."""

    status, code = 422, "word_needed"
    message = N_("还没有账号的人，先把《个人信息说明》念给本人听，本人同意了再勾选。")


class KnownHere(PalaceError):
    """A document that is to make a new account belongs to somebody the palace knows."""

    status, code = 409, "known_here"
    message = N_("这个证件已经有账号了，请用证件号码找。")
