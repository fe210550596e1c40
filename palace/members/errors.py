"""Why somebody is not signed in, or a person's wish is refused."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class CodesAway(PalaceError):
    """No gateway is set up that could send a code; nothing was sent."""

    status, code = 503, "codes_away"
    message = N_("现在还不能发短信验证码，手机登录暂时用不了。请到售票处办理，或打电话给文化宫。")


class CodesSpent(PalaceError):
    """The palace has sent all codes it pays for today, whoever asks."""

    status, code = 503, "codes_spent"
    message = N_(
        "今天的短信验证码已经发完。之前登录过的手机照常使用，其他人请到售票处办理或明天再来。"
    )


class WrongCode(PalaceError):
    """The code does not fit. Carries `left`, the tries that remain."""

    status, code = 422, "wrong_code"
    message = N_("验证码不对，还可以再试%(left)s次。")


class CodeGone(PalaceError):
    """The code is too old, used, or was tried too often; or another browser asked for it."""

    status, code = 422, "code_gone"
    message = N_("验证码已经失效，请重新获取。")


class WrongPassword(PalaceError):
    """Login and password do not fit; which of the two is not said."""

    status, code = 422, "wrong_password"
    message = N_("登录名或密码不对，请检查后再试。")


class NotAName(PalaceError):
    """Nobody is called that."""

    status, code = 422, "not_a_name"
    message = N_("请填写真实姓名，2到30个字，不带数字和符号。")


class FactNeeded(PalaceError):
    """The number has not been used for long; a second thing only its old holder knows is missing or wrong."""

    status, code = 422, "fact_needed"
    message = N_(
        "这个号码很久没用过，还要核对一样：工会会员卡号，或单位全称加您的全名，或存过的证件后四位。"
        "对不上的话，请带证件到售票处。"
    )


class NothingKnown(PalaceError):
    """A number set at the desk would open nothing: its first sign-in asks what nobody could answer."""

    status, code = 409, "nothing_known"
    message = N_(
        "这位会员没有会员卡，也没存过证件，改了号码也登录不了。请先“替会员办理”，在同行人里存本人的证件。"
    )


class SameNumber(PalaceError):
    """The member has this very number already."""

    status, code = 409, "same_number"
    message = N_("这就是现在的手机号，不用换。")


class NumberOfPost(PalaceError):
    """The member has a post, which whoever holds the number signs in to."""

    status, code = 403, "number_of_post"
    message = N_("这位会员有岗位，手机号由管理员来改。")


class NameFromRoster(PalaceError):
    """The name stands on the unit's roster; the unit corrects it."""

    status, code = 409, "name_from_roster"
    message = N_("姓名以单位工会的名册为准。写错了的话，请单位工会更正。")


class NotALogin(PalaceError):
    """Nobody can sign in by that."""

    status, code = 422, "not_a_login"
    message = N_("登录名用小写字母和数字，2到30个，中间可以有点、横线和下划线，例如 wang。")


class LoginTaken(PalaceError):
    """Somebody works, or worked, here under this login."""

    status, code = 409, "login_taken"
    message = N_("登录名 %(login)s 有人用着或用过。一个登录名只给一个人一次，请另起一个。")


class LoginUnknown(PalaceError):
    """Nobody works here under this login."""

    status, code = 404, "login_unknown"
    message = N_("现在没有工作人员用登录名 %(login)s。离开的人再来，请另起一个登录名。")


class OnlyAdministrator(PalaceError):
    """Without this one nobody could look after the palace any more."""

    status, code = 409, "only_administrator"
    message = N_("%(login)s 是唯一的管理员，不能离开，也不能撤掉这个岗位。请先加一位管理员。")


class PostNotForThem(PalaceError):
    """Such a post is not for this person, or cannot be limited like that."""

    status, code = 422, "post_not_for_them"
    message = N_(
        "这个岗位不能这样设：工作人员和会员的岗位不同，有的岗位可以只管一个场馆，场馆管理员要选场馆，单位工会经办人要选单位，团队负责人在“文艺团队”里指定。"
    )


class PostHeld(PalaceError):
    """This person has this very post already."""

    status, code = 409, "post_held"
    message = N_("已经有这个岗位了，不用再加。")


class PasswordGone(PalaceError):
    """The password was typed too long ago for a code to follow, or not at all in this browser."""

    status, code = 422, "password_gone"
    message = N_("输入密码已经过了一阵，请重新登录。")


class EnrolmentGone(PalaceError):
    """This browser did not begin to set codes up, or its sign-in is another since."""

    status, code = 422, "enrolment_gone"
    message = N_("这次设置已经失效，请重新开始设置动态验证码。")


class SecondHeld(PalaceError):
    """They have a second factor already."""

    status, code = 409, "second_held"
    message = N_("您已经有动态验证码。要换手机，请先取消再设置。")


class SecondNeeded(PalaceError):
    """One of their posts asks for the second factor."""

    status, code = 409, "second_needed"
    message = N_("您的岗位登录要动态验证码，不能取消。")


class WrongSecondCode(PalaceError):
    """The six digits do not fit, or were used before; so is a recovery code that was used."""

    status, code = 422, "wrong_second_code"
    message = N_("动态验证码不对，或者已经用过。请等手机上换了数字再填。")
