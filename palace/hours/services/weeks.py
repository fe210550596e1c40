"""Setting the hours of the week of a house or of one of its spaces."""

from __future__ import annotations

from sqlalchemy import delete, select

from palace.db import db
from palace.hours.errors import HoursChanged, HoursMissing
from palace.hours.models import OpeningHours
from palace.hours.queries import HOURS_NAME
from palace.hours.queries.weeks import seen_as, week_of
from palace.hours.rules import WEEKDAYS, Week, week_as_said
from palace.members.services import note
from palace.once import change
from palace.venues.models import Site, Space


def set_week(place: Site | Space, week: Week, *, seen: str, why: str = "") -> bool:
    """Give a house or a space its hours of the week; return whether any is otherwise now.

    Args:
        place: a space has hours of its own from here on.
        week: parts by weekday, none where it is closed.
        seen: the hours as whoever changes them saw them (`seen_as`).
        why: what they say of it, in the audit.

    Raises:
        HoursMissing: a space would be open on no day.
        HoursChanged: they are not what was seen any more; nothing is changed.
    """
    if isinstance(place, Space) and not any(week.get(number) for number in WEEKDAYS):
        raise HoursMissing
    return _set(place, week, seen, why)


def follow_house(space: Space, *, seen: str, why: str = "") -> bool:
    """Let a space be open when its house is; return whether it had hours of its own.

    Raises:
        HoursChanged: they are not what was seen any more; nothing is changed.
    """
    return _set(space, {}, seen, why)


def _set(place: Site | Space, week: Week, seen: str, why: str) -> bool:
    space_id = place.id if isinstance(place, Space) else None
    site_id = place.site_id if isinstance(place, Space) else place.id
    db.session.execute(select(Site.id).where(Site.id == site_id).with_for_update(key_share=True))
    standing = week_of(site_id, space_id)
    if seen != seen_as(standing):
        raise HoursChanged
    was, now = week_as_said(standing), week_as_said(week)
    changed = [name for name in now if now[name] != was[name]]
    if not changed:
        return False
    of_place = OpeningHours.space_id.is_not_distinct_from(space_id)
    db.session.execute(delete(OpeningHours).where(OpeningHours.site_id == site_id, of_place))
    change(HOURS_NAME)
    db.session.add_all(_rows(site_id, space_id, week))
    db.session.flush()
    subject = f"space:{space_id}" if space_id else f"site:{site_id}"
    before, after = ({name: of[name] for name in changed} for of in (was, now))
    note("hours_set", subject, before=before, after=after, why=why or None)
    return True


def _rows(site_id: int, space_id: int | None, week: Week) -> list[OpeningHours]:
    return [
        OpeningHours(
            site_id=site_id, space_id=space_id, weekday=weekday, opens=opens, closes=closes
        )
        for weekday in WEEKDAYS
        for opens, closes in (one.clock_times for one in week.get(weekday, ()))
    ]
