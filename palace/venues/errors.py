"""Why a space or a seating plan is refused."""

from __future__ import annotations

from collections.abc import Sequence

from palace.errors import PalaceError
from palace.text import N_


class NotSetUp(PalaceError):
    """The database holds no house yet."""

    status, code = 503, "not_set_up"
    message = N_("这座文化宫还没有设置好，请过些时候再来。")


class SpaceOccupied(PalaceError):
    """Something else has part of the space then. Carries `space`, `starts_at`, `ends_at`."""

    status, code = 409, "space_occupied"
    message = N_("%(space)s在%(starts_at)s到%(ends_at)s之间已经有安排，请换一个时间。")


class UseTooLong(PalaceError):
    """A use would have its space for more than a day with what goes before and after it."""

    status, code = 422, "use_too_long"
    message = N_("连布置和收拾，一次最多占用场地24小时，请改短，或者用“临时关闭”留出其余的时间。")


class PlanUnreadable(PalaceError):
    """A part of a seating plan is missing, of the wrong kind or too long. Carries `where` and `field`."""

    status, code = 422, "plan_unreadable"
    message = N_("座位图看不懂：%(where)s的“%(field)s”缺少、写错或太长。")


class PlanCodeUnknown(PalaceError):
    """A seat names what the plan does not have. Carries `seat`, `field`, `value`."""

    status, code = 422, "plan_code_unknown"
    message = N_("座位图看不懂：座位%(seat)s的“%(field)s”写着“%(value)s”，图上没有这一项。")


class PlanSeatRepeated(PalaceError):
    """Two seats share their id, or their section, row and number. Carries `seat`."""

    status, code = 422, "plan_seat_repeated"
    message = N_("座位图有误：座位%(seat)s出现了两次。")


class PlanMiscounted(PalaceError):
    """The plan's capacity is not the number of its seats. Carries `capacity` and `count`."""

    status, code = 422, "plan_miscounted"
    message = N_("座位图有误：写着%(capacity)s座，实际画了%(count)s座。")


class FiguresChanged(PalaceError):
    """Somebody else changed figures of this page meanwhile. Carries `moved`, their names."""

    status, code = 409, "figures_changed"
    message = N_("刚有别人改过这一页，还没有保存。请看一下，再按一次就照您的改。")

    def __init__(self, moved: Sequence[str]) -> None:
        super().__init__()
        self.moved = moved


class PresetUnknown(PalaceError):
    """There is no such preset."""

    status, code = 422, "preset_unknown"
    message = N_("没有这一种，请重新选择。")
