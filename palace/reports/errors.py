"""Why a list is not exported."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class ExportsUsedUp(PalaceError):
    """Somebody has had as many files today as the house rules allow. Carries the limit."""

    status, code = 429, "exports_used_up"
    message = N_("今天已经导出了 %(limit)s 次，到了上限。请明天再导出，或请管理员调高馆规。")


class ListLeftOften(PalaceError):
    """This list has left the house as often today as its rule allows, whoever asked. Carries the limit."""

    status, code = 429, "list_left_often"
    message = N_(
        "这份名单今天已经导出了 %(limit)s 次，到了上限。请明天再导出，或请管理员调高馆规。"
    )


class ExportNotReady(PalaceError):
    """The file is not written yet, or was deleted after its days."""

    status, code = 409, "export_not_ready"
    message = N_("这个文件还没有写好，或者已经过期删除。请看导出列表，需要时再导出一次。")
