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


def scanned_code(class_session: ClassSession, browser: str, now: datetime) -> str:
    """Return what a scan is worth for some minutes, to the browser that scanned, while it signs in."""
    return written(_named(Shown.SCANNED, class_session, step_of(now), browser), MAC)


def shown_by(code: str, class_session: ClassSession, browser: str, now: datetime) -> Shown | None:
    """Return how a code came to us at an instant, or None: it is no code of this session now.

    What was scanned counts on the browser that scanned it: an address that is handed on proves nothing.
    """
    for shown, whose in ((Shown.LIVE, ()), (Shown.SCANNED, (browser,))):
        named = [_named(shown, class_session, step, *whose) for step in steps_taken(now, shown)]
        if proves(code, named, MAC):
            return shown
    return None


def _named(shown: Shown, class_session: ClassSession, step: int, *browser: str) -> str:
    return ":".join(map(str, ("class", shown, class_session.id, step, *browser)))
