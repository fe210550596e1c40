"""Seats that change, tickets that are given, shows that move, as programs do it: each address once."""

from __future__ import annotations

from datetime import timedelta

from palace.members.models import Member
from palace.members.rules import Role
from palace.moving import services as moving
from palace.programme.models import Performance
from tests.factory import Factory
from tests.security.programme_walk import Walk


def change_and_give(walk: Walk, make: Factory, show: Performance, member: Member) -> None:
    """Change a seat, offer the ticket, take it back; somebody else declines one and takes one."""
    booked = {"seats": ["ST-01-03:free"], "key": "walk-change", "confirm": True}
    [ticket] = walk.ask("POST", f"/performances/{show.id}/hold", **booked)["tickets"]
    path = f"/tickets/{ticket}"
    free = walk.ask("GET", f"{path}/seat")["seats"]
    walk.ask("POST", f"{path}/seat", seats=free[:1])
    other = make.member("李桂兰")
    whom = {"number": other.phone, "name": other.name}
    walk.ask("GET", f"{path}/gift")
    walk.ask("POST", f"{path}/gift", **whom)
    walk.ask("POST", f"{path}/gift/back")
    for answer in ("decline", "accept"):
        make.sign_in(walk.browser, member)
        walk.ask("POST", f"{path}/gift", **whom)
        make.sign_in(walk.browser, other)
        gift = f"/gifts/{_code(walk)}"
        walk.ask("GET", gift)
        walk.ask("POST", f"{gift}/{answer}")
    make.sign_in(walk.browser, member)


def _code(walk: Walk) -> str:
    """Return the code of the gift that waits, from the page that shows it."""
    return walk.browser.get("/mine").text.partition("/gifts/")[2][:20]


def move_a_show(walk: Walk, make: Factory) -> None:
    """Propose to move a show and withdraw, propose and confirm, and look at what came of it."""
    show, holder = make.performance(seats=2), make.member()
    make.sign_in(walk.browser, holder)
    booked = {"count": 1, "key": "walk-move", "confirm": True}
    walk.ask("POST", f"/performances/{show.id}/hold", **booked)
    first, second = make.staff(Role.PROGRAMME), make.staff(Role.REVIEWER)
    make.sign_in(walk.browser, first)
    walk.ask("GET", "/staff/programme/moves")
    path = f"/staff/programme/performances/{show.id}/move"
    day = (show.starts_at + timedelta(days=2)).date().isoformat()
    shown = walk.ask("GET", f"{path}?kind=move&day={day}")["shown"]
    wish = {"kind": "move", "day": day, "title": show.production.title_zh, "shown": shown}
    move = walk.ask("POST", path, **wish)["move"]["move"]
    walk.ask("POST", f"{path}/withdraw", move=move)
    told = walk.ask("POST", path, **wish)
    make.sign_in(walk.browser, second)
    seen = {"move": told["move"]["move"], "mark": told["mark"], "seen": told["seen"]}
    walk.ask("POST", f"{path}/confirm", **seen)
    while moving.tell_some():
        pass
    walk.ask("POST", f"{path}/retry", move=seen["move"])
    make.sign_in(walk.browser, first)
    walk.ask("GET", "/staff/programme/refunds")
    make.sign_in(walk.browser, holder)
    walk.ask("POST", f"/performances/{show.id}/keep")
