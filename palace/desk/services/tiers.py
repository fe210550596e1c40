"""Kinds of tickets: added, changed, taken off sale; one that was ever used is never deleted."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from palace import clock
from palace.db import db
from palace.desk import claims
from palace.desk.errors import TierInUse, TierNamed
from palace.desk.queries import selling
from palace.desk.services.staging import check_seen
from palace.members.services import note
from palace.programme.models import Tier
from palace.programme.rules import Qualifies
from palace.text import slug


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a tier says: its names, for whom, how many, what the door asks for, who bears the rest."""

    name_zh: str
    name_en: str
    qualifies: Qualifies
    cap: int | None
    monthly: bool
    proof_zh: str
    proof_en: str
    fund: str | None


def add(terms: Terms) -> Tier:
    """Add a tier; its code, by which programs call it, is made from its English name.

    Raises:
        TierNamed: there is one of this name, such as when the same form is sent twice.
    """
    claims.lock_new_tiers()
    known = selling.tiers()
    if terms.name_zh in {tier.name_zh for tier in known if tier.ended_at is None}:
        raise TierNamed(name=terms.name_zh)
    code = slug(terms.name_en, [tier.code for tier in known], "tier")
    tier = Tier(code=code, **asdict(terms))
    db.session.add(tier)
    db.session.flush()
    note("tier_added", subject(tier), after=dict(selling.tier_values(tier)))
    return tier


def change(tier_id: int, terms: Terms, *, seen: str) -> bool:
    """Change a tier; return whether anything is otherwise. What is sold keeps its price and fund.

    Raises:
        ChangedMeanwhile: somebody else changed it since `seen`.
        NotFound: there is none.
    """
    tier = claims.lock_tier(tier_id)
    before = selling.tier_values(tier)
    check_seen(seen, before)
    for name, value in asdict(terms).items():
        setattr(tier, name, value)
    db.session.flush()
    after = selling.tier_values(tier)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        note(
            "tier_changed",
            subject(tier),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return bool(changed)


def end(tier_id: int) -> Tier:
    """Take a tier off sale for new performances; those sold by it go on until it is taken off there."""
    tier = claims.lock_tier(tier_id)
    if tier.ended_at is None:
        tier.ended_at = clock.now()
        note("tier_ended", subject(tier))
    return tier


def resume(tier_id: int) -> Tier:
    """Put a tier on sale again."""
    tier = claims.lock_tier(tier_id)
    if tier.ended_at is not None:
        tier.ended_at = None
        note("tier_resumed", subject(tier))
    return tier


def remove(tier_id: int) -> None:
    """Delete a tier that was never priced nor bought.

    Raises:
        TierInUse: it was.
    """
    tier = claims.lock_tier(tier_id)
    if selling.in_use(tier.id):
        raise TierInUse
    note("tier_removed", subject(tier), before=dict(selling.tier_values(tier)))
    db.session.delete(tier)
    db.session.flush()


def subject(tier: Tier) -> str:
    """Return what a tier is called in the audit."""
    return f"tier:{tier.id}"
