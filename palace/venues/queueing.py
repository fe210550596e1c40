"""The figures of a house about queues, returned seats and reminders; `figures` shows them."""

from __future__ import annotations

from palace.text import N_
from palace.venues.figure import Figure, Unit

LONGEST_OFFER = 24 * 60
LONGEST_REMINDER = 180
WAITING = (
    Figure("offer_minutes", N_("轮到的人，位子留几分钟"), Unit.MINUTES, 1, LONGEST_OFFER),
    Figure("offer_near_hours", N_("开演前几小时起算“快到演出”"), Unit.HOURS, 0, 168),
    Figure("offer_near_minutes", N_("快到演出时，位子留几分钟"), Unit.MINUTES, 1, LONGEST_OFFER),
    Figure("offer_last_hours", N_("开演前几小时起算“临开演”"), Unit.HOURS, 0, 168),
    Figure("offer_last_minutes", N_("临开演，位子留几分钟"), Unit.MINUTES, 1, LONGEST_OFFER),
    Figure(
        "return_rest_min_minutes",
        N_("没人排队时，退回的座位最少歇几分钟"),
        Unit.MINUTES,
        0,
        1440,
        N_("在最少和最多之间随机：谁也不能约好了把座位转给熟人。都填0：马上放开。"),
        at_most="return_rest_max_minutes",
    ),
    Figure("return_rest_max_minutes", N_("退回的座位最多歇几分钟"), Unit.MINUTES, 0, 1440),
    Figure(
        "remind_day_hours",
        N_("开演前几小时提醒一次"),
        Unit.HOURS,
        0,
        168,
        N_("0：不提醒。这个时间以内才订的人不提醒。"),
    ),
    Figure("remind_hours", N_("开演前几小时再提醒一次"), Unit.HOURS, 0, 168, N_("0：不提醒。")),
    Figure(
        "season_remind_days",
        N_("文艺团队的认定到期前几天提醒负责人"),
        Unit.DAYS,
        0,
        LONGEST_REMINDER,
        N_("每个年度提醒一次；0：到期那天提醒。"),
    ),
)
