"""Why giving a block, handing it out or taking a seat of it is refused."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class SeatsNotFree(PalaceError):
    """Some of the seats are somebody's or kept already; nothing was given. Carries the seats."""

    status, code = 409, "seats_not_free"
    message = N_("%(seats)s 已经有人，或者留给别人了，请另选。")


class NotSoManyFree(PalaceError):
    """There are not so many free places. Carries how many there are."""

    status, code = 409, "not_so_many_free"
    message = N_("空着的只有 %(left)s 个，不够。请少给一些。")


class SeatsUnknown(PalaceError):
    """What was marked is no seat of this plan, or nothing was marked."""

    status, code = 422, "seats_unknown"
    message = N_("请先选座位：写几个连在一起的，或者勾排、勾座。")


class UnitNeeded(PalaceError):
    """No open union was chosen."""

    status, code = 422, "unit_needed"
    message = N_("请先选一个单位。")


class TierNotSold(PalaceError):
    """The tier has no price for some of these places."""

    status, code = 422, "tier_not_sold"
    message = N_("这一场的这些座位不卖“%(tier)s”，请换一个票种。")


class ReleaseOutOfTime(PalaceError):
    """A block ends after now, and not after the start. Carries both ends."""

    status, code = 422, "release_out_of_time"
    message = N_("收回时间要在现在以后、开演（%(starts_at)s）以前。")


class TurnOutOfTime(PalaceError):
    """Sign-ups are given out after now, and an hour before the release at the latest."""

    status, code = 422, "turn_out_of_time"
    message = N_("分票时间要在现在以后，并且比收回时间（%(releases_at)s）至少早一小时。")


class BlockChanged(PalaceError):
    """Somebody else changed the block since the page was opened; nothing was overwritten."""

    status, code = 409, "block_changed"
    message = N_("刚才有人改过这块座位，下面是现在的样子。请看过再改。")


class TakenStay(PalaceError):
    """So many are handed out already that the block cannot become so small. Carries how many."""

    status, code = 409, "taken_stay"
    message = N_("已经发出 %(taken)s 张，发出的不动，不能少于这个数。")


class BlockOver(PalaceError):
    """The block was released: what was not handed out is on sale for everybody."""

    status, code = 409, "block_over"
    message = N_("这批票%(releases_at)s已经截止，没领完的放回公开售票了。")


class BlockEmpty(PalaceError):
    """Every seat of the block is handed out."""

    status, code = 409, "block_empty"
    message = N_("这批票已经领完了。有人退回来的话，还可以再来看看。")


class NotThisWay(PalaceError):
    """The palace or the organiser hands this block out in another way."""

    status, code = 409, "not_this_way"
    message = N_("这批票不这样发，请问单位工会经办人。")


class NotOfUnit(PalaceError):
    """Somebody of another unit opened the link. Carries the unit's name."""

    status, code = 403, "not_of_unit"
    message = N_("这批票是给%(unit)s的。您登记的单位不是它，领不了。")


class UnitPending(PalaceError):
    """The unit has not said yet that somebody is its member."""

    status, code = 403, "unit_pending"
    message = N_("您的会员身份还没有核对好，核对好了就能领。请先选单位，或者请单位工会核对。")


class MembershipOver(PalaceError):
    """The roster says that the membership has ended."""

    status, code = 403, "membership_over"
    message = N_("您的工会会籍已经过期，领不了。请单位工会更新名册。")


class HasOne(PalaceError):
    """The member has as many of the block as each may have."""

    status, code = 409, "has_one"
    message = N_("这批票您已经领过了，每人%(limit)s张。")


class SignedUpAlready(PalaceError):
    """The member's name stands on the list."""

    status, code = 409, "signed_up_already"
    message = N_("您已经报过名了，%(turn_at)s 按报名先后分票。")


class NamesUnreadable(PalaceError):
    """Nobody's name stands in what was pasted, or too many do."""

    status, code = 422, "names_unreadable"
    message = N_("请贴上姓名，一行一个，最多%(most)s个。")


class ListGiven(PalaceError):
    """The list was handed out before; its results stay."""

    status, code = 409, "list_given"
    message = N_("这份名单已经发过票了，下面是结果。")


class ConsentNeeded(PalaceError):
    """Some on the list have no account yet; the organiser says that they agree to one."""

    status, code = 422, "consent_needed"
    message = N_("名单里有人还没有账号。他们同意由单位代领的话，请勾上再发。")


class NeedsDocuments(PalaceError):
    """The show asks for the document of whoever comes: only they can say it."""

    status, code = 409, "needs_documents"
    message = N_("这一场要实名，得本人自己领。请把链接发给大家。")


class PaperCosts(PalaceError):
    """Paper tickets are made for free places only: nobody asks for money here."""

    status, code = 409, "paper_costs"
    message = N_("这个票种要付钱，不能整批打印。请用名单或链接发。")
