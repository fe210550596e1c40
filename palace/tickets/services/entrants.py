"""Who comes in by an order's seats, where a performance asks for names and documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from palace.clock import palace_day
from palace.identities import rules
from palace.identities.errors import EntrantsNeeded, IdentityTaken
from palace.identities.rules import Declared
from palace.identities.services import hashed
from palace.programme.rules import IdentityPolicy
from palace.tickets import claims, queries
from palace.tickets.models import Order
from palace.tickets.terms import Show


def name_them(
    order: Order, show: Show, entrants: Sequence[Declared], now: datetime, *, guardian: bool
) -> None:
    """Write who comes in by each claim of an order that is about to be confirmed.

    Args:
        entrants: one for each claim in plan order, or the buyer alone where only the buyer is asked.
        guardian: whether a guardian consents for entrants under 14.

    Raises:
        EntrantsNeeded: too few or too many, a number that is none, or a child without consent.
        IdentityTaken: a document has a ticket already, or was given twice.
    """
    if show.identity_policy is IdentityPolicy.NONE:
        return
    named = claims_named(order, show, entrants, now)
    today = palace_day(now)
    children = [rules.needs_guardian(entrant, today) for _, entrant in named]
    if any(rules.flaw_of(one.document, one.number, today) for _, one in named):
        raise EntrantsNeeded
    if any(children) and not guardian:
        raise EntrantsNeeded
    rows = [
        _row(order, show, claim_id, entrant, now) | {"by_guardian": child}
        for (claim_id, entrant), child in zip(named, children, strict=True)
    ]
    distinct = len({row["identity_hash"] for row in rows})
    alone = show.one_per_identity or show.identity_policy is IdentityPolicy.EVERY_ENTRANT
    if (alone and distinct < len(rows)) or claims.name_entrants(show.id, rows, now) < len(rows):
        raise IdentityTaken


def claims_named(
    order: Order, show: Show, entrants: Sequence[Declared], now: datetime
) -> list[tuple[int, Declared]]:
    """Return an order's live claims with who comes in by each; the buyer stands for all of their own.

    Raises:
        EntrantsNeeded: the numbers differ.
    """
    ids = [claim.id for claim in queries.live_claims(order, now)]
    if show.identity_policy is IdentityPolicy.BUYER and len(entrants) == 1:
        entrants = [*entrants] * len(ids)
    if not ids or len(entrants) != len(ids):
        raise EntrantsNeeded
    return list(zip(ids, entrants, strict=True))


def _row(
    order: Order, show: Show, claim_id: int, entrant: Declared, now: datetime
) -> dict[str, Any]:
    key_id, identity_hash = hashed(entrant, show.sale_opens_at)
    return {
        "performance_id": show.id,
        "order_id": order.id,
        "claim_id": claim_id,
        "name": entrant.name,
        "document": entrant.document,
        "identity_hash": identity_hash,
        "key_id": key_id,
        "last_four": rules.last_four(entrant.number),
        "exclusive": show.one_per_identity,
        "consented_at": now,
    }
