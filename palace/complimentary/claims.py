"""The locks of complimentary tickets, and the tier they are in."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from palace.complimentary.rules import TIER
from palace.db import db
from palace.members.models import Member
from palace.programme.models import Tier
from palace.programme.rules import Qualifies
from palace.text import N_


def lock_members(member_ids: Collection[int]) -> int:
    """Lock members by number, all of them before the allowance and the seats; return how many there are."""
    wanted = select(Member.id).where(Member.id.in_(member_ids), Member.erased_at.is_(None))
    locked = wanted.order_by(Member.id).with_for_update(key_share=True)
    return len(db.session.scalars(locked).all())


def lock_allowance(performance_id: int) -> None:
    """Lock a show's allowance until the transaction ends: what is given of it is true from here on."""
    words = f"complimentary:{performance_id}"
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(words, 0))))


def the_tier() -> Tier:
    """Return the tier of complimentary tickets, made with the first of them; its names are the desk's."""
    row = {
        "code": TIER,
        "name_zh": N_("赠票"),
        "name_en": "Complimentary",
        "qualifies": Qualifies.HOUSE,
        "monthly": False,
        "proof_zh": "",
        "proof_en": "",
    }
    db.session.execute(insert(Tier).values(row).on_conflict_do_nothing(index_elements=[Tier.code]))
    return db.session.scalars(select(Tier).where(Tier.code == TIER)).one()
