"""Words of troupes that the database and the pages share."""

from __future__ import annotations

from enum import StrEnum


class TroupeKind(StrEnum):
    """What a troupe does; a room that fits it names the same word among its purposes."""

    CHOIR = "choir"
    INSTRUMENTAL = "instrumental"
    VOCAL = "vocal"
    DANCE = "dance"
    FASHION = "fashion"
    OPERA = "opera"
    FITNESS = "fitness"


class CertificationState(StrEnum):
    """How a troupe stands with the palace in a season."""

    ASKED = "asked"
    CERTIFIED = "certified"
    REFUSED = "refused"
