"""Who signed up for a block, and whom the names of a list mean; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from palace.blocks.models import Block, ListedName, SignUp
from palace.db import db
from palace.members.models import Member, RosterEntry
from palace.roster.tree import below


def rank_of(block: Block, member_id: int) -> int | None:
    """Return which place somebody has among those who wait for a block's hour; None: none."""
    ids = [one.member_id for one in sign_ups(block) if one.outcome is None]
    return ids.index(member_id) + 1 if member_id in ids else None


def sign_ups(block: Block) -> Sequence[SignUp]:
    """Return who signed up for a block, in their order."""
    wanted = select(SignUp).where(SignUp.block_id == block.id)
    return db.session.scalars(wanted.order_by(SignUp.signed_at, SignUp.id)).all()


def entries_called(names: Collection[str], unit_id: int) -> Sequence[RosterEntry]:
    """Return the entries of some names on the rosters of a unit and those below, the newest last."""
    wanted = select(RosterEntry).where(
        RosterEntry.name.in_(names), RosterEntry.unit_id.in_(below(unit_id))
    )
    return db.session.scalars(wanted.order_by(RosterEntry.id)).all()


def accounts_of(entry_ids: Collection[int]) -> dict[int, int]:
    """Return the member of each roster entry that has an account."""
    wanted = select(Member.roster_entry_id, Member.id).where(Member.roster_entry_id.in_(entry_ids))
    return {entry_id: member_id for entry_id, member_id in db.session.execute(wanted) if entry_id}


def entries_of(names: Sequence[ListedName]) -> dict[int, RosterEntry]:
    """Return the roster entries that lines of a list name, by number."""
    ids = [one.roster_entry_id for one in names if one.roster_entry_id]
    wanted = select(RosterEntry).where(RosterEntry.id.in_(ids))
    return {entry.id: entry for entry in db.session.scalars(wanted)}
