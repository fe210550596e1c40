"""Changing figures of the house."""

from __future__ import annotations

from palace.db import db
from palace.house import queries
from palace.members.services import note
from palace.venues.errors import FiguresChanged
from palace.venues.figure import Figures, changed_by, moved_since
from palace.venues.figures import Group


def set_figures(group: Group, wanted: Figures, *, seen: str, why: str = "") -> list[str]:
    """Change figures of a group; return the names of those that are otherwise now.

    Args:
        wanted: figures by name, all of the group or some.
        seen: the group's figures as whoever changes them saw them (`seen_as`).
        why: what they say of it, in the audit for everybody who reads it.

    Raises:
        FiguresChanged: they are not what was seen any more; nothing is changed.
    """
    house = queries.locked()
    before = queries.figures_of(group, house)
    moved = moved_since(seen, before)
    if moved:
        raise FiguresChanged(moved)
    changed = changed_by(wanted, before)
    for name, value in changed.items():
        setattr(house, name, value)
    db.session.flush()
    if changed:
        was = {name: before[name] for name in changed}
        note("rules_set", f"site:{house.site_id}", before=was, after=changed, why=why or None)
    return list(changed)


def take_preset(code: str, *, seen: str, why: str = "") -> list[str]:
    """Let strikes lead to what a preset says; return the names of the figures that are otherwise now.

    Raises:
        PresetUnknown: there is no such preset.
        FiguresChanged: somebody changed figures of strikes meanwhile.
    """
    ladder = queries.get_preset(code).ladder
    figures = {
        "strikes_to_bar": ladder.strikes,
        "strike_within_days": ladder.within_days,
        "bar_days": ladder.bar_days,
    }
    return set_figures(Group.STRIKES, figures, seen=seen, why=why)
