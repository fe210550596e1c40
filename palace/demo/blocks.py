"""A block of the gala that a taxi union hands out: some by names, some on paper, the rest by link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from palace.blocks import services
from palace.blocks.rules import Way
from palace.blocks.services.giving import Terms
from palace.blocks.services.placing import Places
from palace.clock import palace_day
from palace.db import db
from palace.demo.programme import Show
from palace.members.models import Member, Post, RosterEntry, Unit
from palace.members.rules import Role
from palace.programme.models import Tier

PRODUCTION, UNIT = "gala", "taxi-first"
PLACES, NAMED, ON_PAPER = 24, 4, 3
RELEASE = timedelta(hours=48)
FIRST_NAMED = 120
BY = "system"


def bring_in(shows: Sequence[Show], now: datetime) -> None:
    """Give the union its block, and hand out a part of it as its organiser would."""
    show = next(one for one in shows if one.performance.production.code == PRODUCTION).performance
    unit = db.session.scalars(select(Unit).where(Unit.code == UNIT)).one()
    free = db.session.scalars(select(Tier).where(Tier.code == "free")).one()
    terms = Terms(way=Way.ANY, per_member=1, releases_at=show.starts_at - RELEASE)
    places = Places(count=PLACES)
    block = services.give(show, unit.id, free.id, places, terms, actor=BY, key="demonstration")
    organiser = f"member:{_organiser(unit)}"
    names = services.read_list(block.id, "\n".join(_names(unit, now)), organiser)
    services.give_list(block.id, names.id, {}, consents=True, actor=organiser)
    services.print_paper(block.id, ON_PAPER, "demonstration", organiser)


def _organiser(unit: Unit) -> int:
    wanted = select(Post.member_id).where(Post.unit_id == unit.id, Post.role == Role.UNIT)
    return db.session.scalars(wanted.where(Post.member_id.is_not(None))).first() or 0


def _names(unit: Unit, now: datetime) -> list[str]:
    """Return people of the roster whom no visitor signs in as, each with the end of their card."""
    claimed = select(Member.id).where(Member.roster_entry_id == RosterEntry.id).exists()
    wanted = select(RosterEntry).where(
        RosterEntry.unit_id == unit.id,
        RosterEntry.valid_until >= palace_day(now),
        RosterEntry.phone.is_not(None),
        ~claimed,
    )
    found = db.session.scalars(
        wanted.order_by(RosterEntry.card_number).offset(FIRST_NAMED).limit(NAMED)
    )
    return [f"{entry.name} {entry.card_number[-4:]}" for entry in found]
