"""Who comes in by an order's seats, where a performance asks for names and documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from palace.clock import palace_day
from palace.companions.models import Companion
from palace.companions.rules import birthday, check_company
from palace.consents import services as consents
from palace.consents.rules import Purpose
from palace.identities import rules
from palace.identities.errors import DocumentNeeded, EntrantsNeeded, IdentityTaken
from palace.identities.rules import Declared
from palace.identities.services import hashed, key_id_at
from palace.programme.rules import IdentityPolicy
from palace.tickets import claims, queries
from palace.tickets.models import Order
from palace.tickets.terms import Show
from palace.venues.queries import house_rules

Person = Declared | Companion
"""Somebody who comes in: typed for this order, or of the member's list."""


def name_them(
    order: Order, show: Show, entrants: Sequence[Person], now: datetime, *, guardian: bool
) -> None:
    """Write who comes in by each claim of an order that is about to be confirmed.

    Args:
        entrants: one for each claim in plan order, or the buyer alone where only the buyer is asked.
        guardian: whether a guardian consents for entrants under 14; for kept people they have before.

    Raises:
        EntrantsNeeded: too few or too many, a number that is none, or a child without consent.
        DocumentNeeded: somebody of the member's list has no document that this show can compare.
        TooManyPeople, TooManyMinors: more than the house lets one order bring.
        IdentityTaken: a document has a ticket already, or was given twice.
    """
    if show.identity_policy is IdentityPolicy.NONE:
        return
    named = claims_named(order, show, entrants, now)
    today = palace_day(now)
    children = [_needs_guardian(entrant, today) for _, entrant in named]
    typed = [one for _, one in named if isinstance(one, Declared)]
    if any(rules.flaw_of(one.document, one.number, today) for one in typed):
        raise EntrantsNeeded
    if any(_needs_guardian(one, today) for one in typed) and not guardian:
        raise EntrantsNeeded
    _check_company(show, entrants, today)
    rows = [
        _row(order, show, claim_id, entrant, now) | {"by_guardian": child}
        for (claim_id, entrant), child in zip(named, children, strict=True)
    ]
    distinct = len({row["identity_hash"] for row in rows})
    alone = show.one_per_identity or show.identity_policy is IdentityPolicy.EVERY_ENTRANT
    consents.give(order.member_id, Purpose.IDENTITY, now)
    if any(children):
        consents.give(order.member_id, Purpose.GUARDIAN, now)
    if (alone and distinct < len(rows)) or claims.name_entrants(show.id, rows, now) < len(rows):
        raise IdentityTaken


def claims_named(
    order: Order, show: Show, entrants: Sequence[Person], now: datetime
) -> list[tuple[int, Person]]:
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


def _check_company(show: Show, entrants: Sequence[Person], today: date) -> None:
    if show.identity_policy is not IdentityPolicy.EVERY_ENTRANT:
        return
    house = house_rules()
    limits = (house.people_per_order, house.minors_per_order, house.minor_age)
    births = [
        one.born_on if isinstance(one, Companion) else birthday(one, None) for one in entrants
    ]
    check_company(births, limits, today)


def _needs_guardian(one: Person, today: date) -> bool:
    if isinstance(one, Companion):
        return one.born_on is not None and rules.age(one.born_on, today) < rules.GUARDIAN_AGE
    return rules.needs_guardian(one, today)


def _row(order: Order, show: Show, claim_id: int, entrant: Person, now: datetime) -> dict[str, Any]:
    return {
        "performance_id": show.id,
        "order_id": order.id,
        "claim_id": claim_id,
        "name": entrant.name,
        "document": entrant.document,
        "exclusive": show.one_per_identity,
        "consented_at": now,
    } | _mark(entrant, show.sale_opens_at)


def _mark(entrant: Person, opened_at: datetime) -> dict[str, Any]:
    """Return what stays of a number; one that was kept must have been hashed by the sale's own key."""
    if isinstance(entrant, Declared):
        key_id, identity_hash = hashed(entrant, opened_at)
        end = rules.last_four(entrant.number)
        return {"key_id": key_id, "identity_hash": identity_hash, "last_four": end}
    if not fits(entrant, opened_at):
        raise DocumentNeeded(name=entrant.name)
    return {
        "key_id": entrant.key_id,
        "identity_hash": entrant.identity_hash,
        "last_four": entrant.last_four,
    }


def fits(kept: Companion, opened_at: datetime) -> bool:
    """Return whether somebody's kept document can be compared at a show whose sale opened then."""
    return kept.key_id is not None and kept.key_id == key_id_at(opened_at)
