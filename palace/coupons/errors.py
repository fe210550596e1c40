"""Why a coupon is not handed out, or a pool of them not changed or filled."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class CouponsNotOpen(PalaceError):
    """The pool opens later. Carries `opens_at`."""

    status, code = 409, "coupons_not_open"
    message = N_("还没有开始领，%(opens_at)s开始。")


class CouponsOver(PalaceError):
    """The last day on which the partner takes these codes has passed. Carries `valid_until`."""

    status, code = 409, "coupons_over"
    message = N_("这种优惠券%(valid_until)s到期，不再发了。")


class CouponsStopped(PalaceError):
    """The palace hands none of this pool out any more, or not just now."""

    status, code = 409, "coupons_stopped"
    message = N_("这种优惠券暂停发放。已经领到的照常用。")


class CouponsGone(PalaceError):
    """Every code of the pool is somebody's."""

    status, code = 409, "coupons_gone"
    message = N_("这种优惠券发完了，可以看看别的。")


class HasCoupons(PalaceError):
    """The member has as many of this pool as each may have. Carries `limit`."""

    status, code = 409, "has_coupons"
    message = N_("这种优惠券每人%(limit)s张，您已经领了。")


class MonthOfCoupons(PalaceError):
    """The member has had as many this month, of all pools, as the house rules allow. Carries `limit`."""

    status, code = 409, "month_of_coupons"
    message = N_("一个月最多领%(limit)s张优惠券，您这个月领满了。下个月再来。")


class CouponsForMembers(PalaceError):
    """Only union members whose standing is confirmed take coupons."""

    status, code = 403, "coupons_for_members"
    message = N_("优惠券只发给工会会员。您的会籍还在核对中，核对好后就能领。")


class CouponsForStanding(PalaceError):
    """The membership has run out."""

    status, code = 403, "coupons_for_standing"
    message = N_("优惠券只发给工会会员。您的会籍已到期，请向单位工会续上。")


class CouponsForUnit(PalaceError):
    """The pool is for the people of another union. Carries its name."""

    status, code = 403, "coupons_for_unit"
    message = N_("这种优惠券只发给%(unit)s的会员。")


class PoolMoved(PalaceError):
    """Somebody else changed the pool since the page was opened; nothing was overwritten."""

    status, code = 409, "pool_moved"
    message = N_("刚有别人改过这种优惠券，还没有保存。请看一下，再按一次就照您的改。")


class PoolSiteNotYours(PalaceError):
    """A programme manager of some houses makes a pool of none of them."""

    status, code = 422, "pool_site_not_yours"
    message = N_("请选您负责的场馆。")


class PoolUnitUnclear(PalaceError):
    """No union is called so, or several are. Carries their `names`, at most some."""

    status, code = 422, "pool_unit_unclear"
    message = N_("有几个单位：%(names)s。请写全称。")


class PoolUnitUnknown(PalaceError):
    """No union is called so."""

    status, code = 422, "pool_unit_unknown"
    message = N_("没有找到这个单位，请换一个说法。")


class CodesUnreadable(PalaceError):
    """The file is no list of codes that can be read."""

    status, code = 422, "codes_unreadable"
    message = N_("这个文件读不出来。请存成CSV或XLSX再上传，或者直接贴券码。")


class CodesTooLarge(PalaceError):
    """More codes at once than are taken. Carries `most`."""

    status, code = 422, "codes_too_large"
    message = N_("一次最多%(most)s个券码，请分几次放。")


class CodesColumnUnclear(PalaceError):
    """A sheet has several columns, and none is called what codes are called."""

    status, code = 422, "codes_column_unclear"
    message = N_("表里有好几列，分不清哪列是券码。请在第一行写上“券码”，或只留这一列。")


class CodesMissing(PalaceError):
    """Neither a file nor a line of text was sent."""

    status, code = 422, "codes_missing"
    message = N_("请选一个文件，或者贴上券码，一行一个。")
