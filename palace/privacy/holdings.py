"""Every table that keeps something of a member: which rows, what they are told, what erasing does.

A new table that belongs to people is one more line here; `docs/privacy.md` says how.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func

from palace.agenda.models import AgendaEntry
from palace.blocks.models import ListedName, SignUp
from palace.codes.models import Code
from palace.commands import CommandKey
from palace.companions.models import Companion
from palace.complimentary.models import Given
from palace.consents.models import Consent, ConsentText
from palace.coupons.models import Coupon, CouponPool
from palace.gifts.models import Gift
from palace.joining.models import Application
from palace.members.models import (
    AuditLine,
    Challenge,
    Grant,
    Member,
    Post,
    RosterEntry,
    SignIn,
)
from palace.moving.models import MoveNews
from palace.notices.models import Contact, Notice
from palace.payments.models import Payment
from palace.privacy import rows
from palace.privacy.holding import Holding, by, by_actor
from palace.programme.models import Performance, Production
from palace.reports.models import Export
from palace.roster.models import RosterQuestion
from palace.strikes.models import Appeal, Strike
from palace.text import N_
from palace.tickets.models import (
    Admission,
    Claim,
    Entrant,
    Order,
    PackageOrder,
    RefundOwed,
    Ticket,
)
from palace.waiting.models import WaitEntry

STAYS = N_("账要对得上，一直留着；注销以后不再写着是谁。")
GOES = N_("留到您注销。")
DAYS = N_("过%(days)s天删除，注销时马上删。")
NOW: ColumnElement[Any] = func.palace_clock()


HOLDINGS: Sequence[Holding] = (
    Holding(
        model=Member,
        title=N_("姓名、手机号"),
        kept=GOES,
        of=by(Member.id),
        emptied={
            "name": "",
            "phone": None,
            "phone_proven_at": None,
            "roster_entry_id": None,
            "calendar_generation": Member.calendar_generation + 1,
            "erased_at": NOW,
        },
    ),
    Holding(
        model=RosterEntry,
        title=N_("单位名册上的您"),
        kept=N_("名册是单位工会的，更正、删除请找单位；注销以后和您的账号不再有关。"),
        of=rows.on_roster,
        goes=rows.made_of_their_word,
    ),
    Holding(
        model=RosterQuestion,
        title=N_("向上级工会核对过您"),
        kept=GOES,
        of=by(RosterQuestion.member_id),
        goes=by(RosterQuestion.member_id),
    ),
    Holding(
        model=Application,
        title=N_("入会申请"),
        kept=DAYS,
        days="application_keep_days",
        of=by(Application.member_id),
        untold=frozenset({"decided_by"}),
        goes=by(Application.member_id),
    ),
    Holding(
        model=Consent,
        title=N_("您同意过的说明"),
        kept=N_("作为凭据留着；注销以后不再写着是谁。"),
        of=by(Consent.member_id),
        also={
            "purpose": rows.of_text(ConsentText.purpose),
            "version": rows.of_text(ConsentText.version),
        },
        emptied={"withdrawn_at": func.coalesce(Consent.withdrawn_at, NOW)},
    ),
    Holding(
        model=Grant,
        title=N_("选保留座位的资格"),
        kept=GOES,
        of=by(Grant.member_id),
        goes=by(Grant.member_id),
    ),
    Holding(
        model=Post,
        title=N_("岗位"),
        kept=N_("谁管过什么要查得到，一直留着；注销时岗位停用，不再写着是谁。"),
        of=by(Post.member_id),
        untold=frozenset({"granted_by"}),
        emptied={"ended_at": func.coalesce(Post.ended_at, NOW)},
    ),
    Holding(
        model=SignIn,
        title=N_("登录过的设备"),
        kept=N_("到期就删，注销时马上删。"),
        of=by(SignIn.member_id),
        untold=frozenset({"token_hash"}),
        goes=by(SignIn.member_id),
    ),
    Holding(
        model=Challenge,
        title=N_("要过的验证码"),
        kept=N_(
            "不存验证码本身，只记什么时候要过。过%(days)s天删除，注销也不提前，免得有人不停地要。"
        ),
        days="challenge_keep_days",
        of=rows.by_phone,
        untold=frozenset({"browser_hash", "address_hash"}),
    ),
    Holding(
        model=Notice,
        title=N_("发给您的通知"),
        kept=DAYS,
        days="notice_keep_days",
        of=rows.received,
        goes=rows.received,
    ),
    Holding(
        model=Contact,
        title=N_("怎么通知您"),
        kept=GOES,
        of=by(Contact.member_id),
        goes=by(Contact.member_id),
    ),
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
        model=RefundOwed,
        title=N_("要退给您的钱"),
        kept=STAYS,
        of=lambda whose: RefundOwed.ticket_id.in_(rows.tickets(whose)),
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
    Holding(model=Payment, title=N_("付款"), kept=STAYS, of=rows.paid),
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
    Holding(
        model=Appeal,
        title=N_("您请人再看一次的话"),
        kept=GOES,
        of=rows.appealed,
        untold=frozenset({"decided_by"}),
        goes=rows.appealed,
    ),
    Holding(
        model=Strike,
        title=N_("预约了没来的记录"),
        kept=GOES,
        of=by(Strike.member_id),
        untold=frozenset({"written_by", "forgiven_by"}),
        goes=by(Strike.member_id),
    ),
    Holding(
        model=AgendaEntry,
        title=N_("日程"),
        kept=N_("过去%(days)s天后删除，注销时马上删。"),
        days="agenda_keep_days",
        of=by(AgendaEntry.member_id),
        untold=frozenset({"block"}),
        goes=by(AgendaEntry.member_id),
    ),
    Holding(
        model=CommandKey,
        title=N_("点过的按钮（防止一件事办两遍）"),
        kept=DAYS,
        days="command_key_keep_days",
        of=by_actor(CommandKey.actor),
        untold=frozenset({"body_hash"}),
        goes=by_actor(CommandKey.actor),
    ),
    Holding(
        model=Export,
        title=N_("您导出过的名单"),
        kept=DAYS,
        days="export_keep_days",
        of=by(Export.member_id),
        goes=by(Export.member_id),
    ),
    Holding(
        model=AuditLine,
        title=N_("操作记录"),
        kept=N_("谁办了什么要查得到；注销时毁掉您的钥匙，里面的姓名和手机号谁也打不开。"),
        of=rows.noted,
        untold=frozenset({"personal", "personal_of"}),
    ),
)
"""In the order erasing goes: the member first, as others point at what they let go."""
