"""What a drawer has to hold and who may set right what somebody wrote: plain values in, decision out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from palace.members.posts import AT_COUNTERS
from palace.members.rules import Role
from palace.money import Fen, yuan_of
from palace.payments.states import Method
from palace.text import N_
from palace.till.errors import AnotherCorrects, WhyDifferent

BY_SLIP = (Method.POS, Method.CODE, Method.TRANSFER)
"""Ways of money that leaves a slip with a number."""
AT_TILL = (Method.CASH, *BY_SLIP)
PART_WORDS = {"tickets": N_("演出票"), "packages": N_("套票"), "courses": N_("培训班")}


READERS = (*AT_COUNTERS, Role.FINANCE)
"""Who reads of shifts and accounts; a cashier of the finance office signs for cash."""


def account_news(due_on: date, today: date, *, days: int, told_on: date | None) -> str | None:
    """Return what a unit is told of what it has to settle: once before the day, once after it.

    Args:
        days: so many before the day, which counts itself.
        told_on: when it was last told.
    """
    if today > due_on:
        return "account_overdue" if told_on is None or told_on <= due_on else None
    near = today >= due_on - timedelta(days=days)
    return "account_due" if near and told_on is None else None


@dataclass(frozen=True, kw_only=True)
class Sum:
    """What came and went one way in a shift, and how often."""

    method: Method
    came: Fen
    came_count: int
    went: Fen
    went_count: int


def expected_cash(begun_with: Fen, sums: list[Sum]) -> int:
    """Return what the drawer has to hold; below nothing where more went than came."""
    cash = [one.came - one.went for one in sums if one.method is Method.CASH]
    return begun_with + sum(cash)


def check_counted(counted: Fen, expected: int, why: str | None) -> None:
    """Refuse a difference nobody explains.

    Raises:
        WhyDifferent.
    """
    if counted != expected and not why:
        short = "-" if expected < 0 else ""
        raise WhyDifferent(expected=short + yuan_of(Fen(abs(expected))), counted=yuan_of(counted))


def check_other_person(amount: Fen, above: Fen, *, wrote: str, by: str) -> None:
    """Refuse to let one person alone set right more than the house's amount; the amount itself is free.

    Raises:
        AnotherCorrects.
    """
    if amount > above and wrote == by:
        raise AnotherCorrects(yuan=yuan_of(above))
