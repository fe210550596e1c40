"""Whether, when and how a notice leaves the house: plain values in, a decision out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Any

from palace.money import FREE, Fen
from palace.notices.quiet import is_quiet, next_at
from palace.text import N_

SIGN_IN_CODE = "sign_in_code"
EMAIL_CODE = "email_code"
NUMBER_CHANGED = "number_changed"
BROADCAST = "broadcast"
CODES = frozenset({SIGN_IN_CODE, EMAIL_CODE})
"""Kinds whose one word lives for minutes; the house counts them where they are asked for."""

MOST_ATTEMPTS = 6
LOST_AFTER = timedelta(minutes=10)
"""A try that was not settled for so long was cut off: no gateway is waited for half as long."""
ASK_AGAIN = timedelta(hours=1)
ASKED_FOR = timedelta(days=3)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
RATE_PAUSE = timedelta(minutes=2)
HOUSE_PAUSE = timedelta(minutes=10)
"""How long a notice rests that the house itself cannot send now: no template, no money left."""
ONE_PIECE, LONG_PIECE = 70, 67  # characters of an SMS, and of each part of a long one
EMAIL_CODE_LIFE = timedelta(minutes=30)
EMAIL_TRIES = 5
LONGEST_EMAIL = 120


class State(StrEnum):
    """Where a notice is on its way out of the house; in the inbox of a member it is from the start."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    DEAD = "dead"
    DROPPED = "dropped"
    INBOX = "inbox"


class Outcome(StrEnum):
    """What became of one try."""

    SENT = "sent"
    FAILED = "failed"  # surely not taken; worth another try
    REFUSED = "refused"  # surely not taken, and never will be
    THROTTLED = "throttled"  # surely not taken: too fast
    EMPTY = "empty"  # surely not taken: the account has no money left
    UNTEMPLATED = "untemplated"  # surely not taken: the provider knows no such template
    UNCERTAIN = "uncertain"  # perhaps taken


class Why(StrEnum):
    """Why the house itself did not send a notice, or not yet."""

    TOO_OLD = "too_old"
    QUIET = "quiet"
    NO_TEMPLATE = "no_template"
    BUDGET = "budget"
    EMPTY = "empty"
    UNSAYABLE = "unsayable"
    CUT_OFF = "cut_off"
    STOPPED = "stopped"
    BY_HAND = "by_hand"


class Wait(StrEnum):
    """Whether a kind may wake people."""

    NEVER = "never"
    UNLESS_SOON = "unless_soon"  # it waits for the morning unless its time would pass meanwhile
    TILL_MORNING = "till_morning"


@dataclass(frozen=True)
class Manner:
    """How a kind leaves the house: its name, whether it can be declined, whether it may wake people."""

    name: str
    must: bool = False
    wait: Wait = Wait.TILL_MORNING


MANNERS: dict[str, Manner] = {
    SIGN_IN_CODE: Manner(N_("短信验证码"), must=True, wait=Wait.NEVER),
    EMAIL_CODE: Manner(N_("邮箱验证码"), must=True, wait=Wait.NEVER),
    NUMBER_CHANGED: Manner(N_("手机号换掉了"), must=True, wait=Wait.NEVER),
    "show_cancelled": Manner(N_("演出取消"), must=True, wait=Wait.UNLESS_SOON),
    "show_moved": Manner(N_("演出改期、换厅"), must=True, wait=Wait.UNLESS_SOON),
    "awaiting_payment": Manner(N_("付款提醒"), must=True, wait=Wait.UNLESS_SOON),
    "awaiting_payment_online": Manner(N_("付款提醒"), must=True, wait=Wait.UNLESS_SOON),
    "account_due": Manner(N_("单位签单快到期了"), must=True),
    "account_overdue": Manner(N_("单位签单过期了"), must=True),
    "waiting_offer": Manner(N_("排队等票：轮到您了"), wait=Wait.UNLESS_SOON),
    "waiting_over": Manner(N_("排队等票：过了时间")),
    "reminder_day": Manner(N_("开演前一天提醒"), wait=Wait.UNLESS_SOON),
    "reminder_hours": Manner(N_("开演前两小时提醒"), wait=Wait.UNLESS_SOON),
    "room_refused": Manner(N_("场地没有批准"), wait=Wait.UNLESS_SOON),
    "room_displaced": Manner(N_("场地让给文化宫的活动"), must=True, wait=Wait.UNLESS_SOON),
    "room_lapsed": Manner(N_("场地没有及时审批"), wait=Wait.UNLESS_SOON),
    "room_missed": Manner(N_("约了场地没来")),
    "room_late": Manner(N_("场地取消得太晚")),
    "room_instead": Manner(N_("换给您的场地"), must=True, wait=Wait.UNLESS_SOON),
    "room_offer": Manner(N_("排队等场地：轮到您了"), wait=Wait.UNLESS_SOON),
    "room_wait_over": Manner(N_("排队等场地：结束了")),
    "class_enrolled": Manner(N_("报上班了")),
    "class_unpaid": Manner(N_("班级等交费"), must=True, wait=Wait.UNLESS_SOON),
    "class_unpaid_online": Manner(N_("班级等交费"), must=True, wait=Wait.UNLESS_SOON),
    "class_moved": Manner(N_("换班了")),
    "class_withdrawn": Manner(N_("退出班级了")),
    "class_lapsed": Manner(N_("没有按时交费"), must=True),
    "class_removed": Manner(N_("工作人员退班"), must=True),
    "class_absent": Manner(N_("缺课太多，名额让出去了"), must=True),
    "class_called_off": Manner(N_("班级取消"), must=True, wait=Wait.UNLESS_SOON),
    "class_offer": Manner(N_("排队等班：轮到您了"), wait=Wait.UNLESS_SOON),
    "class_wait_over": Manner(N_("排队等班：结束了")),
    "class_reminder": Manner(N_("上课前一天提醒"), wait=Wait.UNLESS_SOON),
    "room_taken": Manner(N_("场地约好了")),
    "room_pending": Manner(N_("场地等审批")),
    "room_changed": Manner(N_("预约改了时间或场地"), wait=Wait.UNLESS_SOON),
    "room_cancelled": Manner(N_("场地预约取消了")),
    "tickets_issued": Manner(N_("出票通知")),
    "ticket_returned": Manner(N_("退票通知")),
    "seat_changed": Manner(N_("换座通知")),
    "ticket_offered": Manner(N_("别人送您一张票"), wait=Wait.UNLESS_SOON),
    "ticket_received": Manner(N_("您收下了一张票")),
    "ticket_given": Manner(N_("您的票转出去了")),
    "block_given": Manner(N_("给单位留了座位")),
    "block_release": Manner(N_("单位的座位快收回了"), wait=Wait.UNLESS_SOON),
    "block_none_left": Manner(N_("单位的票没有分到您")),
    "block_refused": Manner(N_("单位分票时没有给您出票")),
    "unit_confirmed": Manner(N_("单位核对好了")),
    "unit_refused": Manner(N_("单位没有核对上")),
    "unit_asks_name": Manner(N_("单位请您填姓名")),
    "troupe_certified": Manner(N_("团队已认定")),
    "troupe_refused": Manner(N_("团队没有通过认定")),
    "troupe_season_ends": Manner(N_("团队的认定快到期了")),
    "troupe_leader": Manner(N_("团队换了负责人")),
    "missed": Manner(N_("预约了没来")),
    "strike_forgiven": Manner(N_("没来的一次不算了")),
    "strike_kept": Manner(N_("没来的一次还是算")),
    "class_session_moved": Manner(N_("上课改了时间或教室"), must=True, wait=Wait.UNLESS_SOON),
    "class_session_cancelled": Manner(N_("停课"), must=True, wait=Wait.UNLESS_SOON),
    "class_not_taught": Manner(N_("任教的班取消了"), must=True, wait=Wait.UNLESS_SOON),
    "class_mark_corrected": Manner(N_("缺课更正"), must=True),
    "teaching_invited": Manner(N_("请您来教"), wait=Wait.UNLESS_SOON),
    "class_substitute": Manner(N_("代课"), wait=Wait.UNLESS_SOON),
    "class_message": Manner(N_("班里的消息")),
    "certificate_issued": Manner(N_("结业证书发了")),
    "survey_class": Manner(N_("您想学的课开班了")),
    BROADCAST: Manner(N_("文化宫的群发消息")),
}
"""By kind; one that is not here can be declined and waits for the morning."""
PLAIN = Manner("")
DECLINABLE = frozenset(name for name, manner in MANNERS.items() if not manner.must)


class Fund(StrEnum):
    """What messages of a day are paid from; codes have a budget of their own where they are asked for."""

    NOTICES = "notices"
    BROADCASTS = "broadcasts"


@dataclass(frozen=True)
class MessageRules:
    """The figures of the house: quiet hours as clock times written 2130, prices and budgets in fen."""

    quiet_from: int = 2130
    quiet_until: int = 800
    price: Fen = FREE
    budgets: Mapping[Fund, Fen] = field(default_factory=dict)


@dataclass(frozen=True)
class Receiver:
    """How somebody can be reached and what they declined; `language` is theirs, or the notice's own."""

    phone: str | None = None
    email: str | None = None
    language: str = "zh"
    muted: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Decision:
    """What to do with a notice that is due: send it, rest until `due_at`, or settle it as `state`."""

    state: State
    due_at: datetime | None = None
    why: Why | None = None


def manner_of(kind: str) -> Manner:
    """Return how a kind leaves the house."""
    return MANNERS.get(kind, PLAIN)


def clock_time(written: int) -> time:
    """Return the clock time of a figure: 2130 is 21:30."""
    return time(written // 100, written % 100)


def quiet_ends(now: datetime, rules: MessageRules, zone: timezone | Any) -> datetime | None:
    """Return when the quiet hours end that `now` lies in; None: it does not. They may cross midnight.

    Their first minute is quiet, their last instant is not; equal times mean none.
    """
    here = now.astimezone(zone)
    start, end = clock_time(rules.quiet_from), clock_time(rules.quiet_until)
    return next_at(here, end) if is_quiet(here.time(), start, end) else None


def comes_too_late(values: Mapping[str, Any], then: datetime) -> bool:
    """Return whether one of the times a notice tells of is past by `then`: old and new ones alike."""
    return any(instant <= then for instant in _instants(values))


def _instants(told: object) -> list[datetime]:
    if isinstance(told, Mapping):
        return [instant for part in told.values() for instant in _instants(part)]
    try:
        found = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return []
    return [found] if found and found.tzinfo else []


def decide(
    kind: str,
    values: Mapping[str, Any],
    age: timedelta,
    lasts: timedelta,
    *,
    quiet_until: datetime | None,
) -> Decision:
    """Decide on a notice by its age and the hour; exactly as old as its kind lasts is too old."""
    if age >= lasts:
        return Decision(State.DROPPED, why=Why.TOO_OLD)
    wait = manner_of(kind).wait
    soon = wait is Wait.UNLESS_SOON and quiet_until and comes_too_late(values, quiet_until)
    if quiet_until is None or wait is Wait.NEVER or soon:
        return Decision(State.SENDING)
    return Decision(State.OWED, quiet_until, Why.QUIET)


def stays_inside(kind: str, receiver: Receiver) -> bool:
    """Return whether somebody wants a kind in the inbox only; what must be told is told."""
    return kind in receiver.muted and not manner_of(kind).must


def fund_of(kind: str) -> Fund | None:
    """Return what a kind is paid from; None: what must be told is told whatever it costs."""
    if kind == BROADCAST:
        return Fund.BROADCASTS
    return None if manner_of(kind).must else Fund.NOTICES


def pieces_of(text: str) -> int:
    """Return how many messages a text is paid as: 70 characters fit one, then 67 each."""
    return 1 if len(text) <= ONE_PIECE else -(-len(text) // LONG_PIECE)


def after_try(outcome: Outcome, attempts: int, now: datetime) -> Decision:
    """Return what follows from a try that was not surely taken: it rests longer each time, then is dead."""
    if outcome is Outcome.UNCERTAIN:
        return Decision(State.UNCERTAIN, now + LOST_AFTER)
    tired = attempts >= MOST_ATTEMPTS and outcome in {Outcome.FAILED, Outcome.THROTTLED}
    if tired or outcome is Outcome.REFUSED:
        return Decision(State.DEAD)
    return Decision(State.OWED, now + _pause(outcome, attempts))


def _pause(outcome: Outcome, attempts: int) -> timedelta:
    if outcome in {Outcome.EMPTY, Outcome.UNTEMPLATED}:
        return HOUSE_PAUSE
    if outcome is Outcome.THROTTLED:
        return RATE_PAUSE * attempts
    return min(FIRST_PAUSE * int(4 ** (attempts - 1)), LONGEST_PAUSE)


def changed(old: object, new: object) -> dict[str, object]:
    """Return a value of a notice that was changed; its words are "old → new"."""
    return {"old": old, "new": new}


def is_change(value: object) -> bool:
    """Return whether a value tells what it was before."""
    return isinstance(value, Mapping) and set(value) == {"old", "new"}
