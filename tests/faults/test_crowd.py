"""2,000 browsers watch the seats while 64 buyers sell them, on the real server."""

from __future__ import annotations

import threading

import pytest

from tests.faults import sale
from tests.faults.crowd import Crowd
from tests.faults.house import WHOLE, running

BROWSERS, SECONDS = 2000, 12.0


@pytest.mark.timeout(600)
def test_2000_browsers_watch_while_64_people_buy() -> None:
    with running(sale.BUYERS, WHOLE[:8]) as house:
        crowd = Crowd(house)
        watching = threading.Thread(target=crowd.watch, args=(BROWSERS, SECONDS))
        watching.start()
        sold = sale.run(house, [], seed=7, seconds=0)
        watching.join()
        wrong = sale.judge(sold)

    assert wrong == []
    assert sold.sold == sum(WHOLE[:8])
    number = house.performance_id
    seats = f"/performances/{number}/seats.bin"
    assert {status for path, status in crowd.statuses if path == seats} <= {200, 304}
    assert {status for _, status in crowd.statuses} <= {200, 304, 503}
    assert crowd.bare == 0
    for page in ("/", f"/performances/{number}", seats):
        assert crowd.statuses[page, 200] > 0
