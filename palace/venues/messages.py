"""The figures of the house about messages: codes to phones, and what is sent when and for how much."""

from __future__ import annotations

from palace.text import N_
from palace.venues.figure import LONGEST_SPAN, Figure, Unit

LATEST_CLOCK = 2359

CODES: tuple[Figure, ...] = (
    Figure("code_per_phone_minute", N_("一个号码一分钟最多要几条"), Unit.MESSAGES, 1, 10),
    Figure("code_per_phone_hour", N_("一个号码一小时最多要几条"), Unit.MESSAGES, 1, 100),
    Figure("code_per_phone_day", N_("一个号码一天最多要几条"), Unit.MESSAGES, 1, 500),
    Figure(
        "code_per_address_hour",
        N_("一个上网地址一小时最多要几条"),
        Unit.MESSAGES,
        1,
        100_000,
        N_("很多手机共用运营商的一个地址，别太小。"),
    ),
    Figure(
        "code_per_day",
        N_("全馆一天最多发几条"),
        Unit.MESSAGES,
        1,
        1_000_000,
        N_("所有号码合起来，发完了当天不再发。"),
    ),
    Figure(
        "code_per_day_for_known",
        N_("其中给会员和名册上的号码留几条"),
        Unit.MESSAGES,
        0,
        1_000_000,
        N_("没见过的号码用不到这一份。"),
        at_most="code_per_day",
    ),
    Figure(
        "number_idle_days",
        N_("号码几天没有动静，登录时多核对一样"),
        Unit.DAYS,
        1,
        LONGEST_SPAN,
        N_("手机号可能换了主人，光凭一条短信不给看老账号。"),
    ),
)
MESSAGES: tuple[Figure, ...] = (
    Figure(
        "quiet_from",
        N_("晚上几点起不打扰"),
        Unit.CLOCK,
        0,
        LATEST_CLOCK,
        N_(
            "写成21:30这样。通知等到早上再发，给排队的人留位夜里也不计时；验证码和当天来不及的照发。"
        ),
    ),
    Figure("quiet_until", N_("早上几点以后再发"), Unit.CLOCK, 0, LATEST_CLOCK),
    Figure(
        "message_price",
        N_("一条短信几分钱"),
        Unit.FEN,
        0,
        100,
        N_("照和短信公司的合同。70个字以内算一条，长的按每67个字一条算。"),
    ),
    Figure(
        "message_budget_day",
        N_("通知短信一天最多花几分钱"),
        Unit.FEN,
        0,
        100_000_000,
        N_("花完了等第二天；验证码、演出取消和改期不受限。"),
    ),
    Figure("broadcast_budget_day", N_("群发短信一天最多花几分钱"), Unit.FEN, 0, 100_000_000),
    Figure(
        "broadcast_per_minute",
        N_("群发一分钟最多发几人"),
        Unit.PEOPLE,
        1,
        6000,
        N_("慢一点，电话和网站就不会一下子被挤满。"),
    ),
    Figure(
        "broadcast_confirm_above",
        N_("群发超过几人，要另一个人来开始"),
        Unit.PEOPLE,
        0,
        1_000_000,
    ),
)
