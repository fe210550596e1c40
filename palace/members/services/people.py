"""From a number that is proven to a person: one account per person on a roster, whoever shares the phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.members import queries
from palace.members.errors import NotAName
from palace.members.models import Challenge, Member, RosterEntry, SignIn
from palace.members.queries import Person
from palace.members.rules import is_name, tidy_name
from palace.members.services.audit import note
from palace.members.services.codes import use_up
from palace.members.services.numbers import (
    check_fact,
    free_idle,
    get_member,
    is_doubtful,
    lock_number,
)
from palace.members.services.personal import Personal
from palace.members.services.sign_ins import open_sign_in

on_joining: dict[str, Callable[[int, datetime], None]] = {}
"""What else happens when somebody becomes a member, by part; wired in palace/wiring.py."""


def sign_in_only_person(challenge: Challenge, *, asks_who: bool = False) -> SignIn | None:
    """Sign in the one person a proven number belongs to.

    None: there are several, or nobody yet, or the holder `asks_who` there is, being perhaps another.
    """
    recognise(challenge.phone)
    now = clock.now()
    people = people_on(challenge.phone, now)
    if asks_who or len(people) != 1 or people[0].fact:
        return None
    return _sign_in(challenge, people[0].id, now)


def people_on(phone: str, now: datetime) -> list[Person]:
    """Return everybody a number may belong to; who is idle is shown by no more than their masked name."""
    idle = {f"m{one.id}" for one in queries.members_on(phone) if is_doubtful(one, now)}
    return [replace(one, fact=one.id in idle) for one in queries.people_on(phone)]


def choose_person(challenge: Challenge, person_id: str, fact: str = "") -> SignIn:
    """Sign in the person the holder of a proven number says they are.

    Raises:
        NotFound: the number does not belong to that person.
        FactNeeded: it was idle for long, and `fact` is nothing only they know.
        CodeGone: the code was used in the meantime.
    """
    lock_number(challenge.phone)
    now = clock.now()
    _lock_roster(challenge.phone)
    person = next((one for one in people_on(challenge.phone, now) if one.id == person_id), None)
    if person is None:
        raise NotFound
    if person.fact:
        check_fact(get_member(int(person.id[1:])), fact)
    return _sign_in(challenge, person_id, now)


def join(challenge: Challenge, typed: str) -> SignIn:
    """Make a new member on a proven number, pending until a roster says otherwise, and sign them in.

    A number all of whose members have been idle for long was given again: they lose it.

    Raises:
        NotAName: nobody is called that.
        CodeGone: the code was used in the meantime.
    """
    name = tidy_name(typed)
    if not is_name(name):
        raise NotAName
    lock_number(challenge.phone)
    free_idle(challenge.phone, clock.now())
    return _new_member(challenge, name)


def join_unnamed(challenge: Challenge) -> SignIn | None:
    """Make a member of whoever a proven number belongs to, who may say their name later, and sign them in.

    None: the palace knows people of this number, or whose it may be.
    """
    lock_number(challenge.phone)
    return None if queries.people_on(challenge.phone) else _new_member(challenge, "")


def _new_member(challenge: Challenge, name: str) -> SignIn:
    now = clock.now()
    use_up(challenge, now)
    member = Member(phone=challenge.phone, name=name, created_at=now, phone_proven_at=now)
    db.session.add(member)
    db.session.flush()
    _note_new(member)
    return open_sign_in(member, now)


def _sign_in(challenge: Challenge, person_id: str, now: datetime) -> SignIn:
    use_up(challenge, now)
    kind, number = person_id[0], int(person_id[1:])
    member = (
        db.session.get_one(Member, number)
        if kind == "m"
        else member_listed(number, challenge.phone, now)
    )
    if member.phone != challenge.phone:  # an import gave the entry to another in the meantime
        raise NotFound
    member.phone_proven_at = now
    return open_sign_in(member, now)


def recognise(phone: str) -> None:
    """Tie who waits under a number to the roster entry of their name, as their own sign-in would."""
    lock_number(phone)
    _lock_roster(phone)
    _recognise_pending(phone)


def member_listed(
    entry_id: int, phone: str | None, now: datetime, actor: str | None = None
) -> Member:
    """Return the one member of a roster entry, made now unless somebody was faster.

    Nobody has proven the number yet. `actor`: who does it; None: the member.

    Raises:
        NotFound: the entry went meanwhile.
    """
    entry = db.session.get(RosterEntry, entry_id)
    if entry is None:
        raise NotFound
    row = {
        "phone": phone,
        "name": entry.name,
        "roster_entry_id": entry.id,
        "created_at": now,
        "phone_proven_at": None,
    }
    new = insert(Member).values(row).on_conflict_do_nothing(index_elements=[Member.roster_entry_id])
    made = db.session.execute(new.returning(Member.id)).first()
    member = db.session.scalars(select(Member).where(Member.roster_entry_id == entry.id)).one()
    if made:
        _note_new(member, actor)
    return member


def introduce(typed: str, now: datetime, actor: str) -> Member:
    """Make a new member without a number, pending until a roster says otherwise.

    Raises:
        NotAName: nobody is called that.
    """
    name = tidy_name(typed)
    if not is_name(name):
        raise NotAName
    member = Member(phone=None, name=name, created_at=now, phone_proven_at=None)
    db.session.add(member)
    db.session.flush()
    _note_new(member, actor)
    return member


def _lock_roster(phone: str) -> None:
    """Let one sign-in at a time decide who on the roster a number belongs to."""
    wanted = select(RosterEntry.id).where(RosterEntry.phone == phone).order_by(RosterEntry.id)
    db.session.execute(wanted.with_for_update(key_share=True))


def _recognise_pending(phone: str) -> None:
    """Tie members who joined before their union listed them to the roster entry of their name."""
    pending = [member for member in queries.members_on(phone) if member.roster_entry_id is None]
    free = (
        {tidy_name(entry.name): entry for entry in reversed(queries.unclaimed_on(phone))}
        if pending
        else {}
    )
    for member in pending:
        entry = free.pop(member.name, None)
        if entry is not None:
            member.roster_entry = entry
            db.session.flush()
            note(
                "member_recognised",
                f"member:{member.id}",
                after={"roster_entry": entry.id},
                actor="system",
            )


def _note_new(member: Member, actor: str | None = None) -> None:
    note(
        "member_joined",
        f"member:{member.id}",
        after={"roster_entry": member.roster_entry_id},
        actor=actor or f"member:{member.id}",
        personal=Personal(member.id, after={"name": member.name, "phone": member.phone}),
    )
    for joined in on_joining.values():
        joined(member.id, member.created_at)
