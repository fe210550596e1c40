"""Why a roll is not taken, leave not given, an invitation not answered or a month not signed."""

from __future__ import annotations

from datetime import datetime

from palace.errors import PalaceError
from palace.text import N_


class NoTeacher(PalaceError):
    """Somebody has the post of a teacher, but no house lists them: nothing is theirs."""

    status, code = 404, "no_teacher"
    message = N_("您还没有登记为本馆教师。请联系培训部门。")


class RollEarly(PalaceError):
    """Nobody is there yet. Carries `opens_at`."""

    status, code = 409, "roll_early"
    message = N_("还没到点名的时候，%(opens_at)s起可以点名。")

    def __init__(self, *, opens_at: datetime) -> None:
        super().__init__(opens_at=opens_at)


class SessionOff(PalaceError):
    """The session does not take place."""

    status, code = 409, "session_off"
    message = N_("这次课停了，不用点名，也不用请假。")


class SignInOver(PalaceError):
    """A session that is over is signed in to no more; its teacher can still correct the roll."""

    status, code = 409, "sign_in_over"
    message = N_("这次课已经结束，不能再扫码签到。来了却没签上，请告诉老师。")


class ClassCodeStale(PalaceError):
    """The code is not the one that the teacher's phone shows now."""

    status, code = 409, "class_code_stale"
    message = N_("这个码过期了，请再扫一次老师手机上的码。")


class NotInClass(PalaceError):
    """Whoever scanned has no place in the class."""

    status, code = 409, "not_in_class"
    message = N_("这个班的名单上没有您。请和老师核对一下。")


class LeaveTooLate(PalaceError):
    """Leave is asked for, and taken back, until an instant before a session. Carries `until`."""

    status, code = 409, "leave_too_late"
    message = N_("请假和销假要在%(until)s前。来不了，请直接告诉老师。")

    def __init__(self, *, until: datetime) -> None:
        super().__init__(until=until)


class PlaceEnded(PalaceError):
    """The enrolment has no place any more."""

    status, code = 409, "place_ended"
    message = N_("这个名额已经不在了，不用请假。")


class InvitedBefore(PalaceError):
    """The same teacher was asked the same thing and has not answered."""

    status, code = 409, "invited_before"
    message = N_("已经问过这位老师了，正在等答复。")


class InvitationClosed(PalaceError):
    """An invitation that was answered or withdrawn is answered no more."""

    status, code = 409, "invitation_closed"
    message = N_("这个邀请已经答复过，或者馆里收回了。")


class MonthEmpty(PalaceError):
    """There is nothing to sign in a month without a session."""

    status, code = 409, "month_empty"
    message = N_("这个月还没有上过的课，没有可以签的。")


class MonthChanged(PalaceError):
    """The month is not the one that was looked at, or that was signed."""

    status, code = 409, "month_changed"
    message = N_("这个月的课有了变化，请看过新的再签。")


class OwnSheet(PalaceError):
    """Nobody checks their own hours."""

    status, code = 403, "own_sheet"
    message = N_("自己的课时单要请另一位工作人员核对。")
