"""Whom staff may act for: members, and people of rosters who have no account yet; reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, false, or_, select

from palace.clock import palace_day
from palace.companions.models import Companion
from palace.companions.rules import Relation
from palace.db import db
from palace.identities.rules import Declared, Document, flaw_of, is_id_card, tidy_number
from palace.identities.services import all_hashes
from palace.members.models import Member, RosterEntry
from palace.members.rules import mask_name, mobile_number, tidy_name
from palace.roster.rules import read_card
from palace.roster.tree import find_units
from palace.tickets.tokens import read_member_token

MOST_FOUND = 20
NEW = "r"
"""How a roster entry without an account begins where people are told apart."""


class FoundBy(StrEnum):
    """What somebody was found by; the audit says it."""

    CODE = "code"
    DOCUMENT = "document"
    PHONE = "phone"
    CARD = "card"
    NAME = "name"
    NEW = "new"


@dataclass(frozen=True)
class Found:
    """Somebody staff found: a member ("m5"), or an entry of a roster without an account ("r7")."""

    person: str
    name: str
    unit: str | None
    card_end: str
    phone_end: str
    found_by: FoundBy

    @property
    def is_new(self) -> bool:
        """Return whether they have no account yet."""
        return self.person.startswith(NEW)


def by_word(typed: str, now: datetime) -> list[Found]:
    """Return people by what a reader or a person typed: own QR, document, phone number, union card.

    A document's number is hashed with every key of the keys file and compared with what members let
    the palace keep of their own.
    """
    member_id = read_member_token(typed, now)
    if member_id is not None:
        return _found(Member.id == member_id, false(), FoundBy.CODE)
    if is_id_card(typed):
        return _by_document(typed, now)
    number = mobile_number(typed)
    if number:
        return _found(Member.phone == number, RosterEntry.phone == number, FoundBy.PHONE)
    is_card = RosterEntry.card_number.in_({typed, read_card(typed) or typed})
    found = _found(Member.roster_entry.has(is_card), is_card, FoundBy.CARD)
    return found or _by_document(typed, now)


def _by_document(typed: str, now: datetime) -> list[Found]:
    """Return members by a document's number, whichever documents have numbers of this shape."""
    number = tidy_number(typed)
    for document in Document:
        if flaw_of(document, number, palace_day(now)):
            continue
        keeping = _keeping(Declared(name="", document=document, number=number))
        found = _found(Member.id.in_(keeping), false(), FoundBy.DOCUMENT)
        if found:
            return found
    return []


def by_name(name: str, unit: str) -> list[Found]:
    """Return people of a whole name in the basic unions that are called so."""
    units = [one.id for one in find_units(unit)]
    named = and_(RosterEntry.unit_id.in_(units), RosterEntry.name == tidy_name(name))
    return _found(Member.roster_entry.has(named), named, FoundBy.NAME)


def member_with(document: Declared) -> int | None:
    """Return the member who keeps this document of their own."""
    here = select(Member.id).where(Member.id.in_(_keeping(document)), Member.erased_at.is_(None))
    return db.session.scalar(here.order_by(Member.id).limit(1))


def _keeping(document: Declared) -> Sequence[int]:
    """Return the members who keep this document of their own, whatever key it was hashed with."""
    fits = [
        and_(Companion.key_id == key_id, Companion.identity_hash == identity_hash)
        for key_id, identity_hash in all_hashes(document)
    ]
    own = select(Companion.member_id).where(Companion.relation == Relation.SELF, or_(*fits))
    return db.session.scalars(own.limit(MOST_FOUND)).all()


def _found(
    of_members: ColumnElement[bool], of_entries: ColumnElement[bool], found_by: FoundBy
) -> list[Found]:
    members = select(Member).where(of_members, Member.erased_at.is_(None))
    known = db.session.scalars(members.order_by(Member.id).limit(MOST_FOUND)).all()
    claimed = select(Member.id).where(Member.roster_entry_id == RosterEntry.id).exists()
    entries = select(RosterEntry).where(of_entries, ~claimed).order_by(RosterEntry.id)
    listed = db.session.scalars(entries.limit(MOST_FOUND)).all()
    return [_member(one, found_by) for one in known] + [
        Found(
            person=f"{NEW}{one.id}",
            name=mask_name(one.name),
            unit=one.unit.name_zh,
            card_end=one.card_number[-4:],
            phone_end=(one.phone or "")[-4:],
            found_by=found_by,
        )
        for one in listed
    ]


def _member(one: Member, found_by: FoundBy) -> Found:
    entry = one.roster_entry
    return Found(
        person=f"m{one.id}",
        name=mask_name(one.name) if one.name else "",
        unit=entry.unit.name_zh if entry else None,
        card_end=entry.card_number[-4:] if entry else "",
        phone_end=(one.phone or "")[-4:],
        found_by=found_by,
    )
