"""Acting for somebody begins with having found them, and ends by a word or after its minutes."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from palace.acting import queries
from palace.acting.errors import FindFirst, KnownHere, WordNeeded
from palace.acting.queries import NEW, Found, FoundBy
from palace.companions import services as companions
from palace.companions.rules import Relation
from palace.companions.services import Introduced
from palace.consents import services as consents
from palace.consents.rules import Purpose
from palace.db import db
from palace.errors import NotFound
from palace.identities.rules import Declared
from palace.identities.services import all_hashes
from palace.members import services as members
from palace.members.models import Member, RosterEntry
from palace.members.rules import SignedIn
from palace.security import digest
from palace.venues.queries import house_rules

FOUND_FOR = timedelta(hours=1)
DOCUMENT_LOCK = 7_215_009


def ticket_of(found: Found, sign_in: SignedIn, now: datetime) -> str:
    """Return what proves for an hour that this sign-in found somebody, and by what.

    So nobody acts for members by counting their numbers up.
    """
    said = f"{found.person}.{found.found_by}.{int((now + FOUND_FOR).timestamp())}"
    return f"{said}.{_mark(said, sign_in)}"


def note_search(found: Sequence[Found]) -> None:
    """Say in the audit who was looked up, a line each; also that nobody was found: it tells as much."""
    for one in found:
        how: dict[str, object] = {"found_by": one.found_by.value}
        number = int(one.person[1:])
        if one.is_new:
            members.note("looked_up", "roster", after=how | {"roster_entry": number})
        else:
            members.note("looked_up", f"member:{number}", after=how)
    if not found:
        members.note("looked_up", "roster", after={"people": 0})


def begin(sign_in: SignedIn, ticket: str, now: datetime, *, consents: bool = False) -> int:
    """Let staff act for somebody they found; who had no account has one now. Return the member's id.

    Args:
        consents: whether who has no account agreed to one.

    Raises:
        FindFirst: they did not find them within the hour, or the person is gone meanwhile.
        WordNeeded: they have no account, and did not agree to one.
    """
    said, _, mark = ticket.rpartition(".")
    if not hmac.compare_digest(mark.encode(), _mark(said, sign_in).encode()):
        raise FindFirst
    person, found_by, until = said.split(".")
    if int(until) < now.timestamp():
        raise FindFirst
    if person[0] == NEW and not consents:
        raise WordNeeded
    try:
        member_id = _member_of(person[0], int(person[1:]), sign_in, now)
        _act(sign_in, member_id, FoundBy(found_by), now)
    except NotFound:
        raise FindFirst from None
    return member_id


def introduce(sign_in: SignedIn, person: Declared, now: datetime) -> int:
    """Make an account for somebody whose document was seen, and act for them; return the member's id.

    Of the number only the keyed hash and the last four stay, by the person's word.

    Raises:
        NotAName: nobody is called that.
        KnownHere: the document has an account.
    """
    _lock_document(person)
    if queries.member_with(person) is not None:
        raise KnownHere
    member = members.introduce(person.name, now, sign_in.actor)
    _act(sign_in, member.id, FoundBy.NEW, now)
    consents.give(member.id, Purpose.IDENTITY, now)
    own = Introduced(name=person.name, relation=Relation.SELF, born_on=None, declared=person)
    companions.keep(member, own, now)
    return member.id


def _lock_document(person: Declared) -> None:
    """Let one desk at a time look for a document, also while the key that hashes it is changed."""
    for identity_hash in sorted(one.hex() for _, one in all_hashes(person)):
        lock = func.pg_advisory_xact_lock(DOCUMENT_LOCK, func.hashtext(identity_hash))
        db.session.execute(select(lock))


def _member_of(kind: str, number: int, sign_in: SignedIn, now: datetime) -> int:
    """Return the member found, or the one of a roster entry; who waited for the roster has one account.

    The number of the roster is theirs, but nobody proved it.
    """
    model = Member if kind == "m" else RosterEntry
    phone = db.session.scalar(select(model.phone).where(model.id == number))
    if phone:
        members.recognise(phone)
    return number if kind == "m" else members.member_listed(number, phone, now, sign_in.actor).id


def _act(sign_in: SignedIn, member_id: int, found_by: FoundBy, now: datetime) -> None:
    until = now + timedelta(minutes=house_rules().acting_minutes)
    members.act_for(sign_in, member_id, until, found_by)


def _mark(said: str, sign_in: SignedIn) -> str:
    return digest(f"found {sign_in.id} {said}").hex()[:32]
