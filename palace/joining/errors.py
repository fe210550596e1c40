"""Why somebody's wish to join a unit is refused."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class MemberAlready(PalaceError):
    """A roster names this member: the unit is the roster's to say."""

    status, code = 409, "member_already"
    message = N_("您已经在单位工会的名册上，不用再申请。单位写错了的话，请单位工会更正。")


class UnitUnknown(PalaceError):
    """No basic union is called that, or it is closed."""

    status, code = 422, "unit_unknown"
    message = N_("请从名单里选一个单位。找不到的话，换个说法再查。")


class ApplicationClosed(PalaceError):
    """Somebody decided it in the meantime, or it was withdrawn."""

    status, code = 409, "application_closed"
    message = N_("这份申请已经有人处理了，或者本人改了单位。请刷新再看。")


class NameMissing(PalaceError):
    """Nobody becomes an entry without a name; the person is asked for theirs."""

    status, code = 409, "name_missing"
    message = N_("这个人还没有填姓名，已经请本人去填。填好以后再核对。")


class CardNeeded(PalaceError):
    """The one entry of the name has another phone. Carries its masked `name` and the phone's `digits`."""

    status, code = 409, "card_needed"
    message = N_(
        "名册上的“%(name)s”手机尾号是%(digits)s，和这个人登录的手机号不一样，可能只是同名。"
        "请填本人的会员卡号再核对。"
    )


class CardTaken(PalaceError):
    """The card number is somebody else's; on whose roster is not said."""

    status, code = 409, "card_taken"
    message = N_("这个会员卡号已经是另一个人的，请核对后再填。")
