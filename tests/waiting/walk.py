"""The way of a program through the queue of a show, for the walk past every answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from palace.tickets import services
from palace.tickets.rules import Wish
from tests.factory import Factory

Ask = Callable[..., Any]


def wait_for_one(ask: Ask, make: Factory) -> None:
    """Wait for full shows: leave one queue, give an offer up, take another; return what was taken."""
    path = ""
    for turn in ("leave", "decline", "accept"):
        full, owner = make.performance(seats=1), make.member()
        sold = services.hold(owner, full.id, Wish(count=1), key="walk-key-3", confirm=True)
        make.commit()
        path = f"/performances/{full.id}"
        ask("GET", f"{path}/wait")
        ask("POST", f"{path}/wait", count=1)
        if turn == "leave":
            ask("POST", f"{path}/wait/leave")
            continue
        services.give_back(owner, sold.tickets[0].code)
        make.commit()
        code = ask("GET", f"{path}/wait")["offer"]["code"]
        ask("GET", f"/offers/{code}")
        ask("POST", f"/offers/{code}/{turn}")
    mine = ask("GET", f"{path}/return")["tickets"]
    ask("POST", f"{path}/return", ticket=[mine[0]["ticket"]])
