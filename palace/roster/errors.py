"""Why a roster is not taken."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class RosterRefused(PalaceError):
    """The file cannot be read as a roster."""

    status, code = 422, "roster_refused"
    message = N_("这个文件不能当名册读。请用 CSV 或 XLSX。")


class Unreadable(RosterRefused):
    """It is damaged, encrypted or no table at all."""

    code = "roster_unreadable"
    message = N_("这个文件读不了：可能损坏、加了密码，或者不是 CSV、XLSX 表格。请另存为 CSV 再传。")


class WrongEncoding(RosterRefused):
    """Its letters are in no encoding a roster comes in."""

    code = "roster_encoding"
    message = N_("这个 CSV 的文字编码认不出来。请另存为“CSV UTF-8”再传。")


class TooLarge(RosterRefused):
    """It is larger, or unpacks to more, than any roster."""

    status, code = 413, "roster_too_large"
    message = N_("这个文件太大。请按单位分成几个文件，或另存为 CSV 再传。")


class TooMuchWork(RosterRefused):
    """Reading it took more memory or time than a roster needs."""

    code = "roster_too_much"
    message = N_("读这个文件用的内存或时间超过了上限，没有导入任何内容。请另存为 CSV 再传。")


class ColumnsMissing(RosterRefused):
    """The first line does not name who and which card."""

    code = "roster_columns"
    message = N_("第一行要有列名，至少有“姓名”和“会员卡号”。请改好第一行再传。")


class UnitColumnMissing(RosterRefused):
    """A list of several units does not say who belongs to which."""

    code = "roster_unit_column"
    message = N_("这份名册要有“单位”一列（单位名称或代码），或者在上传时选定一个基层单位。")


class NothingInside(RosterRefused):
    """There is a first line and nothing below, or not even that."""

    code = "roster_empty"
    message = N_("这个文件里没有人。请检查后再传。")


class FileGone(RosterRefused):
    """It lay too long before somebody confirmed it, and was let go of, or a piece of it is missing."""

    status, code = 409, "roster_file_gone"
    message = N_("这份名册放得太久，文件已经删了，没有导入任何内容。请重新上传。")


class ImportRunning(PalaceError):
    """The same file is being read for the same units already."""

    status, code = 409, "roster_running"
    message = N_("同一个文件正在处理，请等它完成，不用再传。")


class UploadsUsedUp(PalaceError):
    """A unit has brought in as many rosters today as the house rules allow. Carries the limit."""

    status, code = 429, "uploads_used_up"
    message = N_(
        "这个单位今天已经上传了 %(limit)s 次，到了上限。请明天再传，或请文化宫的管理员办理。"
    )


class LeaversUnconfirmed(PalaceError):
    """So many would leave that the palace asks again. Carries `leaving` and `percent`."""

    status, code = 409, "roster_leavers"
    message = N_("有%(leaving)s人不在这份名册里，超过原有人数的%(percent)s%%。请勾选确认后再导入。")


class NotToApply(PalaceError):
    """The import is not one that waits to be applied."""

    status, code = 409, "roster_not_ready"
    message = N_("这次导入已经办完、被替换，或者还没有读完，不能再导入。")


class UnitUnknown(PalaceError):
    """There is no such unit, or it is not theirs."""

    status, code = 404, "roster_unit_unknown"
    message = N_("没有这个单位。请检查单位代码。")


REFUSALS = {
    kind.code: kind
    for kind in (
        RosterRefused,
        Unreadable,
        WrongEncoding,
        TooLarge,
        TooMuchWork,
        ColumnsMissing,
        UnitColumnMissing,
        NothingInside,
        FileGone,
    )
}


class UnitLineWrong(PalaceError):
    """A line of a list of units cannot be one. Carries `line` and `code`."""

    status, code = 422, "unit_line_wrong"
    message = N_(
        "单位表第%(line)s行（代码 %(code)s）不对：要有代码、名称、类别，上级要写在前面并且级别更高。"
        "没有导入任何单位。"
    )
