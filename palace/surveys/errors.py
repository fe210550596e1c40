"""Why a menu or a score is not taken as it came."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class SurveyClosed(PalaceError):
    """The menu's time is over. Carries `closes_at`."""

    status, code = 409, "survey_closed"
    message = N_("这份课程菜单%(closes_at)s已经截止。")


class SurveyNotOpen(PalaceError):
    """Nobody chooses yet. Carries `opens_at`."""

    status, code = 409, "survey_not_open"
    message = N_("%(opens_at)s才开始选。")


class VotesTooMany(PalaceError):
    """More lines were chosen than somebody has votes. Carries `choices`."""

    status, code = 422, "votes_too_many"
    message = N_("最多选%(choices)s门，请去掉几门再交。")


class LineGone(PalaceError):
    """A line was taken off the menu, or stands otherwise than it was seen."""

    status, code = 409, "survey_line_gone"
    message = N_("菜单刚刚有变动，请再看一遍。")


class LinesUnread(PalaceError):
    """Some pasted lines name no subject and course. Carries `lines`, as they are."""

    status, code = 422, "survey_lines_unread"
    message = N_(
        "有几行没看懂，一行都还没有加：%(lines)s。每行先写科目再写课名，科目要和下面列的一样。"
    )


class LinesRepeated(PalaceError):
    """Courses stand on the menu already, or twice in what was pasted. Carries `titles`."""

    status, code = 409, "survey_lines_repeated"
    message = N_("这几门重复了，一行都还没有加：%(titles)s。")


class LinesTooMany(PalaceError):
    """The menu would be longer than anybody reads. Carries `most`."""

    status, code = 422, "survey_lines_too_many"
    message = N_("一份菜单最多%(most)s门。")


class SurveyBegun(PalaceError):
    """People choose already: how many each has, and from when, stands."""

    status, code = 409, "survey_begun"
    message = N_("已经开始选了，每人选几门和开始时间不能再改。")


class LineVoted(PalaceError):
    """Somebody chose a line, or a class came of it: it stays on the menu."""

    status, code = 409, "survey_line_voted"
    message = N_("已经有人选了这一门，不能拿掉。")


class ClassNotOver(PalaceError):
    """Scores are given once the last session is over."""

    status, code = 409, "score_too_early"
    message = N_("上完最后一次课再评分。")
