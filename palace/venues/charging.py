"""The figures of a house about money: unpaid seats, providers' pages, second persons."""

from __future__ import annotations

from palace.text import N_
from palace.venues.figure import Figure, Unit

MONEY = (
    Figure(
        "unpaid_per_show",
        N_("同一场每人最多留几张没付钱的"),
        Unit.TICKETS,
        0,
        20,
        N_("到场付款的位子；0：不留，只能先付钱。"),
    ),
    Figure("unpaid_percent", N_("没付钱的最多占全场多少"), Unit.PERCENT, 0, 100),
    Figure(
        "online_minutes",
        N_("网上付款的页面开几分钟"),
        Unit.MINUTES,
        31,
        1440,
        N_("支付平台最短半小时；这段时间位子一直留着。"),
    ),
    Figure(
        "second_above",
        N_("手工退款、更正超过多少元要第二个人同意"),
        Unit.YUAN,
        0,
        100_000,
    ),
    Figure("account_days", N_("单位签单几天内结清"), Unit.DAYS, 1, 365),
    Figure(
        "account_remind_days",
        N_("到期前几天提醒单位结清签单"),
        Unit.DAYS,
        0,
        365,
        N_("0：到期那天。过期没结清，再提醒一次。"),
    ),
)
