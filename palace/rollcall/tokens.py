"""The code on a teacher's phone that says who scans it is in the room: another one every half minute."""

from __future__ import annotations

from datetime import datetime

from palace.courses.models import ClassSession
from palace.rollcall.rules import Shown, step_of, steps_taken
from palace.turning import proves, written

MAC = 13  # bytes: 24 letters in a QR


def live_code(class_session: ClassSession, now: datetime) -> str:
    """Return the code that the phone shows in this half minute."""
    return written(_named(Shown.LIVE, class_session, step_of(now)), MAC)


def scanned_code(class_session: ClassSession, now: datetime) -> str:
    """Return what a scan is worth for some minutes, while whoever scanned signs in to the palace."""
    return written(_named(Shown.SCANNED, class_session, step_of(now)), MAC)


def shown_by(code: str, class_session: ClassSession, now: datetime) -> Shown | None:
    """Return how a code came to us at an instant, or None: it is no code of this session now."""
    for shown in Shown:
        named = [_named(shown, class_session, step) for step in steps_taken(now, shown)]
        if proves(code, named, MAC):
            return shown
    return None


def _named(shown: Shown, class_session: ClassSession, step: int) -> str:
    return f"class:{shown}:{class_session.id}:{step}"
