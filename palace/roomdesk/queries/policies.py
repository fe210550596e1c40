"""Policies with their figures as they are and by default, presets, and the dates that hold under them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import ColumnDefault, and_, func, or_, select

from palace.clock import at, palace_day
from palace.db import db, table_of
from palace.errors import NotFound
from palace.hours.queries.weeks import Sites
from palace.roomdesk.rules import Taken, minutes_between, plain
from palace.rooms.figures import figures_for
from palace.rooms.models import Occurrence, Room
from palace.rooms.policies import Policy, PolicyPreset
from palace.rooms.queries.free import holds
from palace.rooms.rules import monday, month
from palace.rooms.states import HOLDING, OccurrenceState
from palace.rooms.wishes import Takers
from palace.troupes.models import Troupe
from palace.venues.errors import PresetUnknown
from palace.venues.figure import Value
from palace.venues.models import Occupancy


def policies(sites: Sites) -> Sequence[Policy]:
    """Return the policies of houses, in the order they were made."""
    wanted = select(Policy).order_by(Policy.site_id, Policy.id)
    if sites is not None:
        wanted = wanted.where(Policy.site_id.in_(sites))
    return db.session.scalars(wanted).all()


def room_counts() -> dict[int, int]:
    """Return how many rooms each policy is for."""
    counted = select(Room.policy_id, func.count().label("rooms")).group_by(Room.policy_id)
    return {row.policy_id: row.rooms for row in db.session.execute(counted)}


def get_policy(policy_id: int, sites: Sites) -> Policy:
    """Return a policy of these houses.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Policy, policy_id)
    if found is None or (sites is not None and found.site_id not in sites):
        raise NotFound
    return found


def locked_policy(policy_id: int) -> Policy:
    """Return a policy that is known to exist under its lock, as it stands once that is ours."""
    wanted = select(Policy).where(Policy.id == policy_id).with_for_update(key_share=True)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def rooms_of(policy_id: int) -> Sequence[int]:
    """Return the spaces that are lent by a policy."""
    return db.session.scalars(select(Room.space_id).where(Room.policy_id == policy_id)).all()


def figures_of(policy: Policy) -> dict[str, Value]:
    """Return the figures of a policy that mean something for who takes its rooms, as a form has them."""
    by_section = figures_for(policy.takers).values()
    return {one.name: plain(getattr(policy, one.name)) for figures in by_section for one in figures}


def default_of(name: str) -> Value:
    """Return what a figure is in a policy that never changed it.

    Raises:
        TypeError: the column has no plain default.
    """
    default = table_of(Policy).c[name].default
    if not isinstance(default, ColumnDefault):
        raise TypeError(name)
    return plain(default.arg)


def presets(takers: Takers) -> Sequence[PolicyPreset]:
    """Return what other houses live by, for who takes rooms there."""
    wanted = select(PolicyPreset).where(PolicyPreset.takers == takers)
    return db.session.scalars(wanted.order_by(PolicyPreset.position)).all()


def get_preset(code: str, takers: Takers) -> PolicyPreset:
    """Return a preset by its code.

    Raises:
        PresetUnknown: there is none for these takers.
    """
    found = db.session.get(PolicyPreset, code)
    if found is None or found.takers is not takers:
        raise PresetUnknown
    return found


def taken_since(now: datetime) -> list[Taken]:
    """Return every date that holds or was used, from the beginning of this week and this month on."""
    today = palace_day(now)
    first = min(monday(today), month(today))
    wanted = (
        select(Occurrence, Room.policy_id, Troupe.week_minutes, Troupe.month_minutes)
        .join(Room, Room.space_id == Occurrence.space_id)
        .outerjoin(Troupe, Troupe.id == Occurrence.troupe_id)
        .outerjoin(Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .where(
            Occurrence.day >= first,
            or_(
                Occurrence.state == OccurrenceState.MISSED,
                and_(Occurrence.state.in_(HOLDING), holds()),
            ),
        )
    )
    return [_taken(*row, now=now) for row in db.session.execute(wanted)]


def _taken(
    one: Occurrence, policy_id: int, week: int | None, most: int | None, *, now: datetime
) -> Taken:
    midnight, alone = at(one.day, time()), one.troupe_id is None
    return Taken(
        day=one.day,
        begins=minutes_between(midnight, one.starts_at),
        ends=minutes_between(midnight, one.ends_at),
        policy_id=policy_id,
        is_coming=one.starts_at > now and one.state in HOLDING,
        troupe_id=one.troupe_id,
        member_id=one.member_id if alone else None,
        unit_id=one.unit_id if alone else None,
        week_minutes=week,
        month_minutes=most,
    )
