"""The figures of changed seats, given tickets and moved shows, in words."""

from __future__ import annotations

from palace.text import N_
from palace.venues.figure import Figure, Unit

MOST_GIFTS = 10
CHANGES = (
    Figure("exchange_before_minutes", N_("开演前几分钟以前可以自己换座"), Unit.MINUTES, 0, 10_080),
    Figure("gifts_per_ticket", N_("一张票最多转送几次（0：不能转送）"), Unit.TIMES, 0, MOST_GIFTS),
    Figure("gift_before_minutes", N_("开演前几分钟以前可以转送"), Unit.MINUTES, 0, 10_080),
    Figure("gift_hours", N_("送出的票，等对方收几小时"), Unit.HOURS, 1, 240),
    Figure("move_answer_days", N_("演出改期后，几天内可以退票"), Unit.DAYS, 1, 60),
)
