"""Why a revision is not taken, or not decided."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class RevisionMoved(PalaceError):
    """Somebody else changed or decided it since the page was made; nothing is overwritten."""

    status, code = 409, "revision_moved"
    message = N_("刚有别人改过或审过，您的这一次没有算。请看一下新的内容再决定。")


class NothingChanged(PalaceError):
    """What was sent is what the public sees already."""

    status, code = 409, "nothing_changed"
    message = N_("和现在公开的一样，没有要送审的。")


class OwnRevision(PalaceError):
    """Who wrote it does not review it."""

    status, code = 403, "own_revision"
    message = N_("这是您自己写的，要由别人来审。")


class DecidedBefore(PalaceError):
    """This step wants another person than the steps before it."""

    status, code = 403, "decided_before"
    message = N_("前一步是您审的，这一步要换一个人。")


class RevisionClosed(PalaceError):
    """It does not wait for a decision any more."""

    status, code = 409, "revision_closed"
    message = N_("这一份已经不在等审核了。")


class ReasonNeeded(PalaceError):
    """Who sends something back says why."""

    status, code = 422, "reason_needed"
    message = N_("退回要写原因，好让作者知道改哪里。")


class LastStep(PalaceError):
    """The review keeps at least one step."""

    status, code = 409, "last_step"
    message = N_("至少要留一步审核。")


class SiteNotYours(PalaceError):
    """Who writes for some houses puts a new thing into one of them."""

    status, code = 422, "site_not_yours"
    message = N_("请选您负责的场馆。")
