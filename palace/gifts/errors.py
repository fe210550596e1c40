"""Why a ticket is not given on, or a given one not taken."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class NoGifts(PalaceError):
    """Nobody gives tickets of this show on."""

    status, code = 409, "no_gifts"
    message = N_("这一场的票不能转送。去不了的话，请退票，座位会让给别人。")


class NamedShow(PalaceError):
    """Tickets of this show are for people by their documents: nobody else comes in by them."""

    status, code = 409, "named_show"
    message = N_("实名的场次不能转送。去不了的话，请退票。")


class GivenBefore(PalaceError):
    """The ticket was given on as often as the show allows. Carries `times`."""

    status, code = 409, "given_before"
    message = N_("一张票最多转送%(times)s次，这张已经转送过了。去不了的话，请退票。")


class TooLateToGive(PalaceError):
    """Tickets are given on until some minutes before the start. Carries `until`."""

    status, code = 409, "too_late_to_give"
    message = N_("转送时间到%(until)s为止，已经过了。")


class ToOneself(PalaceError):
    """The number is the giver's own."""

    status, code = 422, "to_oneself"
    message = N_("这是您自己的号码，请填对方的。")


class OfferedAlready(PalaceError):
    """The ticket waits for somebody to take it."""

    status, code = 409, "offered_already"
    message = N_("这张票已经送出，等对方接收。要送给别人，请先收回。")


class GiftOver(PalaceError):
    """The ticket waits for nobody any more: taken, taken back, returned, or too late."""

    status, code = 409, "gift_over"
    message = N_("这张票已经不能收了：对方收回了，或时间过了。")


class NotVerified(PalaceError):
    """Only a union member whose standing is confirmed takes a ticket that was given on."""

    status, code = 403, "not_verified"
    message = N_("只有核对过的工会会员才能收别人送的票。")


class NoRoomForGift(PalaceError):
    """The receiver has as many tickets as they may: of the show, the tier or the month."""

    status, code = 409, "no_room_for_gift"
    message = N_("您这一场或这个月的票已经到上限了，不能再收。")
