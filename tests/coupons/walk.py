"""The way of a program through coupons, for the walk past every answer."""

from __future__ import annotations

from typing import Any, Protocol

from flask.testing import FlaskClient

from palace.members.models import Member
from palace.members.rules import Role
from tests.coupons.conftest import DESK, typed
from tests.factory import Factory


class Walk(Protocol):
    """What asks an address and checks the shape of the answer."""

    browser: FlaskClient

    def ask(self, method: str, path: str, /, **fields: object) -> Any:
        """Ask for an address; return the answer's body."""


def hand_coupons_out(walk: Walk, make: Factory, member: Member) -> None:
    """Make a pool and fill it, take one and use it, stop the pool and empty it."""
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    walk.ask("GET", DESK)
    key = walk.ask("GET", f"{DESK}/new")["key"]
    made = walk.ask("POST", DESK, **typed(key=key))
    path = f"{DESK}/{made['pool']}"
    walk.ask("POST", f"{path}/codes", codes="MOVIE-1\nMOVIE-1")
    walk.ask("POST", f"{path}/codes", codes="MOVIE-1\nMOVIE-2", sure=True)
    seen = walk.ask("GET", f"{path}/change")["pool"]["seen"]
    walk.ask("POST", f"{path}/change", **(typed(per_member="1") | {"seen": seen}))
    make.sign_in(walk.browser, member)
    walk.ask("GET", "/coupons")
    coupon = walk.ask("POST", f"/coupons/{made['pool']}/take", key="walk-key-coupon")["coupon"]
    walk.ask("POST", f"/coupons/{coupon}/used", used=True)
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    walk.ask("GET", path)
    walk.ask("GET", f"{path}/units")
    for act in ("stop", "resume", "withdraw"):
        walk.ask("POST", f"{path}/{act}")
