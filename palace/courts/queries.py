"""Which kinds of courts there are, which are free by the hour, and what a member has; never writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from palace.clock import SHANGHAI
from palace.courts.rules import Hour, hours_of
from palace.db import db
from palace.hours.queries import open_spans
from palace.members.rules import Known
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.policies import Policy
from palace.rooms.queries.free import Use, holds, occupied
from palace.rooms.services import Wish
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import Span, Takers
from palace.venues.models import Occupancy, Site, Space

TAKEN = (OccurrenceState.CONFIRMED, OccurrenceState.PENDING)
SPORT = "sport"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of court of a house: its policy, which names it, and its courts."""

    policy: Policy
    site: Site
    courts: Sequence[Room]

    @property
    def code(self) -> str:
        """Return its code, one of its house."""
        return self.policy.code

    def wish(self, court: Room, span: Span, member: Known) -> Wish:
        """Return the wish of a member for one of the courts."""
        purposes = court.purposes or [SPORT]
        return Wish(
            space_id=court.space_id,
            spans=(span,),
            purpose=SPORT if SPORT in purposes else purposes[0],
            people=max(1, court.min_people),
            troupe_id=None,
            member=member,
        )


@dataclass(frozen=True, kw_only=True)
class Mine:
    """A court that a member has: which, when, and the code of its reservation."""

    space: Space
    starts_at: datetime
    ends_at: datetime
    code: str


def kinds() -> list[Kind]:
    """Return the kinds of courts, by house; a policy that members take courts by is a kind."""
    wanted = (
        select(Room)
        .join(Policy, Policy.id == Room.policy_id)
        .join(Space, Space.id == Room.space_id)
        .where(Policy.takers == Takers.MEMBER, Room.bookable)
        .order_by(Space.site_id, Policy.id, Space.id)
    )
    found: dict[tuple[int, int], list[Room]] = {}
    for court in db.session.scalars(wanted):
        found.setdefault((court.space.site_id, court.policy_id), []).append(court)
    return [
        Kind(policy=courts[0].policy, site=courts[0].space.site, courts=courts)
        for courts in found.values()
    ]


def hours(kind: Kind, day: date, now: datetime, mine: Mapping[datetime, str]) -> list[Hour]:
    """Return the hours of a day that have not begun, with the courts that are free then.

    Args:
        mine: codes of the reservations that who looks has of this kind, by their start.
    """
    opened = open_spans({court.space_id: kind.site.id for court in kind.courts}, [day])
    uses = _uses(kind, day)
    free: dict[tuple[datetime, datetime], list[int]] = {}
    for court in kind.courts:
        here = [
            (opens.astimezone(SHANGHAI), closes.astimezone(SHANGHAI))
            for opens, closes in opened.get((court.space_id, day), ())
        ]
        policy = kind.policy
        for span in hours_of(here, minutes=policy.min_minutes, step=policy.step_minutes):
            free.setdefault(span, [])
            if _is_free(court, span, uses.get(court.space_id, ())):
                free[span].append(court.space_id)
    return [
        Hour(starts_at=begins, ends_at=ends, free=tuple(found), mine=mine.get(begins))
        for (begins, ends), found in sorted(free.items())
        if begins >= now
    ]


def _uses(kind: Kind, day: date) -> dict[int, list[Use]]:
    uses: dict[int, list[Use]] = {}
    for use in occupied([court.space_id for court in kind.courts], [day]):
        uses.setdefault(use.space_id, []).append(use)
    return uses


def _is_free(court: Room, span: tuple[datetime, datetime], uses: Sequence[Use]) -> bool:
    begins = span[0] - timedelta(minutes=court.setup_minutes)
    ends = span[1] + timedelta(minutes=court.teardown_minutes)
    return not any(use.starts_at < ends and begins < use.ends_at for use in uses)


def coming(member_id: int, kinds_here: Sequence[Kind], now: datetime) -> list[Mine]:
    """Return the courts that a member has and that are not over, the next first."""
    space_ids = [court.space_id for kind in kinds_here for court in kind.courts]
    wanted = (
        select(Space, Occurrence.starts_at, Occurrence.ends_at, Reservation.code)
        .join_from(Occurrence, Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .join(Space, Space.id == Occurrence.space_id)
        .join(Reservation, Reservation.id == Occurrence.reservation_id)
        .where(
            Occurrence.member_id == member_id,
            Occurrence.day >= now.astimezone(SHANGHAI).date(),
            Occurrence.space_id.in_(space_ids),
            Occurrence.state.in_(TAKEN),
            Occurrence.ends_at > now,
            holds(),
        )
        .order_by(Occurrence.starts_at)
    )
    return [
        Mine(space=space, starts_at=starts_at, ends_at=ends_at, code=code)
        for space, starts_at, ends_at, code in db.session.execute(wanted)
    ]
