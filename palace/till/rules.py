"""What a drawer has to hold and who may set right what somebody wrote: plain values in, decision out."""

from __future__ import annotations

from dataclasses import dataclass

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
