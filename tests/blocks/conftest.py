"""A firm's union with people on its roster, its organiser, and a block of a coming show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palace.blocks import services
from palace.blocks.models import Block
from palace.blocks.rules import Way
from palace.blocks.services.giving import Terms
from palace.blocks.services.placing import Places
from palace.members.models import Member, RosterEntry, Unit
from palace.members.rules import Role
from palace.programme.models import Performance
from tests.factory import Factory


def member_of(make: Factory, unit: Unit, name: str = "张建华") -> Member:
    """Return a member whom a unit's roster names."""
    member = make.member(name)
    assert member.roster_entry is not None
    member.roster_entry.unit_id, member.roster_entry.unit = unit.id, unit
    make.add(member.roster_entry)
    return member


def listed_in(make: Factory, unit: Unit, name: str, **values: object) -> RosterEntry:
    """Return somebody on a unit's roster who has no account."""
    return make.listed(unit, name, **values)


def give(
    make: Factory,
    performance: Performance,
    unit: Unit,
    places: Places | int = 2,
    *,
    tier: str = "free",
    way: Way = Way.ANY,
    per_member: int = 1,
    before: timedelta = timedelta(hours=48),
    key: str = "",
) -> Block:
    """Give a unit a block, released so long before the start."""
    terms = Terms(way=way, per_member=per_member, releases_at=performance.starts_at - before)
    asked = Places(count=places) if isinstance(places, int) else places
    return services.give(
        performance,
        unit.id,
        make.tier(tier).id,
        asked,
        terms,
        actor="staff:1",
        key=key or f"give-{performance.id}-{unit.id}-{places}",
    )


@pytest.fixture
def unit(make: Factory) -> Unit:
    """Return a firm's union in a palace."""
    make.site()
    return make.unit()


@pytest.fixture
def organiser(make: Factory, unit: Unit) -> Member:
    """Return the unit's organiser."""
    member = member_of(make, unit, "钱七")
    make.post(member, Role.UNIT, unit=unit)
    return member
