"""Every described answer about complimentary tickets, given once for real."""

from __future__ import annotations

from typing import Any

from palace.members.rules import Role
from tests.complimentary.conftest import line_of
from tests.factory import Factory


def give_tickets_away(walk: Any, make: Factory) -> None:
    """Give one, propose more than one person may, confirm that as another, let go the next."""
    make.rules().complimentary_per_show = 1
    show, first = make.performance(seats=8), make.staff(Role.COUNTER)
    path = f"/staff/programme/performances/{show.id}/complimentary"
    wish = {"each": 1, "reason": "guest", "why": "", "source": "", "seats": ""}
    make.sign_in(walk.browser, first)
    walk.ask("GET", "/staff/complimentary")
    for turn in range(3):
        walk.ask("POST", path, people=line_of(make.member()), key=f"walk-key-3{turn}", **wish)
    third, second, _ = walk.ask("GET", path)["given"]
    walk.ask("POST", f"{path}/{third['complimentary']}/withdraw")
    make.sign_in(walk.browser, make.staff(Role.COUNTER))
    walk.ask("POST", f"{path}/{second['complimentary']}/confirm")
    walk.ask("POST", "/staff/sign-out")
