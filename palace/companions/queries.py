"""Who is on a member's list; reads only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select

from palace.companions.models import Companion
from palace.companions.rules import Relation
from palace.db import db
from palace.errors import NotFound


def companions_of(member_id: int) -> list[Companion]:
    """Return whom a member keeps, themselves first, then in the order they were added."""
    wanted = select(Companion).where(Companion.member_id == member_id)
    return list(
        db.session.scalars(wanted.order_by(Companion.relation != Relation.SELF, Companion.id))
    )


def chosen(member_id: int, ids: Sequence[int]) -> list[Companion]:
    """Return the people of a member's list with these ids, in the order of the list.

    Raises:
        NotFound: one of them is not on it, or somebody else's.
    """
    wanted = set(ids)
    found = [one for one in companions_of(member_id) if one.id in wanted]
    if len(found) < len(wanted):
        raise NotFound
    return found


def own_last_four(member_id: int) -> str | None:
    """Return the last four of the document a member keeps of themselves."""
    own = select(Companion.last_four).where(
        Companion.member_id == member_id, Companion.relation == Relation.SELF
    )
    return db.session.scalar(own)


def has_companions(key_id: str) -> bool:
    """Return whether the hash of anybody's document was made with a key."""
    return bool(db.session.scalar(select(exists().where(Companion.key_id == key_id))))
