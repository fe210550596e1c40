"""Every JSON answer of opening hours, closures and the desk of rooms, given once for real."""

from __future__ import annotations

from typing import Any

from palace.members.rules import Role
from tests.factory import Factory
from tests.lending import Lending
from tests.security.programme_walk import Walk


def lend_rooms(walk: Walk, make: Factory) -> None:
    """Set hours and special days, close a room and open it, and change how it is lent."""
    lending = Lending(make)
    room = lending.room(purposes=["choir"])
    lending.reservation(room, lending.day(4))
    make.sign_in(walk.browser, make.staff(Role.ADMIN))
    _open(walk, make, room.space_id)
    _close(walk, lending, room.space_id)
    _lend(walk, make, room.policy_id)
    _furnish(walk, make, room.space_id, lending.room().space_id)
    walk.ask("GET", "/hours")


def _open(walk: Walk, make: Factory, space_id: int) -> None:
    desk = "/staff/hours"
    walk.ask("GET", desk)
    for path in (f"{desk}/houses/{make.site().id}", f"{desk}/spaces/{space_id}"):
        seen = walk.ask("GET", path)["seen"]
        week = {f"weekday_{number}": "08:00-20:00" for number in range(1, 8)}
        seen = walk.ask("POST", path, seen=seen, **week)["seen"]
    walk.ask("GET", "/staff/rooms/outside")
    walk.ask("POST", f"{desk}/spaces/{space_id}/follow", seen=seen)
    day = {"day": "2026-10-01", "counts_as": "0", "name_zh": "国庆节"}
    walk.ask("POST", f"{desk}/days", **day)
    walk.ask("POST", f"{desk}/days/list", year="2026")
    known = walk.ask("GET", f"{desk}/days")["days"]
    known = known or walk.ask("POST", f"{desk}/days", **day | _soon(make))["days"]
    walk.ask("POST", f"{desk}/days/{known[0]['special']}/remove")


def _soon(make: Factory) -> dict[str, str]:
    return {"day": Lending(make).day(5).isoformat()}


def _close(walk: Walk, lending: Lending, space_id: int) -> None:
    path = "/staff/closures"
    form: dict[str, Any] = {
        "spaces": [str(space_id)],
        "starts_at": f"{lending.day(4)}T00:00",
        "ends_at": f"{lending.day(6)}T00:00",
        "reason_zh": "检修",
    }
    walk.ask("GET", path)
    seen = walk.ask("POST", f"{path}/look", **form)["seen"]
    code = walk.ask("POST", path, seen=seen, **form)["closure"]
    walk.ask("GET", f"{path}/{code}")
    walk.ask("POST", f"{path}/{code}/end")


def _lend(walk: Walk, make: Factory, policy_id: int) -> None:
    path = "/staff/rooms/policies"
    walk.ask("GET", path)
    walk.ask("POST", path, site=str(make.site().id), takers="member", name_zh="球场")
    told = walk.ask("GET", f"{path}/{policy_id}")
    figures = {one["name"]: one["value"] for one in told["figures"]}
    walk.ask("POST", f"{path}/{policy_id}/look", seen=told["seen"], **figures)
    seen = walk.ask("POST", f"{path}/{policy_id}", seen=told["seen"], **figures)["seen"]
    walk.ask("POST", f"{path}/{policy_id}/preset", seen=seen, preset="week_ahead")


def _furnish(walk: Walk, make: Factory, space_id: int, other_id: int) -> None:
    desk = "/staff/rooms"
    walk.ask("GET", desk)
    thing = {"name_zh": "谱架", "stock": 20}
    walk.ask("GET", f"{desk}/equipment")
    made = walk.ask("POST", f"{desk}/equipment", site=str(make.site().id), **thing)["equipment"]
    walk.ask("POST", f"{desk}/equipment/{made[0]['equipment']}", **thing)
    told = walk.ask("GET", f"{desk}/{space_id}")
    names = ("seen", "floor", "capacity", "min_people", "setup_minutes", "teardown_minutes")
    facts = {name: told[name] for name in names}
    walk.ask("POST", f"{desk}/{space_id}", policy=str(told["policy"]), **facts)
    for act in ("noise", "noise/remove"):
        walk.ask("POST", f"{desk}/{act}", first=str(space_id), other=str(other_id))
