"""Why seats are not given, orders not settled, tickets not taken back."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class SeatTaken(PalaceError):
    """Another order has one of the seats, or they are kept. Carries the seats."""

    status, code = 409, "seat_taken"
    message = N_("%(seats)s刚被别人选走，请另选。")


class Rushed(PalaceError):
    """Seats were left to us, and each choice of ours was taken by somebody faster; there are more."""

    status, code = 409, "rushed"
    message = N_("这一刻订票的人太多，挑给您的座位都先被别人订走了。还有座位，请再点一次。")


class PlanSwitched(PalaceError):
    """The show got another seating plan after somebody chose seats on the old one."""

    status, code = 409, "plan_switched"
    message = N_("这一场刚刚换了座位图。请看一下，再重新选座。")


class NoSeatsTogether(PalaceError):
    """There are not so many neighbouring free seats. Carries `count`."""

    status, code = 409, "no_seats_together"
    message = N_("没有%(count)s个连着的空座了。请减少张数，或在座位图上分开选。")


class SoldOut(PalaceError):
    """No place is left in the house, the zone or the tier that was asked for."""

    status, code = 409, "sold_out"
    message = N_("票刚刚发完了，请选其他票种或场次。")


class SaleStopped(PalaceError):
    """The house takes no new bookings just now. Carries `reason`, in both languages."""

    status, code = 409, "sale_stopped"
    message = N_("暂停预订：%(reason)s 已经订好的票和座位不变。")


class SaleNotOpen(PalaceError):
    """Booking opens later. Carries `opens_at`."""

    status, code = 409, "sale_not_open"
    message = N_("还没有开票，%(opens_at)s开票。")


class QuotaTooSmall(PalaceError):
    """So many places cannot be promised: a quota has no room for them. Carries how many are `missing`."""

    status, code = 409, "quota_too_small"
    message = N_("这一场的配额放不下这么多张，还差%(missing)s张。请先调高配额，或少给几张。")


class NotKeptForYou(PalaceError):
    """Seats were asked for that are kept, but by no grant of this person that holds now."""

    status, code = 409, "not_kept_for_you"
    message = N_("这些座位没有为您保留，或者保留的时间已经过了。")


class GrantUsedUp(PalaceError):
    """More kept seats than the grants allow. Carries `left`."""

    status, code = 409, "grant_used_up"
    message = N_("为您保留的座位，您还能订%(left)s个。请减少张数，或另选别的座位。")


class SeatsAssigned(PalaceError):
    """Seats are given out by the palace at this performance; people say how many."""

    status, code = 409, "seats_assigned"
    message = N_("这一场不能自己选座，座位由系统安排。请选择要几张票。")


class LeavesGap(PalaceError):
    """A choice would leave one single free seat beside it. Carries the nearest `seats` that do not."""

    status, code = 409, "leaves_gap"
    message = N_("这样选，旁边会剩下一个单座。可以改选%(seats)s，或另选别的座位。")


class SaleClosed(PalaceError):
    """The performance has begun, is closed or cancelled."""

    status, code = 409, "sale_closed"
    message = N_("这一场已经停止订票，请看其他场次。")


class OnlyInPackage(PalaceError):
    """The show is sold together with others only. Carries `package_id`."""

    status, code = 409, "only_in_package"
    message = N_("这一场只卖套票，不单卖。请订套票。")


class PartOfPackage(PalaceError):
    """An order is part of a package's: all its shows are settled, kept and let go together."""

    status, code = 409, "part_of_package"
    message = N_("这是套票里的一场，请在套票那一页一起办。")


class ReturnedTogether(PalaceError):
    """A ticket belongs to a package whose tickets only go back all at once."""

    status, code = 409, "returned_together"
    message = N_("这张票是套票里的，这种套票只能整套一起退，也不能单独送人。")


class NoTicketNeeded(PalaceError):
    """The performance is open to everybody."""

    status, code = 409, "no_ticket_needed"
    message = N_("这一场不用订票，直接来就可以。")


class TooManySeats(PalaceError):
    """More seats than one person may have at a performance. Carries `limit` and `held`."""

    status, code = 409, "too_many_seats"
    message = N_("这一场每人最多%(limit)s张，您已有%(held)s张。")


class TierFull(PalaceError):
    """The tier that was named has no ticket left for this person. Carries `tier` and `left`."""

    status, code = 409, "tier_full"
    message = N_("%(tier)s您还能订%(left)s张，请改选其他票种或减少张数。")


class NotForYou(PalaceError):
    """No tier of this performance is for this person: it is for union members."""

    status, code = 403, "not_for_you"
    message = N_("这一场只对工会会员开放。您的会籍还在核对中，核对好后即可订票。")


class MembershipExpired(PalaceError):
    """No tier of this performance is for this person any more: their membership has run out."""

    status, code = 403, "membership_expired"
    message = N_("这一场只对工会会员开放。您的会籍已到期，请向单位工会续上。")


class UnknownSeat(PalaceError):
    """A seat, tier, zone or number that this performance does not have."""

    status, code = 422, "unknown_seat"
    message = N_("没有这个座位或票种，请刷新座位图后重新选择。")


class HoldLapsed(PalaceError):
    """The hold ended before it was settled; the seats may be somebody else's."""

    status, code = 409, "hold_lapsed"
    message = N_("座位保留时间已过，请重新选座。")


class OrderClosed(PalaceError):
    """The order was settled or let go already, so this step is no longer open."""

    status, code = 409, "order_closed"
    message = N_("这一单已经办完，不能再改。请到“我的”查看。")


class ExtendedBefore(PalaceError):
    """A hold is extended once."""

    status, code = 409, "extended_before"
    message = N_("保留时间已经延长过一次，请尽快确认。")


class TooLateToPayLater(PalaceError):
    """So near the start seats are not kept unpaid. Carries `minutes`."""

    status, code = 409, "too_late_to_pay_later"
    message = N_("离开演不到%(minutes)s分钟，不能再留座。请直接到售票处购票。")


class TooManyUnpaid(PalaceError):
    """One person keeps only so many seats of a show without having paid. Carries `limit` and `held`."""

    status, code = 409, "too_many_unpaid"
    message = N_(
        "这一场没付钱的座位每人最多留%(limit)s个，您已留%(held)s个。请少选几个，或者到售票处当面付钱买。"
    )


class UnpaidFull(PalaceError):
    """As much of the hall is kept unpaid as the house allows."""

    status, code = 409, "unpaid_full"
    message = N_("这一场留给到场付款的座位已经留满。请到售票处当面付钱买。")


class TooLateToReturn(PalaceError):
    """Tickets are taken back until some minutes before the start. Carries `until`."""

    status, code = 409, "too_late_to_return"
    message = N_("退票时间到%(until)s为止，已经过了。来不了的话，请告诉售票处。")


class TicketGone(PalaceError):
    """The ticket was given back, or is somebody else's by now."""

    status, code = 409, "ticket_gone"
    message = N_("这张票已经退掉或送出，不能再办。")


class TooLateToChange(PalaceError):
    """Seats are changed until some minutes before the start. Carries `until`."""

    status, code = 409, "too_late_to_change"
    message = N_("换座时间到%(until)s为止，已经过了。要换的话，请告诉售票处。")


class NoSeatToChange(PalaceError):
    """Places of this performance have no numbers."""

    status, code = 409, "no_seat_to_change"
    message = N_("这一场不对号入座，不用换座。")


class OtherPrice(PalaceError):
    """The seat costs something else; money is not changed here. Carries `seat`."""

    status, code = 409, "other_price"
    message = N_("%(seat)s的票价不一样，只能换到同价的座位。")


class ShowMoved(PalaceError):
    """The show was moved after somebody chose seats. Carries `starts_at`, the new start."""

    status, code = 409, "show_moved"
    message = N_("演出时间或地点刚刚改了，现在是%(starts_at)s。请看一下，再重新选座。")


class PaidTicket(PalaceError):
    """A paid ticket goes back at the counter, where the money is."""

    status, code = 409, "paid_ticket"
    message = N_("这张票付过钱，请到售票处退票退款。")


class BackChanged(PalaceError):
    """Less money goes back by now than the page said. Carries what does, in `yuan`."""

    status, code = 409, "back_changed"
    message = N_("时间过了一档，现在退票只能退回%(yuan)s元。请看过再决定。")


class LadderChanged(PalaceError):
    """What goes back of a price is not any more what the page showed."""

    status, code = 409, "ladder_changed"
    message = N_("退票退多少刚刚改了。请看过新的再确认。")


class NothingToReturn(PalaceError):
    """Tickets of a cancelled show stay what they are; money that was paid is owed by itself."""

    status, code = 409, "nothing_to_return"
    message = N_("这一场已经取消。付过的钱请到售票处退。")


class AlreadyAdmitted(PalaceError):
    """Somebody came in by this ticket, so it is not taken back. Carries `first_at`."""

    status, code = 409, "already_admitted"
    message = N_("这张票%(first_at)s已经入场，不能再退、换或送。")
