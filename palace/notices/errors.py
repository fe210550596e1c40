"""Why how somebody is told cannot be changed like this."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class MailAway(PalaceError):
    """No letter leaves this house."""

    status, code = 503, "mail_away"
    message = N_("本馆还没有接通邮件，先用手机短信。")


class EmailCodeWrong(PalaceError):
    """The code is not the one that was sent. Carries `left`: how many tries there are."""

    status, code = 422, "email_code_wrong"
    message = N_("验证码不对，还可以试%(left)s次。")


class EmailCodeGone(PalaceError):
    """The code is too old or was tried too often, or none was asked for."""

    status, code = 422, "email_code_gone"
    message = N_("验证码已经失效，请重新填写邮箱。")


class TemplateMoved(PalaceError):
    """Somebody else set the template meanwhile. Carries `template`: what it is now."""

    status, code = 409, "template_moved"
    message = N_("别人刚改过，现在是%(template)s。请看过再改。")
