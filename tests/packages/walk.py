"""Every described answer about packages, given once for real."""

from __future__ import annotations

from typing import Any

from palace.members.rules import Role
from tests.factory import Factory
from tests.packages.conftest import packaged, shows_of

DESK = "/staff/programme/packages"


def sell_a_package(walk: Any, make: Factory) -> None:
    """Put a package together, price, publish and withdraw it; take another, and give it back."""
    shows = shows_of(make)
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    terms = {
        "name_zh": "三场套票",
        "name_en": "Three evenings",
        "seats": 9,
        "seats_per_member": 2,
        "opens": shows[0].sale_opens_at.isoformat(),
        "closes": shows[0].starts_at.isoformat(),
        "returns": "each",
    }
    walk.ask("GET", f"{DESK}/new")
    made = walk.ask("POST", f"{DESK}/new", shows=[str(show.id) for show in shows], **terms)
    one = f"{DESK}/{made['package']}"
    seen = walk.ask("GET", one)["seen"]
    priced = {"tiers": ["free"], "prices": ["0"], "zones": ["A", "", ""]}
    walk.ask("POST", one, seen=seen, singly=True, **priced, **terms)
    walk.ask("POST", f"{one}/publish")
    walk.ask("POST", f"{one}/withdraw")
    walk.ask("GET", DESK)
    walk.ask("POST", "/staff/sign-out")

    make.rules().free_per_month = 9
    other = packaged(make, shows_of(make, 2))
    walk.ask("GET", "/packages")
    here = f"/packages/{other.id}"
    walk.ask("GET", here)
    make.sign_in(walk.browser, make.member())
    dropped = walk.ask("POST", f"{here}/take", count=1, key="walk-key-7")["package_order"]
    walk.ask("POST", f"/packages/orders/{dropped}/cancel")
    kept = walk.ask("POST", f"{here}/take", count=1, key="walk-key-8")["package_order"]
    order = f"/packages/orders/{kept}"
    walk.ask("GET", order)
    walk.ask("POST", f"{order}/extend")
    walk.ask("POST", f"{order}/confirm")
    walk.ask("GET", f"{order}/return")
    walk.ask("POST", f"{order}/return")
    walk.ask("POST", "/sign-out")
