"""What an administrator does about people, their data and the rules of the house, once for real."""

from __future__ import annotations

from sqlalchemy import select

from palace.db import db
from palace.members.models import Member, Staff
from palace.members.services import code_now
from tests.factory import Factory
from tests.identities.test_rules import card
from tests.security.desk_walk import Walks


def look_after_data(walk: Walks, leaving: Member) -> None:
    """Publish a text, set how long things are kept, erase somebody at the counter."""
    kept = walk.ask("GET", "/staff/privacy")
    body = {"body_zh": "新的一版，" * 10, "body_en": "Another version of this text."}
    walk.ask("POST", "/staff/privacy/texts", purpose="guardian", after=1, **body)
    walk.ask("POST", "/staff/privacy/days", **kept["days"])
    walk.ask("POST", "/staff/privacy/find", phone=leaving.phone)
    path = f"/staff/people/member/{leaving.id}/erase"
    walk.ask("GET", path)
    walk.ask("POST", path, why="本人要求")


def set_the_rules(walk: Walks) -> None:
    """Read the rules of the house, and save each group of them as it is."""
    for group in walk.ask("GET", "/staff/rules")["groups"]:
        path = f"/staff/rules/{group['group']}"
        shown = walk.ask("GET", path)
        figures = {figure["name"]: figure["value"] for figure in shown["figures"]}
        walk.ask("POST", path, seen=shown["seen"], **figures)
    seen = walk.ask("GET", "/staff/rules/strikes")["seen"]
    walk.ask("POST", "/staff/rules/strikes/preset", seen=seen, preset="two_in_a_year")


def set_a_number(walk: Walks, member: Member) -> None:
    """Find a member at the desk and set their number."""
    walk.ask("GET", "/staff/numbers")
    walk.ask("POST", "/staff/numbers", who="13800138009")
    walk.ask("GET", f"/staff/numbers/{member.id}")
    walk.ask("POST", f"/staff/numbers/{member.id}", phone="13800138000", seen=True)


def act_for_somebody(walk: Walks, member: Member) -> None:
    """Find a member at the desk, act for them, and make an account for somebody else."""
    desk = "/staff/acting"
    walk.ask("GET", desk)
    [found] = walk.ask("POST", f"{desk}/find", who=member.phone)["people"]
    walk.ask("POST", f"{desk}/begin", person=found["person"])
    walk.ask("GET", "/mine")
    walk.ask("POST", f"{desk}/end")
    somebody = {"full_name": "李桂兰", "number": card("19570301", "611"), "consent": True}
    walk.ask("POST", f"{desk}/introduce", **somebody)
    walk.ask("POST", f"{desk}/end")


def look_after_people(walk: Walks, member: Member) -> None:
    """Take somebody on, give and take a post, help them, let them go."""
    people = "/staff/people"
    walk.ask("GET", people)
    walk.ask("POST", people, login="wang", name="王丽", role="door")
    clerk = db.session.scalars(select(Staff.id).where(Staff.login == "wang")).one()
    walk.ask("POST", f"{people}/find", phone=member.phone)
    walk.ask("GET", f"{people}/member/{member.id}")
    told = walk.ask("POST", f"{people}/staff/{clerk}/posts", role="counter")
    walk.ask("POST", f"{people}/posts/{told['posts'][-1]['post']}/end")
    for act in ("sign-ins/end", "password", "code", "leave"):
        walk.ask("POST", f"{people}/staff/{clerk}/{act}")
    walk.ask("POST", f"{people}/proofs", proof_minutes=10, admin=True)


def choose_codes(walk: Walks, make: Factory) -> None:
    """Drop the second factor while no post asks for it, and set another up."""
    rules = make.rules()
    rules.second_factor_roles, needed = [], rules.second_factor_roles
    db.session.flush()
    walk.ask("POST", "/staff/second/drop")
    secret = walk.ask("POST", "/staff/second/begin")["secret"]
    walk.ask("GET", "/staff/second")
    walk.ask("POST", "/staff/second", code=code_now(secret))
    rules.second_factor_roles = needed
