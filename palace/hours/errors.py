"""Why hours, special days and closures are not taken as they were typed."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class PartsUnreadable(PalaceError):
    """What was typed names no hours. Carries `typed`."""

    status, code = 422, "parts_unreadable"
    message = N_("“%(typed)s”看不懂，请写成 08:30-12:00 14:00-21:30 这样。")


class PartsOverlap(PalaceError):
    """Two parts of a day share time."""

    status, code = 422, "parts_overlap"
    message = N_("这一天有两段时间重叠了，请改一下。")


class TooManyParts(PalaceError):
    """A day is cut into more parts than anybody opens. Carries `most`."""

    status, code = 422, "too_many_parts"
    message = N_("一天最多写%(most)s段时间。")


class HoursMissing(PalaceError):
    """A space is to have hours of its own, but none are given."""

    status, code = 422, "hours_missing"
    message = N_("自己的开放时间至少写一天；一段日子不开，请用“临时关闭”。")


class HoursChanged(PalaceError):
    """Somebody else changed these hours meanwhile."""

    status, code = 409, "hours_changed"
    message = N_("刚有别人改过这里的时间，还没有保存。请看一下，再按一次就照您的改。")


class DaysMissing(PalaceError):
    """No line of a list of days was sent."""

    status, code = 422, "days_missing"
    message = N_("请选一个文件，或把每一行贴进来。")


class DaysUnreadable(PalaceError):
    """A file is no text."""

    status, code = 422, "days_unreadable"
    message = N_("这个文件读不出来，请存成 CSV 再传。")


class TooManyDays(PalaceError):
    """A list has more lines than two years have days. Carries `most`."""

    status, code = 422, "too_many_days"
    message = N_("一次最多%(most)s行，请分几次。")


class ClosureBackwards(PalaceError):
    """A closure ends before it begins, or is over already."""

    status, code = 422, "closure_backwards"
    message = N_("结束时间要在开始时间和现在之后。")


class ClosureTooLong(PalaceError):
    """A closure has more spaces and days than one is made of. Carries `most`."""

    status, code = 422, "closure_too_long"
    message = N_("一次最多关闭%(most)s个场地乘天数，请分几次。")


class WayChanged(PalaceError):
    """What is in the way of a closure is not what its list showed."""

    status, code = 409, "way_changed"
    message = N_("刚有新的安排，还没有关闭。请看一下新的清单，再按一次。")


class NothingToClose(PalaceError):
    """Everything that was to be closed is taken."""

    status, code = 409, "nothing_to_close"
    message = N_("这些场地在这段时间都有安排，一天也没有关闭。")


class ClosureEnded(PalaceError):
    """A closure is over already, or was ended."""

    status, code = 409, "closure_ended"
    message = N_("这次关闭已经结束了。")
