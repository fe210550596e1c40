"""Words of space and seat that the database and the pages share."""

from __future__ import annotations

from enum import StrEnum


class SeatType(StrEnum):
    """What stands at a place of the plan."""

    SEAT = "seat"
    WHEELCHAIR = "wheelchair"
    COMPANION = "companion"


class Use(StrEnum):
    """Why a space is occupied."""

    PERFORMANCE = "performance"
    CLASS_SESSION = "class_session"
    REHEARSAL = "rehearsal"
    CLOSURE = "closure"
