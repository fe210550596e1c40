"""A troupe's roster: people come, alone or many at once, and go; accounts are linked without a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member
from palace.members.services import note
from palace.troupes import claims, queries
from palace.troupes.errors import LinesUnread, RosterFull
from palace.troupes.models import TroupeMember
from palace.troupes.reading import read_lines
from palace.troupes.rules import MOST_ON_ROSTER, Somebody
from palace.troupes.services.telling import subject

LINES_TOLD = 5


@dataclass(frozen=True)
class Added:
    """How many came onto a roster, and how many were on it."""

    new: int
    known: int


def add(troupe_id: int, people: Sequence[Somebody]) -> Added:
    """Put people on a troupe's roster; who is on it under the same name and number stays as they are.

    Nothing tells whether somebody has an account: it is linked if they have.

    Raises:
        NotFound, TroupeEnded: there is no such troupe.
        RosterFull: there would be too many; nobody is added then.
    """
    troupe = claims.lock_troupe(troupe_id)
    listed = queries.roster(troupe_id)
    there = {Somebody(one.name, one.phone) for one in listed}
    new = [one for one in dict.fromkeys(people) if one not in there]
    if len(listed) + len(new) > MOST_ON_ROSTER:
        raise RosterFull(most=MOST_ON_ROSTER)
    if new:
        claims.put_on_roster(troupe_id, new, clock.palace_day(clock.now()))
        note("troupe_listed", subject(troupe), after={"count": len(new)})
    return Added(len(new), len(people) - len(new))


def paste(troupe_id: int, pasted: str) -> Added:
    """Put the people of pasted lines on a troupe's roster: all of them, or nobody.

    Raises:
        LinesUnread: some lines name nobody.
        NotFound, TroupeEnded, RosterFull: as `add`.
    """
    lines = read_lines(pasted)
    if lines.unread:
        raise LinesUnread(lines=list(lines.unread[:LINES_TOLD]))
    return add(troupe_id, lines.people)


def remove(troupe_id: int, row_id: int) -> None:
    """Take somebody off a troupe's roster, their number at once; a second time changes nothing.

    Raises:
        NotFound: the roster never had them.
    """
    troupe = claims.lock_troupe(troupe_id)
    row = db.session.get(TroupeMember, row_id, populate_existing=True)
    if row is None or row.troupe_id != troupe_id:
        raise NotFound
    if row.left_on is None:
        row.left_on, row.phone = clock.palace_day(clock.now()), None
        db.session.flush()
        note("troupe_unlisted", subject(troupe), after={"count": 1})


def leave(member_id: int, troupe_id: int) -> None:
    """Let somebody take themselves off a troupe's roster.

    Raises:
        NotFound: it does not name them.
    """
    claims.lock_troupe(troupe_id)
    mine = [one for one in queries.roster(troupe_id) if one.member_id == member_id]
    if not mine:
        raise NotFound
    remove(troupe_id, mine[0].id)


def link_member(member_id: int, _joined_at: datetime) -> None:
    """Link the roster rows that named somebody before they had an account."""
    claims.link(Member.id == member_id)


def link_due() -> int:
    """Link roster rows to the accounts that came meanwhile; return how many."""
    return claims.link()
