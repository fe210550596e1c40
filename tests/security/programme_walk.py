"""The programme as programs write, review and switch it: each address once."""

from __future__ import annotations

from typing import Any, Protocol

from flask.testing import FlaskClient

from palace.members.rules import Role
from tests.factory import Factory
from tests.review.conftest import FIELDS


class Walk(Protocol):
    """What asks an address and checks the shape of the answer."""

    browser: FlaskClient

    def ask(self, method: str, path: str, /, **fields: object) -> Any:
        """Ask for an address; return the answer's body."""


def write_and_review(walk: Walk, make: Factory) -> None:
    """Type a production in, change it, pass it, withdraw what came after."""
    desk, review = "/staff/programme", "/staff/review"
    author, reviewer = make.staff(Role.PROGRAMME), make.staff(Role.REVIEWER)
    make.sign_in(walk.browser, author)
    walk.ask("GET", desk)
    fields = {name: value for name, value in FIELDS.items() if value is not None}
    key = walk.ask("GET", f"{desk}/productions/new")["key"]
    made = walk.ask("POST", f"{desk}/productions", key=key, **fields)
    path = f"{desk}/productions/{made['production']}"
    seen = walk.ask("GET", f"{path}/change")["seen"]
    sent = walk.ask("POST", f"{path}/change", seen=seen, **(fields | {"minutes": 160}))["revision"]
    make.sign_in(walk.browser, reviewer)
    walk.ask("GET", review)
    told = walk.ask("GET", f"{review}/{sent['revision']}")
    decision = {"step": told["step"], "version": told["version"], "verdict": "pass"}
    walk.ask("POST", f"{review}/{sent['revision']}/decide", **decision)
    make.sign_in(walk.browser, author)
    walk.ask("GET", path)
    walk.ask("POST", f"{path}/withdraw", revision=told["revision"], version=told["version"])


def open_and_keep(walk: Walk, make: Factory) -> None:
    """Open a show for members first, keep a seat of it and put it on sale again."""
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    path = f"/staff/programme/performances/{make.performance(seats=4).id}"
    seen = walk.ask("GET", f"{path}/openings")["seen"]
    walk.ask(
        "POST", f"{path}/openings", seen=seen, public="2026-01-02T10:00", members="2026-01-01T10:00"
    )
    walk.ask("GET", f"{path}/kept")
    kept = walk.ask("POST", f"{path}/kept", reason="press", seats=["ST-01-01"])["kept"]
    walk.ask("POST", f"{path}/kept/release", group=kept[0]["group"])


def write_ladders(walk: Walk) -> None:
    """Write what goes back of a price by the time left, change it, take it away."""
    ladders = "/staff/ladders"
    words = {"name_zh": "通常", "name_en": "Usual", "usual": "1"}
    steps = {"hours": ["48", "0.5"], "percents": ["80", "20"]}
    walk.ask("GET", ladders)
    [written] = walk.ask("POST", ladders, **words, **steps)["ladders"]
    path = f"{ladders}/{written['ladder']}"
    walk.ask("GET", path)
    walk.ask("POST", path, **words, hours=["24"], percents=["50"])
    walk.ask("POST", f"{path}/remove")


def switch_houses(walk: Walk) -> None:
    """Grey a house, and change the steps of the review, as an administrator."""
    house = walk.ask("GET", "/staff/switch")["houses"][0]
    walk.ask("POST", f"/staff/switch/{house['site']}", mode="grey", seen=house["seen"])
    walk.ask("GET", "/staff/review/steps")
    step = walk.ask("POST", "/staff/review/steps", name_zh="复审")["steps"][-1]["step"]
    walk.ask("POST", f"/staff/review/steps/{step}/remove")
