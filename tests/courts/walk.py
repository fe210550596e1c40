"""The way of a program to a court and through the queue of a room, for the walk past every answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from palace.db import db
from palace.members.models import Member
from palace.rooms import services
from palace.rooms.models import Reservation, Room, RoomWait
from palace.rooms.services import waiting
from tests.factory import Factory
from tests.lending import COURT, Lending

Ask = Callable[..., Any]


def take_a_court(ask: Ask, make: Factory) -> None:
    """Look at the courts, take one, and wait for one that is taken: leave, then accept."""
    lending = Lending(make)
    policy = lending.policy(**(COURT | {"opens_days": 3, "member_day_minutes": 0}))
    courts = [lending.court(policy=policy, capacity=4, purposes=["sport"]) for _ in range(2)]
    make.commit()
    day = lending.day(1).isoformat()
    ask("GET", f"/courts?kind={policy.code}&day={day}")
    ask("POST", "/courts/take", kind=policy.code, day=day, hour="19:00")
    for turn in ("leave", "accept"):
        held = taken(lending, courts[0], "10:00" if turn == "leave" else "11:00")
        starts = f"{held.first_on}T{held.begins:%H:%M}"
        asked = {"starts": starts, "minutes": 60}
        path = f"/spaces/{courts[0].space_id}/wait"
        ask("GET", f"{path}?starts={starts}&minutes=60")
        code = ask("POST", path, **asked, purpose="sport", people=2)["code"]
        ask("GET", f"/room-waits/{code}")
        if turn == "accept":
            services.cancel(db.session.get_one(Reservation, held.id), None, by="x")
            make.commit()
        ask("POST", f"/room-waits/{code}/{turn}")


def taken(lending: Lending, court: Room, begins: str) -> Reservation:
    """Return somebody's hour of a court, committed."""
    made = lending.reservation(court, lending.day(1), begins, 60, people=2)
    lending.make.commit()
    return made


def be_offered_a_room(make: Factory, member: Member) -> RoomWait:
    """Let a member wait for a court until it is their turn."""
    lending = Lending(make)
    policy = lending.policy(**(COURT | {"opens_days": 3, "member_day_minutes": 0}))
    court = lending.court(policy=policy, capacity=4)
    held = lending.reservation(court, lending.day(1), "15:00", 60, people=2)
    wish = lending.wish(court, lending.day(1), "15:00", 60, people=2, member=member)
    wait = waiting.join(wish, by="x")
    services.cancel(held, None, by="x")
    return wait
