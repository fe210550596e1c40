"""Every described answer about codes, given once for real."""

from __future__ import annotations

from typing import Any

from palace.codes.models import CodeBatch
from palace.db import db
from palace.members.rules import Role
from tests.codes.conftest import texts
from tests.factory import Factory


def open_a_code(walk: Any, make: Factory) -> None:
    """Make a batch, look at a code of it, open it, stop the rest."""
    show, member = make.performance(seats=8), make.member()
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    path = f"/staff/programme/performances/{show.id}/codes"
    walk.ask("GET", path)
    made = walk.ask(
        "POST",
        path,
        label="合作媒体",
        reason="partner",
        count=3,
        each=2,
        keeps=True,
        tier=make.tier().id,
        ends=show.starts_at.isoformat(),
        key="walk-key-9",
    )
    here = f"/staff/codes/{made['batch']}"
    for known in ("/staff/codes", here, f"{here}/list"):
        walk.ask("GET", known)
    batch = db.session.get_one(CodeBatch, made["batch"])
    code = texts(batch, 1)[0]
    walk.ask("GET", f"/c/{code}")
    make.sign_in(walk.browser, member)
    walk.ask("POST", "/codes", code=code, performance=show.id)
    walk.ask("GET", f"/c/{code}")
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    walk.ask("POST", f"{here}/stop")
    walk.ask("POST", "/staff/sign-out")
