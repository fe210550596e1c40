"""Why somebody does not get the post that was meant."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class PostNotHeld(PalaceError):
    """They have no such post."""

    status, code = 404, "post_not_held"
    message = N_("没有这个岗位，不用撤。")


class PostOfTroupe(PalaceError):
    """Who leads a troupe is named on the troupe's page: one leader, in the place of who was."""

    status, code = 422, "post_of_troupe"
    message = N_("团队负责人、副负责人在“文艺团队”里指定。")


class PostBeyondSite(PalaceError):
    """A site's administrator gives and takes posts of that site only, and none like their own."""

    status, code = 403, "post_beyond_site"
    message = N_("您只能加、撤自己场馆的岗位。管全馆的和管理员的岗位，请全馆管理员办理。")


class AlsoElsewhere(PalaceError):
    """Who also works elsewhere, or is a member, is not a site's own: their sign-in is not its business."""

    status, code = 403, "also_elsewhere"
    message = N_("这个人不只在您的场馆任职，登录的事请全馆管理员办理。")


class SiteUnknown(PalaceError):
    """No house of the palace has this code."""

    status, code = 422, "site_unknown"
    message = N_("没有这个场馆，请重新选择。")


class UnitUnknown(PalaceError):
    """No union has this code or name, or several have the name."""

    status, code = 422, "post_unit_unknown"
    message = N_("没有找到这个单位，或有几个同名的：请从列表里选，同名的填单位代码。")
