"""Keeping somebody on a member's list, and taking them off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from palace.clock import palace_day
from palace.companions import queries, rules
from palace.companions.errors import KeptBefore, TooManyKept
from palace.companions.models import Companion
from palace.companions.rules import Relation
from palace.consents import services as consents
from palace.consents.rules import Purpose
from palace.db import db
from palace.errors import NotFound
from palace.identities.rules import GUARDIAN_AGE, Declared, last_four
from palace.identities.services import hashed
from palace.members import queries as members
from palace.members.rules import Known
from palace.members.services import Personal, note
from palace.venues.queries import house_rules


@dataclass(frozen=True, kw_only=True)
class Introduced:
    """Somebody a member wants on their list, as typed; the document may be missing."""

    name: str
    relation: Relation
    born_on: date | None
    declared: Declared | None
    by_guardian: bool = False


def keep(member: Known, person: Introduced, now: datetime) -> Companion:
    """Put somebody on a member's list; of a number only its keyed hash and last four stay.

    Raises:
        TooManyKept: the list is full; the member themselves need no place on it.
        KeptBefore: they are on it.
    """
    members.lock(member.id)
    house = house_rules()
    others = [one for one in queries.companions_of(member.id) if one.relation is not Relation.SELF]
    if person.relation is not Relation.SELF and len(others) >= house.companions_kept:
        raise TooManyKept(limit=house.companions_kept)
    born, today = rules.birthday(person.declared, person.born_on), palace_day(now)
    by_guardian = person.by_guardian and rules.is_minor(born, GUARDIAN_AGE, today)
    if not rules.is_minor(born, house.minor_age, today):
        born = None
    row = {
        "member_id": member.id,
        "name": person.name,
        "relation": person.relation,
        "born_on": born,
        "by_guardian": by_guardian,
        "added_at": now,
    } | _mark(person.declared, now)
    new = insert(Companion).values(row).on_conflict_do_nothing().returning(Companion)
    kept = db.session.scalars(new).first()
    if kept is None:
        raise KeptBefore
    if person.declared:
        consents.give(member.id, Purpose.IDENTITY, now)
    if by_guardian:
        consents.give(member.id, Purpose.GUARDIAN, now)
    _note(kept, added=True)
    return kept


def remove(member: Known, companion_id: int) -> None:
    """Take somebody off a member's list; tickets that name them stay as they are.

    Raises:
        NotFound: they are not on it.
    """
    members.lock(member.id)
    found = next((c for c in queries.companions_of(member.id) if c.id == companion_id), None)
    if found is None:
        raise NotFound
    _note(found, added=False)
    db.session.delete(found)
    db.session.flush()


def take_back(member_id: int, purpose: Purpose) -> None:
    """Let go of what a member kept by a word they take back: documents, or children by their guardian."""
    members.lock(member_id)
    for kept in queries.companions_of(member_id):
        if purpose is Purpose.IDENTITY:
            kept.document = kept.identity_hash = kept.key_id = kept.last_four = None
        elif purpose is Purpose.GUARDIAN and kept.by_guardian:
            _note(kept, added=False)
            db.session.delete(kept)
    db.session.flush()


def _mark(declared: Declared | None, now: datetime) -> dict[str, Any]:
    if declared is None:
        return {}
    key_id, identity_hash = hashed(declared, now)
    return {
        "document": declared.document,
        "identity_hash": identity_hash,
        "key_id": key_id,
        "last_four": last_four(declared.number),
    }


def _note(kept: Companion, *, added: bool) -> None:
    values = {"name": kept.name, "last_four": kept.last_four}
    personal = Personal(kept.member_id, {} if added else values, values if added else {})
    subject = f"member:{kept.member_id}"
    note("companion_kept" if added else "companion_removed", subject, personal=personal)
