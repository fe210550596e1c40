"""The figures of a house in words: what its pages ask for, its audit names and its tests walk through."""

from __future__ import annotations

from enum import StrEnum

from palace.text import N_
from palace.venues.changes import CHANGES
from palace.venues.charging import MONEY
from palace.venues.figure import LONGEST_SPAN
from palace.venues.figure import Figure as Figure  # noqa: PLC0414 - says: shown to others
from palace.venues.figure import Unit as Unit  # noqa: PLC0414 - says: shown to others
from palace.venues.messages import CODES, MESSAGES
from palace.venues.queueing import WAITING


class Group(StrEnum):
    """Figures that stand on one page together."""

    TICKETS = "tickets"
    WAITING = "waiting"
    STRIKES = "strikes"
    KEPT = "kept"
    CODES = "codes"
    MESSAGES = "messages"
    PEOPLE = "people"
    ROSTER = "roster"
    LIMITS = "limits"
    PROGRAMME = "programme"
    MONEY = "money"


TITLES = {
    Group.TICKETS: N_("订票和座位"),
    Group.WAITING: N_("排队等票和提醒"),
    Group.STRIKES: N_("预约了没来"),
    Group.KEPT: N_("保留的座位"),
    Group.CODES: N_("短信和手机号"),
    Group.MESSAGES: N_("通知和群发"),
    Group.PEOPLE: N_("实名和同行人"),
    Group.ROSTER: N_("会员名册"),
    Group.LIMITS: N_("导出和单位每天的上限"),
    Group.PROGRAMME: N_("新排的场次"),
    Group.MONEY: N_("收钱和退钱"),
}
LARGEST_ORDER = 20
"""What one order can hold (`MOST_SEATS` in palace/tickets/entrants.py)."""
LARGEST_FILE = 100
"""What the proxy lets through: `client_max_body_size` of deploy/nginx.conf."""
LONGEST_RELEASE = 24 * 60
LATEST_STRIKE = 24 * 60
"""The task that writes strikes looks back three days; what begins to count later would never count."""

FIGURES: dict[Group, tuple[Figure, ...]] = {
    Group.TICKETS: (
        Figure(
            "seats_per_member",
            N_("同一场每人最多订几张"),
            Unit.TICKETS,
            1,
            LARGEST_ORDER,
            N_("新排的场次照这个数；已经排好的场次不变。"),
        ),
        Figure(
            "free_per_month",
            N_("工会会员一个月最多领几张免费票"),
            Unit.TICKETS,
            0,
            100,
            N_("按演出所在的月份算。"),
        ),
        Figure("hold_minutes", N_("选好的座位留几分钟"), Unit.MINUTES, 1, 240),
        Figure("hold_minutes_large_text", N_("大字版里，选好的座位留几分钟"), Unit.MINUTES, 1, 240),
        Figure(
            "extension_minutes",
            N_("延长一次加几分钟"),
            Unit.MINUTES,
            1,
            240,
            N_("每单可以延长一次，手慢的人靠它，所以不能是0。"),
        ),
        Figure("pay_before_minutes", N_("没付钱的座位，开演前几分钟放开"), Unit.MINUTES, 0, 1440),
        Figure(
            "return_before_minutes",
            N_("免费票，开演前几分钟以前可以自己退"),
            Unit.MINUTES,
            0,
            10_080,
        ),
        Figure(
            "complimentary_per_show",
            N_("一场最多直接送几张赠票"),
            Unit.TICKETS,
            0,
            10_000,
            N_("再多要另一个人确认；改了马上对所有场次算。"),
        ),
        Figure(
            "block_release_hours",
            N_("给单位留的座位，开演前几小时收回"),
            Unit.HOURS,
            0,
            LONGEST_SPAN,
            N_("给单位留座时可以另写；已经留好的不变。"),
        ),
        Figure(
            "block_remind_hours",
            N_("收回前几小时提醒单位经办人"),
            Unit.HOURS,
            0,
            LONGEST_SPAN,
        ),
        *CHANGES,
        Figure(
            "coupons_per_month",
            N_("一位会员一个月最多领几张优惠券"),
            Unit.TICKETS,
            0,
            100,
            N_("各种券合起来算。0：不限。"),
        ),
        Figure("few_left_percent", N_("空座剩百分之几起算“快满了”"), Unit.PERCENT, 0, 100),
    ),
    Group.WAITING: WAITING,
    Group.STRIKES: (
        Figure(
            "strikes_to_bar",
            N_("没来几次，停新预约"),
            Unit.TIMES,
            0,
            100,
            N_("0：只提醒，从不停。"),
        ),
        Figure("strike_within_days", N_("几天以内的没来一起算"), Unit.DAYS, 1, LONGEST_SPAN),
        Figure("bar_days", N_("停几天"), Unit.DAYS, 1, LONGEST_SPAN),
        Figure(
            "strike_free_only",
            N_("只算免费票"),
            Unit.YES_NO,
            hint=N_("不勾：付过钱的票没来也算。只管以后记的，已经记下的不变。"),
        ),
        Figure(
            "strike_after_minutes",
            N_("散场几分钟后才记"),
            Unit.MINUTES,
            0,
            LATEST_STRIKE,
            N_("检票的手机可能晚些才联网。"),
        ),
    ),
    Group.KEPT: (
        Figure(
            "no_single_gap",
            N_("网上选座不许在旁边剩下一个单座"),
            Unit.YES_NO,
            hint=N_("新排的场次照这一条；已经排好的场次不变。售票处替人选座不受限。"),
        ),
        Figure(
            "house_release_hours",
            N_("本馆自用的座位，开演前几小时放出来"),
            Unit.HOURS,
            0,
            LONGEST_RELEASE,
            N_("留座的时候照这个数填，可以改；已经留的不变。"),
        ),
        Figure(
            "technical_release_hours",
            N_("技术用座，开演前几小时放出来"),
            Unit.HOURS,
            0,
            LONGEST_RELEASE,
        ),
        Figure(
            "press_release_hours", N_("媒体座，开演前几小时放出来"), Unit.HOURS, 0, LONGEST_RELEASE
        ),
        Figure(
            "wheelchair_release_hours",
            N_("轮椅席和陪同席，开演前几小时放出来"),
            Unit.HOURS,
            0,
            LONGEST_RELEASE,
        ),
        Figure(
            "in_person_release_hours",
            N_("给到馆的人留的座位，开演前几小时放出来"),
            Unit.HOURS,
            0,
            LONGEST_RELEASE,
            N_("放出来以前，只有售票处能替来的人选。"),
        ),
    ),
    Group.CODES: CODES,
    Group.MESSAGES: MESSAGES,
    Group.PEOPLE: (
        Figure(
            "acting_minutes",
            N_("替会员办理，找到一次管几分钟"),
            Unit.MINUTES,
            1,
            240,
            N_("到时候没点“办完了”，要重新找一次。"),
        ),
        Figure("companions_kept", N_("每位会员最多存几位同行人"), Unit.PEOPLE, 0, LARGEST_ORDER),
        Figure("people_per_order", N_("要写名字的一单，最多几人"), Unit.PEOPLE, 1, LARGEST_ORDER),
        Figure("minors_per_order", N_("其中未成年人最多几人"), Unit.PEOPLE, 0, LARGEST_ORDER),
        Figure("minor_age", N_("不满几岁算未成年人"), Unit.YEARS, 0, 25, N_("法律上是不满18岁。")),
    ),
    Group.ROSTER: (
        Figure(
            "retired_are_members",
            N_("退休会员和在职会员一样"),
            Unit.YES_NO,
            hint=N_("不勾：名册上写着退休的，不算会员。"),
        ),
        Figure("roster_file_mb", N_("上传的名册最大几MB"), Unit.MEGABYTES, 1, LARGEST_FILE),
        Figure(
            "roster_leave_percent",
            N_("完整的名册里，少了百分之几以上的人要再问一次"),
            Unit.PERCENT,
            0,
            100,
        ),
        Figure(
            "roster_confirmed_days",
            N_("单位确认过、名册还没写上的人，几天内不算离开"),
            Unit.DAYS,
            0,
            LONGEST_SPAN,
        ),
        Figure("roster_keep_days", N_("上传的名册文件留几天"), Unit.DAYS, 1, LONGEST_SPAN),
    ),
    Group.LIMITS: (
        Figure("exports_per_day", N_("一个人一天最多导出几次列表"), Unit.TIMES, 0, 1000),
        Figure(
            "unit_exports_per_day",
            N_("一个单位的名册一天最多导出几次"),
            Unit.TIMES,
            0,
            1000,
            N_("不管是谁导出的，合起来算。"),
        ),
        Figure("unit_uploads_per_day", N_("一个单位一天最多上传几次名册"), Unit.TIMES, 0, 1000),
        Figure(
            "unit_confirmations_per_day",
            N_("一个单位一天最多确认几人"),
            Unit.PEOPLE,
            0,
            100_000,
            N_("连同下级单位。"),
        ),
    ),
    Group.MONEY: MONEY,
    Group.PROGRAMME: (
        Figure("get_in_minutes", N_("开演前几分钟开始占场地（装台）"), Unit.MINUTES, 0, 10_080),
        Figure("get_out_minutes", N_("散场后几分钟还占场地（拆台）"), Unit.MINUTES, 0, 10_080),
        Figure("doors_minutes", N_("开演前几分钟开门检票"), Unit.MINUTES, 0, 240),
        Figure("sale_opens_days", N_("演出前几天开票"), Unit.DAYS, 0, 366),
        Figure("sale_opens_hour", N_("那天几点开票"), Unit.O_CLOCK, 0, 23),
    ),
}
"""Every figure that has no page of its own elsewhere, by page and in the order of the page."""
ALL = tuple(figure for figures in FIGURES.values() for figure in figures)
