"""Why something is refused: a status, a stable code, a Chinese message id and raw values."""

from __future__ import annotations

from palace.text import N_


class PalaceError(Exception):
    """A refusal in words; one handler words it in the person's language, as HTML or JSON.

    Values are raw (seats, instants, fen): the handler formats them.
    """

    status: int = 400
    code: str = "refused"
    message: str = N_("这次没有办成，请检查后再试。")

    def __init__(self, **values: object) -> None:
        super().__init__(self.code)
        self.values = values


class NotFound(PalaceError):
    """There is no such thing, or it is somebody else's: the two are told alike."""

    status, code = 404, "not_found"
    message = N_("没有找到这个页面。请从首页重新查找。")


class BadInput(PalaceError):
    """What was sent cannot be read. Carries `fields`: name → sentence, already worded by the form."""

    status, code = 422, "bad_input"
    message = N_("填写的内容有误，请改正后再试。")


class SignInNeeded(PalaceError):
    """The address is for people who are signed in."""

    status, code = 401, "sign_in_needed"
    message = N_("请先登录，再继续。")


class ProofNeeded(PalaceError):
    """A dangerous act wants a fresh proof of who acts, sent with it as `proof`. Carries `way`, by what."""

    status, code = 401, "proof_needed"
    message = N_("这一步很要紧，请再验证一次是您本人。")


class NotAllowed(PalaceError):
    """Signed in, but this address is for other roles."""

    status, code = 403, "not_allowed"
    message = N_("您没有使用这个页面的权限。如有需要，请联系管理员。")


class PageStale(PalaceError):
    """The form's proof of origin is missing or belongs to another sign-in."""

    status, code = 400, "page_stale"
    message = N_("页面已过期，请返回刷新后再试一次。")


class KeyReused(PalaceError):
    """An idempotency key was used again with another body."""

    status, code = 422, "key_reused"
    message = N_("这个请求已经办过，内容却不一样。请刷新页面后重新操作。")


class TooManyTries(PalaceError):
    """The throttle says wait. Carries `minutes`."""

    status, code = 429, "too_many_tries"
    message = N_("操作太频繁，请%(minutes)s分钟后再试。")


class PrintingAway(PalaceError):
    """The printing process does not answer; nothing is lost, the ticket on the phone is valid."""

    status, code = 503, "printing_away"
    message = N_("打印服务正在恢复，请一分钟后再试。手机上的票仍然有效。")


class Unavailable(PalaceError):
    """The database or the disk does not take it just now; a repeat does it once, or gets the first answer."""

    status, code = 503, "unavailable"
    message = N_("系统正在恢复，请稍等再试一次。同一件事不会办两遍。")


class Overloaded(Unavailable):
    """More people than can be served at once; this request was not begun."""

    code = "overloaded"
    message = N_("现在人太多了，请稍等，轮到了就为您办。")
