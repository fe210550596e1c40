"""Why somebody does not get the post that was meant."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class PostNotHeld(PalaceError):
    """They have no such post."""

    status, code = 404, "post_not_held"
    message = N_("没有这个岗位，不用撤。")


class SiteUnknown(PalaceError):
    """No house of the palace has this code."""

    status, code = 422, "site_unknown"
    message = N_("没有这个场馆，请重新选择。")


class UnitUnknown(PalaceError):
    """No union has this code or name."""

    status, code = 422, "post_unit_unknown"
    message = N_("没有找到这个单位，请从列表里选。")
