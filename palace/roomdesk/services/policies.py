"""Changing the figures of a policy, and making one."""

from __future__ import annotations

from palace.db import db
from palace.members.services import note
from palace.roomdesk.queries.policies import figures_of, get_preset, locked_policy, rooms_of
from palace.roomdesk.rules import of_column, of_preset
from palace.rooms import claims
from palace.rooms.policies import Policy
from palace.rooms.wishes import Takers
from palace.security import public_code
from palace.statements import execute
from palace.venues.errors import FiguresChanged
from palace.venues.figure import Figures, changed_by, moved_since


def set_figures(policy: Policy, wanted: Figures, *, seen: str, why: str = "") -> list[str]:
    """Change figures of a policy; return the names of those that are otherwise now.

    Its rooms are locked as whoever takes one does: nobody has one by old figures after this.

    Args:
        wanted: figures by name, all of the policy or some.
        seen: its figures as whoever changes them saw them (`seen_as`).
        why: what they say of it, in the audit.

    Raises:
        FiguresChanged: they are not what was seen any more; nothing is changed.
    """
    execute(*claims.locking_spaces(rooms_of(policy.id)))
    policy = locked_policy(policy.id)
    before = figures_of(policy)
    moved = moved_since(seen, before)
    if moved:
        raise FiguresChanged(moved)
    changed = changed_by(wanted, before)
    for name, value in changed.items():
        setattr(policy, name, of_column(name, value))
    db.session.flush()
    if changed:
        was = {name: before[name] for name in changed}
        note("policy_set", f"policy:{policy.id}", before=was, after=changed, why=why or None)
    return list(changed)


def take_preset(policy: Policy, code: str, *, seen: str, why: str = "") -> list[str]:
    """Give a policy the figures of a preset; those it says nothing of stay. Return what is otherwise now.

    Raises:
        PresetUnknown: there is no such preset for who takes these rooms.
        FiguresChanged: somebody changed figures meanwhile.
    """
    preset = get_preset(code, policy.takers)
    return set_figures(policy, of_preset(preset.figures), seen=seen, why=why)


def make_policy(site_id: int, takers: Takers, name_zh: str, name_en: str) -> Policy:
    """Make a policy of a house with the figures a policy begins with."""
    policy = Policy(
        site_id=site_id, code=public_code(), takers=takers, name_zh=name_zh, name_en=name_en
    )
    db.session.add(policy)
    db.session.flush()
    note("policy_made", f"policy:{policy.id}", after={"takers": takers.value})
    return policy
