"""The count of who opened a recording, in one statement."""

from __future__ import annotations

from datetime import date

from sqlalchemy.dialects.postgresql import insert

from palace.classes.models import RecordingView
from palace.db import db


def count_view(recording_id: int, member_id: int, day: date) -> None:
    """Count that a member opened a recording on a palace day, once more or for the first time."""
    new = insert(RecordingView).values(recording_id=recording_id, member_id=member_id, day=day)
    again = new.on_conflict_do_update(
        index_elements=["recording_id", "member_id", "day"],
        set_={"times": RecordingView.times + 1},
    )
    db.session.execute(again)
