"""What a programme manager does at the desk, once for real."""

from __future__ import annotations

from typing import Any, Protocol

from palace.programme.rules import Seating
from tests.desk.conftest import reviewed
from tests.factory import Factory
from tests.lending import Lending

DESK = "/staff/programme"


class Walks(Protocol):
    """A browser that notes what it is answered."""

    def ask(self, method: str, path: str, /, **fields: object) -> Any:
        """Ask for an address; return the answer's body."""


def run_the_desk(walk: Walks, make: Factory) -> None:
    """Put a film on, price and publish it, take it back, play it again; add, change and end a tier."""
    show = make.performance(prices={"free": 0}, seating=Seating.PLACES, seats=40)
    show.production.about_zh, show.production.about_en = "电影", "A film"
    make.add(reviewed(show.production))
    walk.ask("GET", f"{DESK}/performances")
    new = f"{DESK}/productions/{show.production_id}/performances/new"
    walk.ask("GET", new)
    told = walk.ask(
        "POST",
        new,
        space=str(make.space().id),
        seating="places",
        day="2099-12-05",
        time="19:30",
        get_in=15,
        get_out=15,
        doors=15,
        seats_per_member=4,
        identity_policy="none",
    )
    one = f"{DESK}/performances/{told['performance']}"
    walk.ask("GET", one)
    change_all(walk, one)
    troupe = Lending(make).troupe("登台的合唱团", certified=False)
    walk.ask("GET", f"{one}/troupes")
    walk.ask("POST", f"{one}/troupes", troupes=[str(troupe.id)])
    walk.ask("GET", f"{one}/check")
    walk.ask("POST", f"{one}/publish")
    walk.ask("POST", f"{one}/unpublish")
    walk.ask("GET", f"{one}/copy")
    walk.ask("POST", f"{one}/copy", day="2099-12-12", time="19:30")
    look_after_tiers(walk)


def change_all(walk: Walks, one: str) -> None:
    """Change each part of a performance by its form."""
    forms: dict[str, dict[str, object]] = {
        "place": {"space": "", "seating": "places", "day": "2099-12-06", "time": "19:30"},
        "sale": {"seats_per_member": 2, "identity_policy": "none"},
        "prices": {"cells": "free:", "typed": ["0"]},
        "quotas": {"cells": "house", "typed": ["30"]},
    }
    minutes = {"get_in": 15, "get_out": 15, "doors": 15}
    for page, fields in forms.items():
        told = walk.ask("GET", f"{one}/{page}")
        if page == "place":
            fields |= {"space": str(told["space"]), **minutes}
        walk.ask("POST", f"{one}/{page}", seen=told["seen"][page], **fields)


def look_after_tiers(walk: Walks) -> None:
    """Add a kind of ticket, change it, take it off sale and back, and delete it."""
    walk.ask("GET", f"{DESK}/tiers")
    walk.ask("GET", f"{DESK}/tiers/new")
    words = {"name_zh": "劳模票", "name_en": "Model worker ticket", "qualifies": "member"}
    tier = walk.ask("POST", f"{DESK}/tiers/new", **words)
    path = f"{DESK}/tiers/{tier['tier']}"
    walk.ask("GET", path)
    walk.ask("POST", path, seen=tier["seen"], cap=2, **words)
    for act in ("end", "resume", "remove"):
        walk.ask("POST", f"{path}/{act}")
