"""What a drawer has to hold and who may set right what somebody wrote: plain values in, decision out."""

from __future__ import annotations

from dataclasses import dataclass

from palace.members.posts import AT_COUNTERS
from palace.members.rules import Role
from palace.money import Fen, yuan_of
from palace.payments.states import Method, RefundState
from palace.text import N_
from palace.till.errors import AnotherCorrects, WhyDifferent

BY_SLIP = (Method.POS, Method.CODE, Method.TRANSFER)
"""Ways of money that leaves a slip with a number."""
AT_TILL = (Method.CASH, *BY_SLIP)
METHOD_WORDS = {
    Method.CASH: N_("现金"),
    Method.POS: N_("刷卡"),
    Method.CODE: N_("扫收款码"),
    Method.TRANSFER: N_("转账"),
    Method.ACCOUNT: N_("单位签单"),
    Method.ONLINE: N_("网上"),
}
REFUND_WORDS = {
    RefundState.OWED: N_("原路退回，正在办"),
    RefundState.HELD: N_("等发票冲红"),
    RefundState.ASKED: N_("等第二个人同意"),
    RefundState.SENT: N_("原路退回，正在办"),
    RefundState.PENDING: N_("原路退回，钱在路上"),
    RefundState.COUNTER: N_("到柜台领"),
    RefundState.FAILED: N_("没退成，可以到柜台领"),
    RefundState.DONE: N_("已退"),
    RefundState.DROPPED: N_("不退了"),
}
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
