"""Switching a house."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from palace.db import db
from palace.members.services import note
from palace.switch.errors import SwitchMoved
from palace.venues.models import HouseRules
from palace.venues.rules import Moded, Reason


def standing(site_id: int) -> Moded:
    """Return how a house stands by its own switch, read anew under its lock."""
    wanted = select(HouseRules).where(HouseRules.site_id == site_id)
    fresh = wanted.execution_options(populate_existing=True)
    return moded(db.session.scalars(fresh.with_for_update(key_share=True)).one())


def moded(rules: HouseRules) -> Moded:
    """Return how the rules of a house say that it stands."""
    reason = Reason(name_zh=rules.mode_reason_zh, name_en=rules.mode_reason_en)
    return Moded(mode=rules.mode, reason=reason)


def seen_as(standing: Moded) -> str:
    """Return what a form carries of how a house stands, to tell whether somebody switched it since."""
    told = f"{standing.reason.name_zh}\n{standing.reason.name_en}"
    return f"{standing.mode}.{hashlib.blake2s(told.encode(), digest_size=6).hexdigest()}"


def switch(site_id: int, wanted: Moded, *, seen: str) -> bool:
    """Switch a house; return whether anything is otherwise now.

    Raises:
        SwitchMoved: it stands otherwise than whoever switches it saw.
    """
    before = standing(site_id)
    if before == wanted:
        return False
    if seen_as(before) != seen:
        raise SwitchMoved
    rules = db.session.get_one(HouseRules, site_id)
    rules.mode = wanted.mode
    rules.mode_reason_zh, rules.mode_reason_en = wanted.reason.name_zh, wanted.reason.name_en
    db.session.flush()
    was, becomes = {"mode": before.mode.value}, {"mode": wanted.mode.value}
    note(
        "house_switched",
        f"site:{site_id}",
        before=was,
        after=becomes,
        why=wanted.reason.name_zh or None,
    )
    return True
