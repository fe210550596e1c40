"""The figures of classes in words: what their page asks for, and what the audit calls them."""

from __future__ import annotations

from enum import StrEnum

from palace.text import N_
from palace.venues.figure import Figure, Unit

MOST_DAYS, MOST_HOURS, MOST_TIMES, MOST_PEOPLE = 90, 30 * 24, 60, 500


class Section(StrEnum):
    """Figures that stand under one heading."""

    ENROLLING = "enrolling"
    OPENING = "opening"
    WAITING = "waiting"
    PAYING = "paying"
    ATTENDING = "attending"


TITLES = {
    Section.ENROLLING: N_("报名"),
    Section.OPENING: N_("开班"),
    Section.WAITING: N_("排队递补"),
    Section.PAYING: N_("交费和退费"),
    Section.ATTENDING: N_("上课"),
}
FIGURES: dict[Section, tuple[Figure, ...]] = {
    Section.ENROLLING: (
        Figure(
            "per_term",
            N_("一个人一学期最多报几个班"),
            Unit.TIMES,
            1,
            20,
            N_("同一门课只报一个；新建学期时照这个数。杭州老干部大学每学期两门。"),
        ),
        Figure(
            "in_person",
            N_("每个班留几个名额给到场报名的"),
            Unit.PEOPLE,
            0,
            MOST_PEOPLE,
            N_("留给没有手机的人；台中市每班留三个。"),
        ),
        Figure(
            "in_person_hours",
            N_("开始报名后留几小时"),
            Unit.HOURS,
            0,
            MOST_HOURS,
            N_("过了就都能在网上报。"),
        ),
        Figure(
            "trial_sessions",
            N_("可以先试听几次"),
            Unit.TIMES,
            0,
            MOST_TIMES,
            N_("试听完前退出不算晚。"),
        ),
        Figure(
            "late_sessions",
            N_("上过几次课以后不再插班"),
            Unit.TIMES,
            0,
            MOST_TIMES,
            N_("广东老年大学一个月内可以插班。"),
        ),
    ),
    Section.OPENING: (
        Figure(
            "usual_sessions",
            N_("一个班通常上几次课"),
            Unit.TIMES,
            1,
            MOST_TIMES,
            N_("开新班、课程菜单里的课开班，都先照这个排，排的人可以改。"),
        ),
        Figure("usual_minutes", N_("一次课通常几分钟"), Unit.MINUTES, 5, 12 * 60),
        Figure("usual_places", N_("一个班通常几个名额"), Unit.PEOPLE, 1, MOST_PEOPLE),
        Figure(
            "minimum",
            N_("至少几人开班"),
            Unit.PEOPLE,
            0,
            MOST_PEOPLE,
            N_("不到的由人决定开不开；多数地方五到八人。"),
        ),
        Figure(
            "decide_days",
            N_("开课前几天决定"),
            Unit.DAYS,
            0,
            MOST_DAYS,
            N_("多数地方四到七天。"),
        ),
    ),
    Section.WAITING: (
        Figure("offer_hours", N_("轮到的人几小时内要答复"), Unit.HOURS, 1, MOST_HOURS),
        Figure(
            "offer_last_hours",
            N_("离上课不到一天时，几小时内要答复"),
            Unit.HOURS,
            1,
            24,
        ),
        Figure(
            "offer_sessions",
            N_("上过几次课以后不再递补"),
            Unit.TIMES,
            0,
            MOST_TIMES,
        ),
    ),
    Section.PAYING: (
        Figure(
            "pay_hours",
            N_("要交费的，名额留几小时等交费"),
            Unit.HOURS,
            1,
            MOST_HOURS,
            N_("台中市三天内交费。"),
        ),
        Figure(
            "withdraw_days",
            N_("第一次课前几天退出，学费全退"),
            Unit.DAYS,
            0,
            MOST_DAYS,
        ),
    ),
    Section.ATTENDING: (
        Figure("leave_minutes", N_("上课前几分钟以前可以请假"), Unit.MINUTES, 0, 7 * 24 * 60),
        Figure(
            "absences",
            N_("无故缺几次课让出名额"),
            Unit.TIMES,
            0,
            MOST_TIMES,
            N_("请假不算；0：不让。"),
        ),
        Figure("sign_in_minutes", N_("上课前几分钟起可以扫码签到"), Unit.MINUTES, 0, 240),
        Figure(
            "certificate_percent",
            N_("出勤到百分之几发结业证书"),
            Unit.PERCENT,
            1,
            100,
            N_("各地六成到七成。"),
        ),
        Figure("lesson_minutes", N_("一课时几分钟"), Unit.MINUTES, 1, 240, N_("算老师课时用。")),
        Figure("daily_messages", N_("一天最多给全班发几条消息"), Unit.TIMES, 1, 100),
    ),
}
"""Every figure by heading, in the order of its page."""
ALL = tuple(figure for figures in FIGURES.values() for figure in figures)
