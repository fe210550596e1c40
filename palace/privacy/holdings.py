"""Every table that keeps something of a member: which rows, what they are told, what erasing does.

A new table that belongs to people is one more line here; `docs/privacy.md` says how.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func

from palace.agenda.models import AgendaEntry
from palace.commands import CommandKey
from palace.consents.models import Consent, ConsentText
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
from palace.notices.models import Contact, Notice
from palace.privacy import rows
from palace.privacy.holding import DAYS, GOES, Holding, by, by_actor
from palace.privacy.lending import LENDING
from palace.privacy.teaching import TEACHING
from palace.privacy.ticketing import TICKETING
from palace.reports.models import Export
from palace.roster.models import RosterQuestion
from palace.strikes.models import Appeal, Strike
from palace.text import N_

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
    *TICKETING,
    *LENDING,
    *TEACHING,
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
