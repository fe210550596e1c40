"""Why something about a troupe is refused."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class TroupeNamed(PalaceError):
    """The house has a troupe of this name."""

    status, code = 409, "troupe_named"
    message = N_("这个馆已经有一个团队叫“%(name)s”了。")


class TroupeChanged(PalaceError):
    """Somebody else changed what this troupe is meanwhile."""

    status, code = 409, "troupe_changed"
    message = N_("刚有别人改过团队资料，您的还没有保存。请看一下，再按一次就照您的改。")


class TroupeEnded(PalaceError):
    """The troupe is no more."""

    status, code = 409, "troupe_ended"
    message = N_("这个团队已经停了。")


class LetterChanged(PalaceError):
    """A newer version of the safety letter was published since this one was shown."""

    status, code = 409, "letter_changed"
    message = N_("承诺书刚换了新的一版，请重新看过。")


class LetterMissing(PalaceError):
    """The season has no safety letter yet."""

    status, code = 409, "letter_missing"
    message = N_("这一年度的安全承诺书还没有写好，写好了才能申请。")


class SeasonOver(PalaceError):
    """The season has ended."""

    status, code = 409, "season_over"
    message = N_("这一年度已经过去了，请申请新的年度。")


class SeasonNamed(PalaceError):
    """There is a season of this name."""

    status, code = 409, "season_named"
    message = N_("已经有一个年度叫“%(name)s”了。")


class SeasonUnordered(PalaceError):
    """A season ends before it begins."""

    status, code = 422, "season_unordered"
    message = N_("最后一天不能早于第一天。")


class CertificationDecided(PalaceError):
    """Somebody else decided, or the leader asked anew, since the page was shown."""

    status, code = 409, "certification_decided"
    message = N_("刚有人处理过，请看现在的情况。")


class CertificationOpen(PalaceError):
    """There is nothing to decide like that: nobody asked, or it was refused before."""

    status, code = 409, "certification_open"
    message = N_("现在没有这样的申请要处理。")


class ReasonMissing(PalaceError):
    """A refusal says why."""

    status, code = 422, "refusal_reason_missing"
    message = N_("请写原因，负责人会看到。")


class LeaderUnknown(PalaceError):
    """No account has this number and this name; which of the two is wrong is not said."""

    status, code = 422, "leader_unknown"
    message = N_(
        "没有找到手机号和姓名都对得上的人。请核对；没有登录过的，请本人先用手机号登录一次。"
    )


class RosterFull(PalaceError):
    """A roster has so many people at most."""

    status, code = 409, "troupe_roster_full"
    message = N_("名单最多%(most)s人。")


class LinesUnread(PalaceError):
    """Some pasted lines name nobody; none was taken over."""

    status, code = 422, "lines_unread"
    message = N_("这几行没看懂：%(lines)s。一行一个人，写姓名，手机号可以不写。")


class OfWholePalace(PalaceError):
    """Seasons and safety letters hold for every house."""

    status, code = 403, "seasons_of_whole_palace"
    message = N_("团队年度和安全承诺书是全馆的，请管全馆的人办理。")
