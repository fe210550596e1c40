"""The answers of the seat plans' desk, walked through once by a manager."""

from __future__ import annotations

import io
from typing import Any

from werkzeug.datastructures import FileStorage

from palace.programme.models import Performance
from tests.factory import Factory

SHEET = "排,座,票区,入口\n1,1,A,E1\n1,2,A,E1\n2,1,B,E2\n"
HOME = "/staff/plans"


def draw_plans(walk: Any, make: Factory, show: Performance) -> None:
    """Upload a sheet, work on it, keep it, give a show another plan, and take a version off the lists."""
    other = make.plan(show.space, [6])
    walk.ask("GET", "/calendars")
    file = FileStorage(io.BytesIO(SHEET.encode()), "plan.csv")
    draft = walk.send(HOME, space=str(show.space_id), file=file)["draft"]
    of_draft = f"{HOME}/drafts/{draft}"
    walk.ask("GET", of_draft)
    walk.ask("POST", f"{of_draft}/seats", seen=1, seats="ST-01-01", zone="B")
    names = {"name_zh": "三", "name_en": "Three", "code": "C", "new": True}
    walk.ask("POST", f"{of_draft}/zones", seen=2, colour="E", **names)
    walk.ask("POST", f"{of_draft}/entrances", seen=3, **names)
    walk.ask("POST", f"{of_draft}/zones/drop", seen=4, code="C")
    walk.ask("POST", f"{of_draft}/entrances/drop", seen=5, code="C")
    kept = walk.ask("POST", f"{of_draft}/keep", seen=6)["plan"]
    walk.ask("GET", HOME)
    walk.ask("GET", f"{HOME}/{kept}")
    again = walk.ask("POST", f"{HOME}/{kept}/edit")["draft"]
    walk.ask("POST", f"{HOME}/drafts/{again}/drop", seen=1)
    walk.ask("POST", f"{HOME}/{kept}/retire")
    walk.ask("GET", f"{HOME}/performances/{show.id}")
    walk.ask("POST", f"{HOME}/performances/{show.id}", plan=other.id, seen=str(show.plan_id))
