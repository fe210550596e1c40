"""Why a teacher is not taken for something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from palace.errors import PalaceError
from palace.text import N_


class TeacherBusy(PalaceError):
    """A teacher teaches something else then; nothing is planned. Carries `teacher` and `days`."""

    status, code = 409, "teacher_busy"
    message = N_("%(teacher)s这几天的这个时间已经有课：%(days)s。")

    def __init__(self, teacher: object, days: Sequence[date]) -> None:
        super().__init__(teacher=teacher, days=list(days))
        self.days = days


class TeacherHere(PalaceError):
    """A member is linked to another teacher already."""

    status, code = 409, "teacher_here"
    message = N_("这个账号已经是另一位教师的了。")


class TeacherTeaches(PalaceError):
    """A teacher who leaves still has sessions to teach. Carries `count`."""

    status, code = 409, "teacher_teaches"
    message = N_("还有%(count)s次课没有上，请先安排代课。")


class TeacherLeft(PalaceError):
    """Somebody teaches here no longer. Carries `teacher`."""

    status, code = 409, "teacher_left"
    message = N_("%(teacher)s已经不在这里任教了，请另选一位。")

    def __init__(self, teacher: object) -> None:
        super().__init__(teacher=teacher)


class AccountUnknown(PalaceError):
    """No one account has this number and name."""

    status, code = 422, "teacher_account_unknown"
    message = N_("没有这个手机号和姓名的账号。请老师先用手机号登录一次，姓名要和账号上的一样。")
