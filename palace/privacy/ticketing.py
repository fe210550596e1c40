"""What is kept of what somebody booked, was given, waited for or holds a code of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case

from palace.blocks.models import ListedName, SignUp
from palace.books.models import InvoiceRequest
from palace.books.states import InvoiceState, Payer
from palace.codes.models import Code
from palace.companions.models import Companion
from palace.complimentary.models import Given
from palace.coupons.models import Coupon, CouponPool
from palace.gifts.models import Gift
from palace.moving.models import MoveNews
from palace.payments.models import Attempt, Movement, Payment, Refund
from palace.privacy import rows
from palace.privacy.holding import DAYS, GOES, STAYS, Holding, by
from palace.programme.models import Performance, Production
from palace.text import N_
from palace.tickets.models import (
    Admission,
    Claim,
    Entrant,
    Order,
    PackageOrder,
    Ticket,
)
from palace.till.models import OnAccount
from palace.waiting.models import WaitEntry

TICKETING: Sequence[Holding] = (
    Holding(
        model=PackageOrder,
        title=N_("套票订单"),
        kept=STAYS,
        of=by(PackageOrder.member_id),
    ),
    Holding(
        model=Order,
        title=N_("订单"),
        kept=STAYS,
        of=by(Order.member_id),
        also={
            "title_zh": rows.of_show(Production.title_zh),
            "starts_at": rows.of_show(Performance.starts_at),
        },
    ),
    Holding(model=Claim, title=N_("订过、占过的座位"), kept=STAYS, of=by(Claim.member_id)),
    Holding(model=Ticket, title=N_("票"), kept=STAYS, of=by(Ticket.member_id)),
    Holding(
        model=Admission,
        title=N_("检票入场"),
        kept=STAYS,
        of=lambda whose: Admission.ticket_id.in_(rows.tickets(whose)),
    ),
    Holding(
        model=Gift,
        title=N_("您送出和收到的票"),
        kept=N_("谁把票送给了谁要查得到，一直留着；注销以后不再写着是谁。"),
        of=rows.gave_or_got,
        untold=frozenset({"giver_id", "receiver_id"}),
        emptied={"number_end": ""},
    ),
    Holding(
        model=MoveNews,
        title=N_("场次取消或改期时告诉您的"),
        kept=GOES,
        of=by(MoveNews.member_id),
        goes=by(MoveNews.member_id),
    ),
    Holding(model=Payment, title=N_("付款"), kept=STAYS, of=by(Payment.member_id)),
    Holding(
        model=Movement,
        title=N_("收到和退给您的钱"),
        kept=STAYS,
        of=lambda whose: Movement.payment_id.in_(rows.payments(whose)),
    ),
    Holding(
        model=Refund,
        title=N_("要退给您的钱"),
        kept=STAYS,
        of=lambda whose: Refund.payment_id.in_(rows.payments(whose)),
    ),
    Holding(
        model=Attempt,
        title=N_("网上付款的页面"),
        kept=STAYS,
        of=lambda whose: Attempt.payment_id.in_(rows.payments(whose)),
        untold=frozenset({"request", "address"}),
    ),
    Holding(
        model=OnAccount,
        title=N_("记在单位账上的"),
        kept=STAYS,
        of=lambda whose: OnAccount.payment_id.in_(rows.payments(whose)),
    ),
    Holding(
        model=InvoiceRequest,
        title=N_("您要的发票"),
        kept=N_("发票要对得上，一直留着；注销以后不再写着您的姓名和邮箱，还没开的不开了。"),
        of=lambda whose: InvoiceRequest.payment_id.in_(rows.payments(whose)),
        emptied={
            "title": case((InvoiceRequest.payer == Payer.PERSON, ""), else_=InvoiceRequest.title),
            "email": None,
            "state": case(
                (InvoiceRequest.state == InvoiceState.REQUESTED, InvoiceState.WITHDRAWN.value),
                else_=InvoiceRequest.state,
            ),
        },
    ),
    Holding(
        model=Entrant,
        title=N_("入场人（姓名、证件尾号）"),
        kept=N_("散场%(days)s天后删除，注销时马上删。"),
        days="entrant_keep_days",
        of=lambda whose: Entrant.order_id.in_(rows.orders(whose)),
        untold=frozenset({"identity_hash", "key_id"}),
        goes=lambda whose: Entrant.order_id.in_(rows.orders(whose)),
    ),
    Holding(
        model=Companion,
        title=N_("您常带的人（姓名、生日、证件尾号）"),
        kept=GOES,
        of=by(Companion.member_id),
        untold=frozenset({"identity_hash", "key_id"}),
        goes=by(Companion.member_id),
    ),
    Holding(
        model=WaitEntry,
        title=N_("排队等过的票"),
        kept=DAYS,
        days="notice_keep_days",
        of=by(WaitEntry.member_id),
        goes=by(WaitEntry.member_id),
    ),
    Holding(
        model=SignUp,
        title=N_("报名领单位的票"),
        kept=N_("散场%(days)s天后删除，注销时马上删。"),
        days="entrant_keep_days",
        of=by(SignUp.member_id),
        goes=by(SignUp.member_id),
    ),
    Holding(
        model=Code,
        title=N_("您用过的兑换码"),
        kept=STAYS,
        of=by(Code.member_id),
        untold=frozenset({"code_hash"}),
        emptied={"member_id": None},
    ),
    Holding(
        model=Given,
        title=N_("您得到的赠票"),
        kept=STAYS,
        of=by(Given.member_id),
    ),
    Holding(
        model=ListedName,
        title=N_("单位发票名单上的您"),
        kept=N_("散场%(days)s天后删除，注销时马上删。"),
        days="entrant_keep_days",
        of=by(ListedName.member_id),
        goes=by(ListedName.member_id),
    ),
    Holding(
        model=Coupon,
        title=N_("您领的优惠券"),
        kept=N_(
            "发了多少张要对得上，一直留着；券码过期%(days)s天后删除，注销时马上删，不再写着是谁。"
        ),
        days="notice_keep_days",
        of=by(Coupon.member_id),
        untold=frozenset({"mark", "sealed"}),
        also={"worth_zh": rows.of_pool(CouponPool.worth_zh)},
        emptied={"sealed": None, "used_at": None},
    ),
)
