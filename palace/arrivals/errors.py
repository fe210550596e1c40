"""Why somebody is not signed in at a door, or a date is not kept or left."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NotAtDoor(PalaceError):
    """Nothing proves that somebody stands at the door."""

    status, code = 409, "not_at_the_door"
    message = N_(
        "请用手机扫一扫这间门口屏幕上的二维码。没有屏幕，请连上馆内网络，再扫门上贴的码；或请工作人员帮您签到。"
    )


class CodeStale(PalaceError):
    """The code of the door's screen is another by now."""

    status, code = 409, "door_code_stale"
    message = N_("这个二维码过期了。请对着门口的屏幕再扫一次，它每30秒换一个。")


class OutsideNetwork(PalaceError):
    """The printed code of a door counts inside the palace's own network only."""

    status, code = 409, "outside_network"
    message = N_(
        "门上贴的码要连着馆内网络才算数。请连上馆内的无线网再扫一次，或请工作人员帮您签到。"
    )


class NothingHere(PalaceError):
    """Nobody's date of today at this door is this person's."""

    status, code = 409, "nothing_here"
    message = N_(
        "今天这间没有您的预约。请看看门牌是不是走错了；名单上没有您，请负责人来签到，或请工作人员帮忙。"
    )


class TooEarly(PalaceError):
    """Signing in has not begun. Carries `opens_at`."""

    status, code = 409, "too_early"
    message = N_("还早，%(opens_at)s起签到。")


class FreeAgain(PalaceError):
    """Nobody signed in in time, so the room is free. Carries `lapsed_at`."""

    status, code = 409, "free_again"
    message = N_(
        "等到%(lapsed_at)s没有人签到，这一次已经不留了。场地还空着的话，可以现在另约，或直接使用。"
    )


class KeptBefore(PalaceError):
    """A date is kept longer once."""

    status, code = 409, "kept_longer_before"
    message = N_("这一次已经多留过了，只能多留一次。")


class NothingToKeep(PalaceError):
    """Somebody signed in, or nobody has to: the room is not given away."""

    status, code = 409, "nothing_to_keep"
    message = N_("不用多留，场地不会放给别人。")


class NotHereYet(PalaceError):
    """Who never signed in cannot leave."""

    status, code = 409, "not_here_yet"
    message = N_("还没有签到，不用签退。不来了请取消。")


class OnlyLeaders(PalaceError):
    """Only who leads the troupe keeps its room longer."""

    status, code = 403, "only_leaders"
    message = N_("只有团队的负责人、副负责人能多留一会儿。")


class LeaveAtDoor(PalaceError):
    """Who is only on the troupe's roster gives its room back where they stand at its door."""

    status, code = 403, "leave_at_door"
    message = N_("请先扫门口的码，再点“已恢复原状”。负责人、副负责人不用扫。")


class NetworkUnreadable(PalaceError):
    """A line is no network. Carries `line`."""

    status, code = 422, "network_unreadable"
    message = N_("“%(line)s”不是网段。请写成 192.168.1.0/24 这样，每行一个。")


class NetworkTooWide(PalaceError):
    """A network is so wide that half of the world is in it. Carries `line`."""

    status, code = 422, "network_too_wide"
    message = N_("“%(line)s”太大了，家里也会算在馆内。最大写到 /8（IPv6 到 /32）。")


class TooManyNetworks(PalaceError):
    """A house has few networks. Carries `most`."""

    status, code = 422, "too_many_networks"
    message = N_("最多写%(most)s个网段。")
