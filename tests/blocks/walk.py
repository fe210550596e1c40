"""Every described answer about blocks, given once for real."""

from __future__ import annotations

from typing import Any

from palace.members.rules import Role
from tests.blocks.conftest import member_of
from tests.factory import Factory


def hand_out_a_block(walk: Any, make: Factory) -> None:
    """Give a unit a block and change it, hand it out in every way, take it back."""
    unit, show = make.unit(), make.performance(seats=8)
    organiser, member = member_of(make, unit, "钱七"), member_of(make, unit, "甲一")
    make.post(organiser, Role.UNIT, unit=unit)
    release = show.starts_at.isoformat()
    terms = {"way": "any", "per_member": 1, "releases": release}
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    path = f"/staff/programme/performances/{show.id}/blocks"
    walk.ask("GET", path)
    given = walk.ask(
        "POST", path, unit=unit.id, tier=make.tier().id, count=5, key="walk-key-3", **terms
    )
    walk.ask("GET", "/staff/blocks")
    staff = f"/staff/blocks/{given['block']}"
    shown = walk.ask("GET", staff)["shown"]
    walk.ask("POST", staff, shown=shown, count=6, **terms)

    make.sign_in(walk.browser, organiser)
    here = f"/unit/blocks/{given['block']}"
    walk.ask("GET", "/unit/blocks")
    walk.ask("POST", f"{here}/turn", turn="")
    link = walk.ask("POST", f"{here}/link")["link"]
    walk.ask("GET", here)
    names = walk.ask("POST", f"{here}/lists", names="甲一\n没这人")["list"]
    walk.ask("GET", f"{here}/lists/{names}")
    walk.ask("POST", f"{here}/lists/{names}")
    printed = walk.ask("POST", f"{here}/paper", count=2, key="walk-key-4")
    walk.ask("POST", f"{here}/paper/names", names="乙二")
    code = next(one["ticket"] for one in printed["tickets"] if one["ticket"])
    walk.ask("POST", f"{here}/paper/{code}/return")

    path = link[link.index("/b/") :]
    walk.ask("GET", path)
    walk.ask("POST", path, key="walk-key-5")
    make.sign_in(walk.browser, member)
    walk.ask("GET", path)
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    walk.ask("POST", f"{staff}/release")
    walk.ask("POST", "/staff/sign-out")
