"""A troupe with its leader, and who else there is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from palace.db import db
from palace.members.models import Member
from palace.notices.models import Notice
from palace.troupes.models import SafetyLetter, Season, Troupe
from tests.lending import Lending


@dataclass(frozen=True)
class Choir:
    """A troupe nobody certified yet, its leader, and the season it may ask for."""

    troupe: Troupe
    leader: Member
    season: Season
    letter: SafetyLetter


@pytest.fixture
def choir(lending: Lending) -> Choir:
    """Return a choir with a leader, and a season with a letter to sign."""
    return a_choir(lending)


def a_choir(lending: Lending, name: str = "职工合唱团") -> Choir:
    """Make a choir with a leader, and a season with a letter to sign."""
    troupe, season = lending.troupe(name, certified=False), lending.season()
    return Choir(troupe, lending.leader(troupe), season, lending.letter(season))


def told(kind: str) -> list[str]:
    """Return who was owed a kind of notice, in order."""
    wanted = select(Notice.receiver).where(Notice.kind == kind).order_by(Notice.id)
    return list(db.session.scalars(wanted))
