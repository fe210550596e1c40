"""What is kept of people, as programs read it, take it along and erase it: each address once."""

from __future__ import annotations

from palace.members.models import Member
from tests.security.programme_walk import Walk


def look_after_oneself(walk: Walk) -> None:
    """Read what is kept of oneself, take it along, and leave for good."""
    walk.ask("GET", "/privacy")
    walk.ask("GET", "/privacy/privacy/1")
    walk.ask("POST", "/mine/consents")
    walk.ask("GET", "/mine/data")
    walk.ask("POST", "/mine/data/open")
    walk.ask("POST", "/mine/data/file")
    walk.ask("POST", "/mine/consents/identity/withdraw")
    walk.ask("GET", "/mine/erase")
    walk.ask("POST", "/mine/erase")


def look_after_data(walk: Walk, leaving: Member) -> None:
    """Publish a text, set how long things are kept, erase somebody at the counter."""
    kept = walk.ask("GET", "/staff/privacy")
    body = {"body_zh": "新的一版，" * 10, "body_en": "Another version of this text."}
    walk.ask("POST", "/staff/privacy/texts", purpose="guardian", after=1, **body)
    walk.ask("POST", "/staff/privacy/days", **kept["days"])
    walk.ask("POST", "/staff/privacy/find", phone=leaving.phone)
    path = f"/staff/people/member/{leaving.id}/erase"
    walk.ask("GET", path)
    walk.ask("POST", path, why="本人要求")
