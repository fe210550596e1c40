"""The figures of a policy in words: what its page asks for, and what the audit calls them."""

from __future__ import annotations

from enum import StrEnum

from palace.rooms.wishes import Approval, Opens, Takers
from palace.text import N_
from palace.venues.figure import Figure, Unit

DAY, WEEK, MONTH = 24 * 60, 7 * 24 * 60, 31 * 24 * 60
CLOCK = 2359
MOST_WEEKS = 53
MOST_AHEAD = 366


class Section(StrEnum):
    """Figures of a policy that stand under one heading."""

    WINDOW = "window"
    LENGTH = "length"
    CANCELLING = "cancelling"
    SIGNING_IN = "signing_in"
    LIMITS = "limits"
    DECIDING = "deciding"


TITLES = {
    Section.WINDOW: N_("什么时候可以约"),
    Section.LENGTH: N_("一次多长，一季几次"),
    Section.CANCELLING: N_("取消"),
    Section.SIGNING_IN: N_("到场签到"),
    Section.LIMITS: N_("最多约多少"),
    Section.DECIDING: N_("要人批准的和排队的"),
}
FIGURES: dict[Section, tuple[Figure, ...]] = {
    Section.WINDOW: (
        Figure(
            "opens",
            N_("日子怎么放出来"),
            Unit.CHOICE,
            choices=(
                (Opens.ROLLING, N_("每天往后放一天")),
                (Opens.WEEKLY, N_("每周一次，放下一整周")),
            ),
        ),
        Figure(
            "opens_days",
            N_("最早提前几天约"),
            Unit.DAYS,
            0,
            MOST_AHEAD,
            N_("每天往后放的，照这个数；0：当天。"),
        ),
        Figure(
            "opens_weekday",
            N_("周几开始约下一周"),
            Unit.WEEKDAY,
            hint=N_("每周放一次的，照这一条。"),
        ),
        Figure("opens_last_weekday", N_("约到周几为止"), Unit.WEEKDAY, hint=N_("那一天也能约。")),
        Figure("opens_at", N_("那天几点开始"), Unit.CLOCK, 0, CLOCK),
        Figure(
            "lead_minutes",
            N_("最晚在开始前几分钟约"),
            Unit.MINUTES,
            0,
            MONTH,
            N_("0：开始前都能约；三天是4320。"),
        ),
    ),
    Section.LENGTH: (
        Figure(
            "step_minutes",
            N_("开始和结束按几分钟一格"),
            Unit.MINUTES,
            5,
            240,
            N_("从零点算起。"),
        ),
        Figure("min_minutes", N_("一次至少几分钟"), Unit.MINUTES, 5, DAY, at_most="max_minutes"),
        Figure("max_minutes", N_("一次最多几分钟"), Unit.MINUTES, 5, DAY),
        Figure(
            "series_weeks",
            N_("按周连续最多约几次"),
            Unit.TIMES,
            0,
            MOST_WEEKS,
            N_("0或1：不能连续约。"),
        ),
        Figure("series_days", N_("连续预约的最后一次最远在几天后"), Unit.DAYS, 0, MOST_AHEAD),
    ),
    Section.CANCELLING: (
        Figure("cancel_minutes", N_("开始前几分钟以前取消不算晚"), Unit.MINUTES, 0, MONTH),
        Figure(
            "late_cancel_strikes",
            N_("取消晚了也记一次没来"),
            Unit.YES_NO,
            hint=N_("几次没来停新预约，看馆规里“预约了没来”。"),
        ),
    ),
    Section.SIGNING_IN: (
        Figure(
            "sign_in",
            N_("到场要签到"),
            Unit.YES_NO,
            hint=N_("不勾：不用签到，没来也不知道，场地一直留着。"),
        ),
        Figure("sign_in_early_minutes", N_("开始前几分钟起可以签到"), Unit.MINUTES, 0, 240),
        Figure(
            "grace_minutes",
            N_("开始后几分钟没签到，场地放出来"),
            Unit.MINUTES,
            1,
            240,
            N_("别人马上可以约，这一次记没来。"),
        ),
        Figure("keep_minutes", N_("迟到的点一次“再留”，加几分钟"), Unit.MINUTES, 0, 240),
    ),
    Section.LIMITS: (
        Figure(
            "troupe_week_minutes",
            N_("一个团队一周最多几分钟"),
            Unit.MINUTES,
            0,
            WEEK,
            N_("几位负责人合起来算；0：不限。团队自己另有时数的，照它自己的。"),
        ),
        Figure(
            "troupe_month_minutes",
            N_("一个团队一个月最多几分钟"),
            Unit.MINUTES,
            0,
            MONTH,
            N_("0：不限。"),
        ),
        Figure(
            "member_day_minutes",
            N_("一位会员一天最多几分钟"),
            Unit.MINUTES,
            0,
            DAY,
            N_("0：不限。"),
        ),
        Figure(
            "unit_day_count",
            N_("一个单位一天最多几次"),
            Unit.TIMES,
            0,
            1000,
            N_("单位里的会员合起来算；0：不限。"),
        ),
        Figure(
            "future_count",
            N_("还没用的预约最多几次"),
            Unit.TIMES,
            0,
            1000,
            N_("不算按周连续的；0：不限。"),
        ),
    ),
    Section.DECIDING: (
        Figure(
            "approval",
            N_("哪些要人批准"),
            Unit.CHOICE,
            choices=(
                (Approval.NEVER, N_("都不用，超过时数的不能约")),
                (Approval.BEYOND_QUOTA, N_("超过时数的")),
                (Approval.ALWAYS, N_("每一次")),
            ),
        ),
        Figure(
            "decide_hours",
            N_("几小时内要批，没批就作废"),
            Unit.HOURS,
            0,
            720,
            N_("开始前还没批，也作废。"),
        ),
        Figure(
            "priority_days",
            N_("团队自己有演出的，演出前几天优先"),
            Unit.DAYS,
            0,
            90,
            N_("这几天不算时数；0：没有优先。"),
        ),
        Figure("offer_minutes", N_("排队的轮到了，几分钟内要答复"), Unit.MINUTES, 1, DAY),
        Figure("displaced_hours", N_("让出场地的，给他们留的地方留几小时"), Unit.HOURS, 1, 720),
    ),
}
"""Every figure of a policy by heading, in the order of its page."""
ALL = tuple(figure for figures in FIGURES.values() for figure in figures)
ONLY = {
    "troupe_week_minutes": Takers.TROUPE,
    "troupe_month_minutes": Takers.TROUPE,
    "priority_days": Takers.TROUPE,
    "member_day_minutes": Takers.MEMBER,
    "unit_day_count": Takers.MEMBER,
}
"""Figures that mean something for one kind of taker only."""


def figures_for(takers: Takers) -> dict[Section, tuple[Figure, ...]]:
    """Return the figures that mean something where these take rooms."""
    return {
        section: tuple(one for one in figures if ONLY.get(one.name, takers) is takers)
        for section, figures in FIGURES.items()
    }
