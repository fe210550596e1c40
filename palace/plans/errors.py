"""Why a sheet, a draft or a change of plan is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from palace.errors import PalaceError
from palace.text import N_


class PlanFileUnreadable(PalaceError):
    """The file is no CSV, XLSX or JSON of a plan."""

    status, code = 422, "plan_file_unreadable"
    message = N_("这个文件读不了。座位图请用 CSV、XLSX 或 JSON，不要加密码。")


class PlanFileTooLarge(PalaceError):
    """It is larger, or unpacks to more, than any plan."""

    status, code = 413, "plan_file_too_large"
    message = N_("这个文件太大：一张座位图最多20000座、8 MB。")


class PlanRowsWrong(PalaceError):
    """Lines of the sheet are no seats of a plan. Carries `count`, and `problems`: line by line."""

    status, code = 422, "plan_rows_wrong"
    message = N_("这份座位表有%(count)s处要改，没有导入。")

    def __init__(self, problems: Sequence[Any], count: int) -> None:
        super().__init__(count=count)
        self.problems = problems


class DraftChanged(PalaceError):
    """Somebody else has worked on the draft since this page was shown."""

    status, code = 409, "plan_draft_changed"
    message = N_("刚有别人改过这份草稿，下面是现在的样子。您的这一次没有改进去，请看过再改。")


class SeatsUnknown(PalaceError):
    """Seats were chosen that the draft does not have. Carries `seats`."""

    status, code = 422, "plan_seats_unknown"
    message = N_("图上没有这些座位：%(seats)s。")


class NothingChosen(PalaceError):
    """No seat was chosen, or nothing to make of it."""

    status, code = 422, "plan_nothing_chosen"
    message = N_("请先选座位，再选要改成什么。")


class PartTaken(PalaceError):
    """A zone or an entrance has this code already. Carries `part`."""

    status, code = 409, "plan_part_taken"
    message = N_("“%(part)s”已经有了，请换一个代码。")


class PartUnknown(PalaceError):
    """The draft has no such zone or entrance. Carries `part`."""

    status, code = 422, "plan_part_unknown"
    message = N_("图上没有“%(part)s”。")


class PartUsed(PalaceError):
    """A zone or an entrance still has seats. Carries `part` and `seats`."""

    status, code = 409, "plan_part_used"
    message = N_("“%(part)s”还有%(seats)s座，请先把它们改到别处，再删。")


class PlanCodeTaken(PalaceError):
    """The hall has a plan with this code. Carries `plan`."""

    status, code = 409, "plan_code_taken"
    message = N_("这个场地已经有代码是“%(plan)s”的座位图。请换一个代码，或者存成它的新版本。")


class PlanInUse(PalaceError):
    """Performances use the version, or a draft is made from it. Carries `count`."""

    status, code = 409, "plan_in_use"
    message = N_("这一版有%(count)s场演出在用，不能删。")


class PlanChanged(PalaceError):
    """The performance has another plan than the page said."""

    status, code = 409, "plan_changed"
    message = N_("刚有别人换过这一场的座位图，下面是现在的样子。没有再改，请看过再换。")


class PlanNotForIt(PalaceError):
    """The plan is another hall's, is gone, or is what the performance has already."""

    status, code = 422, "plan_not_for_it"
    message = N_("这张座位图不能用在这一场。请从列表里选。")


class ZonesUnpriced(PalaceError):
    """The plan has zones this performance has no price for. Carries `zones`."""

    status, code = 409, "plan_zones_unpriced"
    message = N_("这一场没有给%(zones)s定价。请先定价，再换座位图。")


class SeatsInTheWay(PalaceError):
    """Seats somebody has are not on the other plan as they are. Carries `count` and `seats`: who and why."""

    status, code = 409, "plan_seats_in_the_way"
    message = N_("不能换：有%(count)s个有人的座位在新图上没有，或者不一样了。没有改动。")

    def __init__(self, seats: Sequence[Any]) -> None:
        super().__init__(count=len(seats))
        self.seats = seats


class TooLateToChange(PalaceError):
    """The performance has begun, or was cancelled."""

    status, code = 409, "plan_too_late"
    message = N_("这一场已经开演或取消，不能再换座位图。")
