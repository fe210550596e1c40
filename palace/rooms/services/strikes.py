"""A room somebody took and nobody came to, or that was given back too late, as one strike of the ledger."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from palace.db import db, table_of
from palace.members.models import Member
from palace.members.services import note
from palace.notices import services as notices
from palace.rooms.models import Occurrence
from palace.rooms.services.telling import subject_of, titles, values_of
from palace.statements import execute
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind

SYSTEM = "system"
STRIKES = table_of(Strike)
NEW = insert(STRIKES).on_conflict_do_nothing().returning(STRIKES.c.id)
MISSED, LATE = "missed", "late"
NOTICES = {MISSED: "room_missed", LATE: "room_late"}


def write_strike(one: Occurrence, why: str, now: datetime) -> None:
    """Write a strike of who took a date, once, and tell them where to say that it is wrong.

    Who was erased has none.

    Args:
        why: `MISSED` or `LATE`.
    """
    if db.session.get_one(Member, one.member_id).erased_at:
        return
    zh, en = titles(one.reservation)
    row = {
        "member_id": one.member_id,
        "troupe_id": one.troupe_id,
        "kind": StrikeKind.ROOM.value,
        "subject": subject_of(one),
        "title_zh": zh,
        "title_en": en,
        "happened_at": one.starts_at,
        "written_at": now,
        "written_by": SYSTEM,
    }
    for strike in execute(NEW, row):
        subject = f"strike:{strike.id}"
        note("strike_written", subject, after={"state": why}, actor=SYSTEM)
        receiver = f"member:{one.member_id}"
        notices.owe(NOTICES[why], subject, receiver, values_of([one]), now)
