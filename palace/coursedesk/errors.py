"""Why the desk of courses does not do something."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class DatesChanged(PalaceError):
    """What stands against the dates of a class is not what was shown; nothing is planned."""

    status, code = 409, "class_dates_changed"
    message = N_("刚有别的安排，和刚才看到的不一样了，还没有排课。请看一下新的日期，再按一次。")


class NoDates(PalaceError):
    """A class would have no session."""

    status, code = 422, "no_dates"
    message = N_("一次课也没有，请改日期或次数。")


class InThePast(PalaceError):
    """A class would begin before now."""

    status, code = 422, "class_in_past"
    message = N_("第一次课要在现在以后。")


class OutsideTerm(PalaceError):
    """A session lies outside of its term. Carries `first` and `last`, its days."""

    status, code = 422, "outside_term"
    message = N_("课要在学期里：%(first)s到%(last)s。请改日期、次数，或换学期。")


class TermNamed(PalaceError):
    """A house has a term of this name already."""

    status, code = 409, "term_named"
    message = N_("这个馆已经有这个名称的学期了。")


class TermBackwards(PalaceError):
    """The days or the phases of a term are not in order."""

    status, code = 422, "term_backwards"
    message = N_("先后不对：第一天不晚于最后一天；先公布，再开始报名，公众不早于会员，最后截止。")


class NotReviewed(PalaceError):
    """A class is published whose course never passed the review."""

    status, code = 409, "course_not_reviewed"
    message = N_("这门课还没有审核通过，通过以后才能发布。")


class ClassMoved(PalaceError):
    """Somebody else changed the class since it was seen, or it is over or called off."""

    status, code = 409, "class_changed"
    message = N_("刚有别人改过这个班，还没有保存。请看一下，再按一次就照您的改。")


class ClassOver(PalaceError):
    """The class was called off, or taught to its end."""

    status, code = 409, "class_over"
    message = N_("这个班已经取消或者上完了，不能再改。")


class FewerPlaces(PalaceError):
    """A class would have fewer places than are given out. Carries `taken`."""

    status, code = 409, "fewer_places"
    message = N_("已经有%(taken)s人报上了，名额不能再少。")


class NothingToDecide(PalaceError):
    """The class has enough people, or somebody decided already."""

    status, code = 409, "nothing_to_decide"
    message = N_("这个班不用再决定了。")


class RoomNotThere(PalaceError):
    """A room is none of the house's."""

    status, code = 422, "room_not_there"
    message = N_("请选这个馆的教室。")


class PlaceGone(PalaceError):
    """The place that was proposed for a session was taken meanwhile."""

    status, code = 409, "place_gone"
    message = N_("刚才列出的时间和教室被别人占了，还没有改。请从新列出的里选。")


class CallOffOpen(PalaceError):
    """Somebody proposed to call the class off for another reason; it is not decided."""

    status, code = 409, "call_off_open"
    message = N_("刚有别人提出取消这个班，还没有决定。请先看那一份。")


class CallOffGone(PalaceError):
    """What was to be confirmed was withdrawn, or is done already."""

    status, code = 409, "call_off_gone"
    message = N_("这一份已经撤回或者办完了，请看现在的。")
