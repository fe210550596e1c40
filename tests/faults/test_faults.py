"""The short form of the fault rig: one of each kind while 64 buyers sell a small house out."""

from __future__ import annotations

import random

import pytest

from tests.faults import inflict, sale
from tests.faults.house import WHOLE, running

ROWS = 4


@pytest.mark.timeout(600)
def test_a_house_is_sold_exactly_whatever_dies_meanwhile() -> None:
    seed = random.randrange(10**6)
    print("seed", seed)  # noqa: T201 - shown only where it failed
    with running(sale.BUYERS, WHOLE[:ROWS]) as house:
        kinds = [kind for kind in inflict.KINDS if inflict.why_not(house, kind) is None]
        sold = sale.run(house, kinds, seed, seconds=1.5)
        wrong = sale.judge(sold)

    assert wrong == []
    assert sorted(strike.kind for strike in sold.strikes) == sorted(kinds)
    assert sold.sold == sum(WHOLE[:ROWS])
    for kind in set(inflict.KINDS) - set(kinds):
        print("not run:", kind, inflict.why_not(house, kind))  # noqa: T201 - shown beside the result with -s
