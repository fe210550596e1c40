"""What may be marked of somebody at a session, and what a teacher answers: plain values."""

from __future__ import annotations

from enum import StrEnum


class Mark(StrEnum):
    """How somebody was at a session: there, late, away; leave is what they asked for before."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"


class Answer(StrEnum):
    """What a teacher says who was asked to teach."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
