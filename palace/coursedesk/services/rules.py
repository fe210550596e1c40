"""Changing the figures of classes of a house."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from palace.coursedesk.queries.rules import figures_of, locked_rules
from palace.courses.policies import ClassRules
from palace.db import db
from palace.members.services import note
from palace.venues.errors import FiguresChanged
from palace.venues.figure import Figures, changed_by, moved_since


def set_figures(site_id: int, wanted: Figures, *, seen: str, why: str = "") -> list[str]:
    """Change figures of a house's classes, which are its own from then on; return what is otherwise now.

    Args:
        seen: the figures as whoever changes them saw them (`seen_as`).
        why: what they say of it, in the audit.

    Raises:
        FiguresChanged: they are not what was seen any more; nothing is changed.
    """
    before = figures_of(site_id)
    new = insert(ClassRules).values(site_id=site_id, **before).on_conflict_do_nothing()
    db.session.execute(new)
    rules = locked_rules(site_id)
    before = figures_of(site_id)
    moved = moved_since(seen, before)
    if moved:
        raise FiguresChanged(moved)
    changed = changed_by(wanted, before)
    for name, value in changed.items():
        setattr(rules, name, value)
    db.session.flush()
    if changed:
        was = {name: before[name] for name in changed}
        note("class_rules_set", f"site:{site_id}", before=was, after=changed, why=why or None)
    return list(changed)
