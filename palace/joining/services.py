"""Hanging up a poster, applying to a unit, and the unit's word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from palace import clock
from palace.db import db
from palace.joining import queries
from palace.joining.errors import (
    ApplicationClosed,
    CardNeeded,
    CardTaken,
    MemberAlready,
    NameMissing,
    UnitUnknown,
)
from palace.joining.models import Application, Poster
from palace.joining.rules import Verdict, only_one
from palace.members import queries as members
from palace.members import services as people
from palace.members.models import Member, RosterEntry, Unit
from palace.members.rules import Known, mask_name
from palace.members.units import RosterStatus
from palace.notices import services as notices
from palace.security import public_code


def make_poster(unit: Unit, place: str, actor: str) -> Poster:
    """Make a poster that suggests a unit, or the units below it."""
    poster = Poster(code=public_code(), unit=unit, place=place, made_by=actor)
    db.session.add(poster)
    db.session.flush()
    people.note("poster_made", f"poster:{poster.id}", after={"unit": unit.id})
    return poster


def retire_poster(poster: Poster, now: datetime) -> None:
    """Take a poster down: it suggests nothing any more; a second time changes nothing."""
    if poster.retired_at is None:
        poster.retired_at = now
        db.session.flush()
        people.note("poster_retired", f"poster:{poster.id}")


def apply(who: Known, unit_id: int, *, poster: str = "", name: str = "") -> Application:
    """Let a member say which unit they belong to; the same unit again changes nothing.

    Raises:
        MemberAlready: a roster names them, and not as somebody who left.
        UnitUnknown: it is no basic union.
        NotAName: a name was typed, and nobody is called that.
    """
    member, now = _locked(who.id), clock.now()
    unit = queries.find_basic_unit(unit_id)
    if _is_listed(member):
        raise MemberAlready
    if unit is None:
        raise UnitUnknown
    if name:
        people.rename(who, name)
    before = queries.open_application(who.id)
    if before is not None and before.unit_id == unit_id:
        return before
    if before is not None:
        before.withdrawn_at = now
        db.session.flush()
    return _applied(member, unit, queries.find_poster(poster), now)


def _applied(member: Member, unit: Unit, poster: Poster | None, now: datetime) -> Application:
    application = Application(
        member=member,
        unit=unit,
        poster_id=poster.id if poster else None,
        asked_at=now,
    )
    db.session.add(application)
    db.session.flush()
    people.note("unit_applied", f"member:{member.id}", after={"unit": unit.id})
    return application


def confirm(application_id: int, actor: str, *, card_number: str = "") -> Application:
    """Take somebody into a unit's roster, as the entry of their name where there is just one.

    Raises:
        ApplicationClosed: it is decided or withdrawn.
        NameMissing: they have not said their name yet; `ask_name` tells them.
        CardNeeded: the entry of the name has another phone, so the name alone does not tell.
        CardTaken: the card number is another person's.
    """
    application, now = _open(application_id), clock.now()
    if not application.member.name:
        raise NameMissing
    entry = _entry(application, card_number)
    application.member.roster_entry = entry
    db.session.flush()
    _decide(application, Verdict.CONFIRMED, actor, now, "")
    return application


def ask_name(application: Application) -> bool:
    """Tell somebody who waits that the unit needs their name, once; return whether it is news."""
    receiver, values = f"member:{application.member_id}", {"unit": application.unit.name_zh}
    subject = f"application:{application.id}"
    is_news = notices.owe("unit_asks_name", subject, receiver, values, clock.now())
    if is_news:
        people.note("unit_asked_name", receiver, after={"application": application.id})
    return is_news


def refuse(application_id: int, actor: str, why: str) -> Application:
    """Say that somebody is none of a unit's members; they may apply again, or to another.

    Raises:
        ApplicationClosed: it is decided or withdrawn.
    """
    application, now = _open(application_id), clock.now()
    _decide(application, Verdict.REFUSED, actor, now, why)
    return application


def _open(application_id: int) -> Application:
    """Lock an application's member, then itself, as applying does."""
    found = db.session.get(Application, application_id)
    member = _locked(found.member_id) if found else None
    application = queries.lock_open_application(application_id)
    if application is None or member is None or _is_listed(member):
        raise ApplicationClosed
    return application


def _is_listed(member: Member) -> bool:
    """Return whether a roster names a member as its unit's own: whoever left may say another unit."""
    entry = member.roster_entry
    return entry is not None and entry.status is not RosterStatus.LEFT


def _locked(member_id: int) -> Member:
    """Lock a member, and return them as they are after whoever held the lock before."""
    members.lock(member_id)
    return db.session.get_one(Member, member_id, populate_existing=True)


def _entry(application: Application, card_number: str) -> RosterEntry:
    """Return the roster entry somebody becomes: that of the card, the one of their name, or a new one."""
    member, own = application.member, application.member.roster_entry
    if own and own.unit_id == application.unit_id and card_number in {"", own.card_number}:
        return _listed_again(own)
    carded = queries.carded(application.unit_id, card_number) if card_number else None
    same_name = queries.unclaimed_called(application.unit_id, member.name)
    if carded is not None and carded not in same_name:
        raise CardTaken
    found = carded or (_by_name_alone(same_name, member) if not card_number else None)
    if found is not None:
        return _listed_again(found)
    entry = RosterEntry(
        unit_id=application.unit_id,
        card_number=card_number or f"A/{application.id}",  # no card has a stroke (rules.CARD)
        name=member.name,
        phone=member.phone,
        valid_until=None,
        confirmed_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(entry)
    except IntegrityError:
        raise CardTaken from None
    return entry


def _by_name_alone(same_name: list[RosterEntry], member: Member) -> RosterEntry | None:
    """Return the entry a name and a phone tell, or the only one of the name where no phone is listed.

    Raises:
        CardNeeded: there is one, with another phone: it may be somebody else of the name.
    """
    of_phone = only_one([one for one in same_name if one.phone and one.phone == member.phone])
    found = of_phone or only_one(same_name)
    if found is not None and found.phone and found.phone != member.phone:
        raise CardNeeded(name=mask_name(found.name), digits=found.phone[-4:])
    return found


def _listed_again(entry: RosterEntry) -> RosterEntry:
    """Return an entry, made active by the unit's word where its list said that somebody left."""
    if entry.status is RosterStatus.LEFT:
        entry.status, entry.left_on = RosterStatus.ACTIVE, None
        entry.confirmed_at = clock.now()
    return entry


def _decide(
    application: Application, verdict: Verdict, actor: str, now: datetime, why: str
) -> None:
    application.verdict, application.why = verdict, why or None
    application.decided_at, application.decided_by = now, actor
    db.session.flush()
    receiver = f"member:{application.member_id}"
    values = {"unit": application.unit.name_zh}
    notices.owe(f"unit_{verdict}", f"application:{application.id}", receiver, values, now)
    people.note(
        f"unit_{verdict}",
        receiver,
        after={"unit": application.unit_id, "application": application.id},
        personal=people.Personal(application.member_id, after={"why": why}) if why else None,
    )
