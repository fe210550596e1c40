"""Who may take a coupon and when, how many are left in words, and what a line of a partner's list is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from palace.coupons.errors import (
    CouponsForMembers,
    CouponsForStanding,
    CouponsForUnit,
    CouponsNotOpen,
    CouponsOver,
    CouponsStopped,
    HasCoupons,
    MonthOfCoupons,
)
from palace.members.rules import Standing
from palace.text import N_

LONGEST_CODE = 64
MOST_CODES = 10_000
ROUNDED = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")
"""A long number as a spreadsheet writes it once it has lost its last digits."""


class Stand(StrEnum):
    """How a pool stands."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    STOPPED = "stopped"
    OVER = "over"


class Left(StrEnum):
    """How many codes are left, as members are told."""

    PLENTY = "plenty"
    FEW = "few"
    GONE = "gone"


class Outcome(StrEnum):
    """What a line of a partner's list is."""

    GOOD = "good"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    STRANGE = "strange"
    ROUNDED = "rounded"
    REPEATED = "repeated"
    KNOWN = "known"


STANDS = {
    Stand.NOT_OPEN: N_("还没开始"),
    Stand.OPEN: N_("正在发放"),
    Stand.STOPPED: N_("停发"),
    Stand.OVER: N_("已到期"),
}
LEFT = {Left.PLENTY: N_("有"), Left.FEW: N_("快没了"), Left.GONE: N_("领完了")}
OUTCOMES = {
    Outcome.GOOD: N_("可以放"),
    Outcome.EMPTY: N_("空行"),
    Outcome.TOO_LONG: N_("太长了，券码最多%(most)s个字符"),
    Outcome.STRANGE: N_("有券码里不会有的字"),
    Outcome.ROUNDED: N_("被表格改成了科学计数，末尾几位丢了；请把这一列设成文本再存"),
    Outcome.REPEATED: N_("和前面一行重复"),
    Outcome.KNOWN: N_("已经放过了"),
}


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """On which conditions a pool is handed out; `valid_until` is the last day itself."""

    opens_at: datetime
    valid_until: date
    is_stopped: bool
    per_member: int


@dataclass(frozen=True)
class Line:
    """A line of a partner's list: its number, its code as it is handed out, and what it is."""

    number: int
    code: str
    outcome: Outcome = Outcome.GOOD


def stand_of(pool: Conditions, now: datetime, today: date) -> Stand:
    """Return how a pool stands: it is over after its last day, open from its very instant on."""
    if pool.valid_until < today:
        return Stand.OVER
    if pool.is_stopped:
        return Stand.STOPPED
    return Stand.NOT_OPEN if now < pool.opens_at else Stand.OPEN


def check_open(pool: Conditions, now: datetime, today: date) -> None:
    """Refuse a pool that is not handed out now.

    Raises:
        CouponsOver, CouponsStopped, CouponsNotOpen.
    """
    stand = stand_of(pool, now, today)
    if stand is Stand.OVER:
        raise CouponsOver(valid_until=pool.valid_until)
    if stand is Stand.STOPPED:
        raise CouponsStopped
    if stand is Stand.NOT_OPEN:
        raise CouponsNotOpen(opens_at=pool.opens_at)


def check_for(standing: Standing, unit: str | None, *, belongs: bool) -> None:
    """Refuse who is no member, or not of the union a pool is for.

    Args:
        standing: with the union, today.
        unit: the name of the union the pool is for; None: all members.
        belongs: whether the member is of it, or of one below it.

    Raises:
        CouponsForMembers, CouponsForStanding, CouponsForUnit.
    """
    if standing is Standing.PENDING:
        raise CouponsForMembers
    if standing is Standing.EXPIRED:
        raise CouponsForStanding
    if unit is not None and not belongs:
        raise CouponsForUnit(unit=unit)


def check_limits(*, held: int, per_member: int, of_month: int, per_month: int) -> None:
    """Refuse more coupons than a member may have.

    Args:
        held: of this pool; per_member: so many each may have.
        of_month: taken in this month, of all pools; per_month: so many at most, 0 without end.

    Raises:
        HasCoupons, MonthOfCoupons: the limits themselves are allowed.
    """
    if held >= per_member:
        raise HasCoupons(limit=per_member)
    if per_month and of_month >= per_month:
        raise MonthOfCoupons(limit=per_month)


def left_in_words(left: int, total: int, few_percent: int) -> Left:
    """Return how many are left: few at and below that share of all."""
    if not left:
        return Left.GONE
    return Left.FEW if left * 100 <= total * few_percent else Left.PLENTY


def read_lines(texts: Iterable[tuple[int, str]]) -> list[Line]:
    """Return what each line of a list is, by itself and beside those before it; empty ones at the end go."""
    met: set[str] = set()
    lines = []
    for number, text in texts:
        line = _line(number, " ".join(text.split()))
        if line.outcome is Outcome.GOOD and line.code in met:
            line = replace(line, outcome=Outcome.REPEATED)
        met.add(line.code)
        lines.append(line)
    while lines and lines[-1].outcome is Outcome.EMPTY:
        lines.pop()
    return lines


def _line(number: int, code: str) -> Line:
    if not code:
        return Line(number, code, Outcome.EMPTY)
    if len(code) > LONGEST_CODE:
        return Line(number, code, Outcome.TOO_LONG)
    if not (code.isascii() and code.isprintable()):
        return Line(number, code, Outcome.STRANGE)
    return Line(number, code, Outcome.ROUNDED if ROUNDED.fullmatch(code) else Outcome.GOOD)


def beside_known(lines: Sequence[Line], known: Collection[str]) -> list[Line]:
    """Return the lines, those the palace has already said to be so."""
    return [
        replace(one, outcome=Outcome.KNOWN)
        if one.outcome is Outcome.GOOD and one.code in known
        else one
        for one in lines
    ]
