"""Why a package is not put together, not sold, or not taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from palace.errors import PalaceError
from palace.text import N_


@dataclass(frozen=True)
class Title:
    """What a show is called, in both languages, as a refusal carries it."""

    name_zh: str
    name_en: str


def told(show: Any) -> dict[str, object]:
    """Return the values of a refusal that names a performance."""
    title = Title(show.production.title_zh, show.production.title_en)
    return {"show": title, "starts_at": show.starts_at}


class ShowRefused(PalaceError):
    """One show of a package cannot be had, so none is taken. Carries `why`, `show` and `starts_at`.

    `performance_id` says which; status and code are those of `why`.
    """

    status, code = 409, "show_refused"
    message = N_("%(show)s（%(starts_at)s）：%(why)s 套票里少一场就不订，一张也没有占。")

    def __init__(self, why: PalaceError, **values: object) -> None:
        super().__init__(why=why, **values)
        self.why, self.status, self.code = why, why.status, why.code


class PackageFull(PalaceError):
    """So many packages are not left. Carries `left`."""

    status, code = 409, "package_full"
    message = N_("套票只剩%(left)s套了。可以减少套数，或者单订其中几场。")


class TooManyPackages(PalaceError):
    """More places than one member may have. Carries `limit` and `held`."""

    status, code = 409, "too_many_packages"
    message = N_("这种套票每人最多%(limit)s套，您已经有%(held)s套。")


class NotOffered(PalaceError):
    """The tier that was asked for is not sold with this package, or none is."""

    status, code = 409, "not_offered"
    message = N_("这种套票没有这个票种，请另选。")


class PackageBroken(PalaceError):
    """Tickets of a package that goes back as a whole were given back, given away or used already."""

    status, code = 409, "package_broken"
    message = N_("这种套票要整套一起退，里面已经有票退了或者送人了。请找售票处。")


class ShowsMissing(PalaceError):
    """A package has too few shows, or too many. Carries `least` and `most`."""

    status, code = 422, "shows_missing"
    message = N_("一种套票要有%(least)s到%(most)s场，请重新勾选。")


class ShowsOverlap(PalaceError):
    """Two shows of a package are at the same time. Carries `first` and `second`."""

    status, code = 409, "shows_overlap"
    message = N_("有两场时间撞了：%(first)s，%(second)s。一个人看不了两场，请换一场。")


class NoTicketsThere(PalaceError):
    """A show of a package needs no ticket. Carries `show` and `starts_at`."""

    status, code = 409, "no_tickets_there"
    message = N_("%(show)s（%(starts_at)s）不用订票，不能放进套票。")


class Dearer(PalaceError):
    """A package would cost more than its shows one by one. Carries `tier` and `most`, in yuan."""

    status, code = 409, "dearer"
    message = N_("%(tier)s：套票不能比单买贵，单买合起来%(most)s元。")


class TierMissing(PalaceError):
    """A tier is priced that some show does not sell there. Carries `tier`, `show` and `starts_at`."""

    status, code = 409, "tier_missing"
    message = N_(
        "%(tier)s：%(show)s（%(starts_at)s）没有这个票种的价，先在那一场定价，或者这里空着。"
    )


class NoPrices(PalaceError):
    """No tier has a price, so nobody could take it."""

    status, code = 409, "no_prices"
    message = N_("还没有定套票的价，至少给一个票种定价（免费填0）。")


class ShowNotPublished(PalaceError):
    """A show of a package is not published, or called off. Carries `show` and `starts_at`."""

    status, code = 409, "show_not_published"
    message = N_("%(show)s（%(starts_at)s）还没有发布，或者取消了，套票先不能发布。")


class BelowTaken(PalaceError):
    """There would be fewer packages than are sold or held. Carries `taken`."""

    status, code = 409, "below_taken"
    message = N_("已经订出或留出%(taken)s套，不能比这个数少。")
