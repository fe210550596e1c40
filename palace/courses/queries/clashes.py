"""What else somebody has while a class is on: shows, rehearsals, other classes, those of their children."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from palace.agenda import queries as agenda
from palace.agenda.models import AgendaEntry
from palace.companions.models import Companion
from palace.courses.belonging import BELONGING
from palace.courses.claims import holds
from palace.courses.models import ClassSession, Enrolment
from palace.courses.states import SessionState
from palace.db import db
from palace.members.rules import Known


@dataclass(frozen=True, kw_only=True)
class Clash:
    """One thing of somebody that overlaps sessions of a class: what, when first, how often.

    `whose`: of the class of somebody they enrolled, the names; empty: their own.
    """

    entry: AgendaEntry
    starts_at: datetime
    count: int
    whose: tuple[str, ...] = ()


def clashes_with(member: Known, offering_id: int, now: datetime) -> list[Clash]:
    """Return what a member, or somebody they enrolled, has while a class is on from now, next first."""
    spans = select(ClassSession.starts_at, ClassSession.ends_at).where(
        ClassSession.offering_id == offering_id,
        ClassSession.state == SessionState.PLANNED,
        ClassSession.ends_at > now,
    )
    times = [(row.starts_at, row.ends_at) for row in db.session.execute(spans)]
    there = agenda.clashes(member.id, times, BELONGING)
    others = [entry for entry in there if entry.offering_id != offering_id]
    found = _once_each(others)
    names = _names(member.id, [one.entry.offering_id for one in found if one.entry.offering_id])
    return [
        Clash(
            entry=one.entry,
            starts_at=one.starts_at,
            count=one.count,
            whose=names.get(one.entry.offering_id or 0, ()),
        )
        for one in found
    ]


def _once_each(entries: Iterable[AgendaEntry]) -> list[Clash]:
    """Return the sessions of one class, and the rehearsals of one troupe, as one clash each."""
    by_thing: dict[tuple[int | None, int | None, str], list[AgendaEntry]] = {}
    for entry in entries:
        of_group = entry.offering_id is not None or entry.troupe_id is not None
        thing = (entry.offering_id, entry.troupe_id, "" if of_group else entry.subject)
        by_thing.setdefault(thing, []).append(entry)
    return [
        Clash(entry=those[0], starts_at=those[0].during.lower, count=len(those))
        for those in by_thing.values()
        if those[0].during.lower is not None
    ]


def _names(member_id: int, offering_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Return by class the names of those whom a member enrolled there."""
    wanted = (
        select(Enrolment.offering_id, Companion.name)
        .join(Companion, Companion.id == Enrolment.companion_id)
        .where(Enrolment.member_id == member_id, Enrolment.offering_id.in_(offering_ids), holds())
        .order_by(Enrolment.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for offering_id, name in db.session.execute(wanted) if offering_ids else ():
        found[offering_id] = (*found.get(offering_id, ()), name)
    return found
