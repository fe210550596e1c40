"""Why a performance is not put on, changed or published as asked."""

from __future__ import annotations

from collections.abc import Sequence

from palace.errors import NotAllowed, PalaceError
from palace.text import N_


class ChangedMeanwhile(PalaceError):
    """Somebody else changed what this form changes. Carries `moved`, the names of the fields."""

    status, code = 409, "changed_meanwhile"
    message = N_("刚有别人改过这一页，还没有保存。请看一下，再按一次就照您的改。")

    def __init__(self, moved: Sequence[str]) -> None:
        super().__init__()
        self.moved = moved


class HallTaken(PalaceError):
    """The hall is not free from get-in to get-out. Carries `space`, `starts_at`, `ends_at` and `uses`.

    `displaceable`: the dates of lent rooms in the way, where nothing else is.
    """

    status, code = 409, "hall_taken"
    message = N_(
        "%(space)s从%(starts_at)s到%(ends_at)s要用（连同装台、拆台），可是已经有：%(uses)s。"
        "请换时间或换场地。"
    )

    def __init__(self, *, displaceable: Sequence[int] = (), **values: object) -> None:
        super().__init__(**values)
        self.displaceable = displaceable


class AlreadyBooked(PalaceError):
    """Somebody has booked: what moves it goes another way. Carries `sold`, how many places."""

    status, code = 409, "already_booked"
    message = N_("已经订出%(sold)s个位子，不能在这里改场地、时间或撤下，请走“取消或改期”。")


class IsPublished(PalaceError):
    """It is published: what people read of its place and time does not change under them."""

    status, code = 409, "is_published"
    message = N_("这一场已经发布。改场地、时间和座位，请先撤下；已经有人订了，就走“取消或改期”。")


class PlanWasUsed(PalaceError):
    """Somebody once chose seats on its plan, given back or lapsed since: the plan stays."""

    status, code = 409, "plan_was_used"
    message = N_("有人在这张座位图上订过座（后来退了或过期了），座位图不能再换。请另排一场。")


class BelowSold(PalaceError):
    """A quota would be lower than what is sold. Carries `sold`; `cell` names the quota."""

    status, code = 409, "below_sold"
    message = N_("已经订出或留出%(sold)s张，不能比这个数少。")

    def __init__(self, cell: str, sold: int) -> None:
        super().__init__(sold=sold)
        self.cell = cell


class TierNamed(PalaceError):
    """There is a tier of this Chinese name already, as when a form is sent twice. Carries `name`."""

    status, code = 409, "tier_named"
    message = N_("已经有叫“%(name)s”的票种了。")


class IdentitySettled(PalaceError):
    """People booked under one rule about documents: it stays. Carries `sold`."""

    status, code = 409, "identity_settled"
    message = N_("已经订出%(sold)s张，登记证件的办法不能再改。")


class NotReady(PalaceError):
    """A check before publishing is red. Carries `findings`, the sentences."""

    status, code = 409, "not_ready"
    message = N_("还不能发布：%(findings)s")


class NotStaged(PalaceError):
    """The performance is cancelled or over: nothing about it changes any more."""

    status, code = 409, "not_staged"
    message = N_("这一场已经取消或者结束，不能再改。")


class OfWholePalace(NotAllowed):
    """Their word ends at a house, and tiers are the whole palace's."""

    code = "of_whole_palace"
    message = N_("票种是全馆的，由管全馆的人改。")


class TierInUse(PalaceError):
    """A tier that was priced or bought is taken off sale, never deleted."""

    status, code = 409, "tier_in_use"
    message = N_("有场次用过这个票种，不能删除，可以停用。")
