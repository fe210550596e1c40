"""Why a show is not moved or called off as asked."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class ShowOver(PalaceError):
    """The show is over, or was called off before."""

    status, code = 409, "show_over"
    message = N_("这一场已经结束或取消，不能再改。")


class WrongTitle(PalaceError):
    """What was typed is not the name of the show."""

    status, code = 422, "wrong_title"
    message = N_("节目名称不对，请照着写一遍，免得改错场次。")


class NothingMoved(PalaceError):
    """The new time, hall and seating plan are those of now."""

    status, code = 422, "nothing_moved"
    message = N_("时间、场地和座位图都和现在一样，没有要改的。")


class MovedToThePast(PalaceError):
    """A show moves to a time that is to come."""

    status, code = 422, "moved_to_the_past"
    message = N_("新的时间要在现在以后。")


class OpensTooLate(PalaceError):
    """Openings stay as announced, and one would lie behind the end of the sale. Carries both instants."""

    status, code = 422, "opens_too_late"
    message = N_(
        "新的时间太早：%(closes_at)s停止订票，可是有一次开票在%(opens_at)s。"
        "开票时间不跟着改期变，请先改开票时间。"
    )


class AnswerTooLate(PalaceError):
    """Who cannot come must have time to say so, and say it before the show. Carries `until`."""

    status, code = 422, "answer_too_late"
    message = N_("退票截止要在现在以后、新的开演时间以前。")


class NewHallTaken(PalaceError):
    """Something else has the hall at the new time. Carries `clashes`, in words."""

    status, code = 409, "new_hall_taken"
    message = N_("新的时间场地有安排：%(clashes)s。请换时间或场地。")


class SeatsMissing(PalaceError):
    """Seats that people have do not exist on the other plan. Carries `seats`, their codes."""

    status, code = 409, "seats_missing"
    message = N_("这些已有人的座位，新座位图上没有：%(seats)s。请另选座位图。")


class ZonesUnpriced(PalaceError):
    """Zones of the other plan have no price. Carries `zones`."""

    status, code = 409, "zones_unpriced"
    message = N_("新座位图的这些票区还没有定价：%(zones)s。请先定价。")


class AnotherPlanNeeded(PalaceError):
    """The show has numbered seats, and the plan chosen is not one of its new hall."""

    status, code = 422, "another_plan_needed"
    message = N_("请选这个场地的座位图。")


class MoveOpen(PalaceError):
    """Somebody proposed something for this show, which is not decided or not finished."""

    status, code = 409, "move_open"
    message = N_("这一场刚有别人提出取消或改期，还没有办完。请先看那一份。")


class ShownOtherwise(PalaceError):
    """The show is not what was on the page: somebody changed it meanwhile."""

    status, code = 409, "shown_otherwise"
    message = N_("这一场刚被别人改过，请看一下现在的样子再办。")


class MoveGone(PalaceError):
    """What was to be confirmed was withdrawn, or is another one by now."""

    status, code = 409, "move_gone"
    message = N_("这一份已经撤回或换了内容，请看现在的。")


class MoveBusy(PalaceError):
    """People are booking this very instant; nothing is changed."""

    status, code = 409, "move_busy"
    message = N_("这一刻正有人订票，没有改成。请再按一次。")
