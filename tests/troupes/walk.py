"""Every described answer about troupes, given once for real."""

from __future__ import annotations

from typing import Any

from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.troupes.models import Troupe
from tests.factory import Factory
from tests.lending import Lending

DESK = "/staff/troupes"
FACTS = {"name_zh": "铁路职工合唱团", "name_en": "Choir", "kind": "choir", "size": 40}
YEAR = {"name_zh": "2026年度", "name_en": "2026", "first": "2000-01-01", "last": "2999-12-31"}
TEXT = {"text_zh": "安全第一。", "text_en": "Safety first."}


def look_after_troupes(walk: Any, make: Factory) -> None:
    """Found a troupe, name its leader, have it certified, take a room, end it."""
    lending, leader = Lending(make), make.member("王丽")
    room = lending.room()
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    one, season, letter = found(walk, leader)
    walk.ask("POST", "/staff/sign-out")
    make.sign_in(walk.browser, leader)
    lead(walk, f"/troupes/{one}", season, letter)
    make.sign_in(walk.browser, make.staff())
    decided = {"seen": "asked", "verdict": "certified", "why": ""}
    walk.ask("POST", f"{DESK}/{one}/seasons/{season}/decide", **decided)
    lending.reservation(room, troupe=db.session.get_one(Troupe, one), member=leader)
    shown = walk.ask("GET", f"{DESK}/{one}")
    walk.ask("POST", f"{DESK}/{one}/leaders/{shown['leaders'][0]['post']}/end")
    coming = walk.ask("GET", f"{DESK}/{one}/end")["rehearsals"]
    walk.ask("POST", f"{DESK}/{one}/end", seen=len(coming), why="并入老年大学")
    walk.ask("POST", "/staff/sign-out")


def found(walk: Any, leader: Member) -> tuple[int, int, int]:
    """Found a troupe with a season, its letter and its leader; return their numbers."""
    walk.ask("GET", f"{DESK}/new")
    one = walk.ask("POST", f"{DESK}/new", site="head", **FACTS)["troupe"]
    walk.ask("GET", DESK)
    seen = walk.ask("GET", f"{DESK}/{one}")["seen"]
    walk.ask("POST", f"{DESK}/{one}", **FACTS | {"size": 41, "week_hours": 8, "seen": seen})
    walk.ask("POST", f"{DESK}/seasons", **YEAR)
    season = walk.ask("GET", f"{DESK}/seasons")["seasons"][-1]["season"]
    walk.ask("POST", f"{DESK}/seasons/{season}", after=0, **TEXT)
    letter = walk.ask("GET", f"{DESK}/seasons/{season}")["letters"][0]["letter"]
    who = {"full_name": leader.name, "phone": leader.phone, "role": "leader"}
    walk.ask("POST", f"{DESK}/{one}/leaders", **who)
    return one, season, letter


def lead(walk: Any, mine: str, season: int, letter: int) -> None:
    """Look at one's troupe, keep its roster, sign, and take oneself off the roster."""
    walk.ask("GET", "/troupes")
    walk.ask("GET", mine)
    walk.ask("POST", f"/mine/calendars/{mine.rpartition('/')[2]}")
    walk.ask("GET", f"{mine}/seasons/{season}")
    walk.ask("POST", f"{mine}/seasons/{season}", letter=letter, agreed=True)
    walk.ask("POST", f"{mine}/roster", full_name="李桂兰", phone="")
    told = walk.ask("POST", f"{mine}/roster/paste", people="1. 张建华 13800138001\n陈秀英")
    walk.ask("POST", f"{mine}/roster/{told['people'][-1]['row']}/remove")
    walk.ask("GET", f"{mine}/roster")
    walk.ask("POST", f"{mine}/leave")
