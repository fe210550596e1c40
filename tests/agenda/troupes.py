"""Rows of troupes and their people for the tests of agendas and calendars."""

from __future__ import annotations

from datetime import date

from palace.members.models import Member, Post
from palace.members.rules import Role
from palace.troupes.models import Troupe, TroupeMember
from palace.troupes.rules import TroupeKind
from tests.factory import NUMBERS, Factory


def troupe_of(make: Factory, name: str = "春之声合唱团") -> Troupe:
    """Return a new troupe of the head house."""
    row = Troupe(
        site_id=make.site().id,
        code=f"troupe-{next(NUMBERS)}",
        kind=TroupeKind.CHOIR,
        name_zh=name,
        name_en="Voices of Spring",
        size=40,
    )
    make.add(row)
    return row


def on_roster(
    make: Factory, troupe: Troupe, member: Member, left_on: date | None = None
) -> TroupeMember:
    """Put a member on a troupe's roster, since the first of November 2026."""
    row = TroupeMember(
        troupe_id=troupe.id,
        member_id=member.id,
        name=member.name,
        joined_on=date(2026, 11, 1),
        left_on=left_on,
    )
    make.add(row)
    return row


def leads(make: Factory, troupe: Troupe, member: Member, role: Role = Role.LEADER) -> Post:
    """Make a member the leader of a troupe, or its deputy."""
    row = Post(member_id=member.id, role=role, troupe_id=troupe.id, granted_by="system")
    make.add(row)
    return row
