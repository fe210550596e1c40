"""What members change about themselves."""

from __future__ import annotations

from datetime import datetime

from palace import clock
from palace.db import db
from palace.members import queries
from palace.members.errors import NameFromRoster, NotAName
from palace.members.models import Grant, Member
from palace.members.rules import GrantKind, Known, is_name, tidy_name
from palace.members.services.audit import note
from palace.members.services.personal import Personal

ASKED = "asked"


def rename(who: Known, name: str) -> None:
    """Correct the name of a member whom no roster names; a roster's name is the unit's to correct.

    Raises:
        NameFromRoster: the member's unit says what they are called.
        NotAName: nobody is called that.
    """
    member = queries.row_of(who)
    if member.roster_entry_id is not None:
        raise NameFromRoster
    tidied = tidy_name(name)
    if not is_name(tidied):
        raise NotAName
    changed = Personal(member.id, {"name": member.name}, {"name": tidied})
    member.name = tidied
    note("member_renamed", f"member:{member.id}", personal=changed)


def renew_calendar(who: Known) -> None:
    """Give the member's feed a new secret address; the old one is dead."""
    member = queries.row_of(who)
    member.calendar_generation = Member.calendar_generation + 1
    note("calendar_renewed", f"member:{member.id}")


def ask_access(member: Known, wanted: bool, now: datetime) -> None:
    """Open the kept wheelchair places to a member who says they need them, or close them again."""
    queries.lock(member.id)
    now = max(now, clock.now())  # another wish may have been granted while this one waited
    live = [
        grant
        for grant in queries.live_grants(member, None, now)
        if grant.kind == GrantKind.WHEELCHAIR
    ]
    if wanted == bool(live):
        return
    if wanted:
        db.session.add(
            Grant(member_id=member.id, kind=GrantKind.WHEELCHAIR, reason=ASKED, starts_at=now)
        )
    for grant in live:
        grant.ends_at = now
    note("access_asked" if wanted else "access_ended", f"member:{member.id}")
