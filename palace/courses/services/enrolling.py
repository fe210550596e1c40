"""Taking a place in a class, for oneself or somebody one keeps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from palace import commands
from palace.consents import services as consents
from palace.consents.rules import Purpose
from palace.courses import claims, rules
from palace.courses.errors import ClassFull, Failure, NotYoursToExcuse, RulesFailed
from palace.courses.models import Enrolment
from palace.courses.queries import facts as facts_queries
from palace.courses.queries import waits
from palace.courses.queries.terms import facts_of
from palace.courses.rules import Facts, Wish
from palace.courses.services import offering
from palace.courses.services.ending import PART, end
from palace.courses.services.telling import subject_of, tell_taken
from palace.courses.states import EnrolmentState, WaitState
from palace.db import db, literally
from palace.errors import NotFound
from palace.members import queries as members
from palace.members.services import note
from palace.members.unions import Unit
from palace.money import FREE
from palace.payments import services as payments
from palace.security import public_code
from palace.statements import execute_all

COMMAND = "enrol"


def enrol(wish: Wish, *, by: str, key: str | None = None) -> Enrolment:
    """Take a place in a class; one that costs something waits for its money, a free one is theirs at once.

    A class that is full is refused before any lock: of five thousand, who come too late wait for nobody.

    Args:
        by: who asks for it, as the audit names them.
        key: what the command is known by; a repeat gets the first enrolment.

    Raises:
        NotFound: there is no such class, or nobody such is kept.
        ClassFull: every place this way has somebody.
        RulesFailed: with every rule that failed.
        NotYoursToExcuse: who asks would let themselves in.
        KeyReused: the key was used for another wish.
    """
    if wish.excused and wish.excused.by in (by, f"member:{wish.member.id}"):
        raise NotYoursToExcuse
    known = commands.answer_to(by, COMMAND, key) if key else None
    if known is None and wish.offer_id is None:
        _check_not_full(wish)
    code = public_code()
    first = _locked(wish, code, by=by, key=key)
    if first != code:
        return facts_queries.enrolment_for(wish.member, first)
    return take(wish, code, by=by)


def _check_not_full(wish: Wish) -> None:
    """Refuse a class that is full, as it stands before any lock."""
    failures = rules.failed_rules(wish, facts_of(wish))
    failures = [one for one in failures if one.code != "others_wait"]  # asked behind the locks
    if failures:
        raise _refusal(failures)


def _locked(wish: Wish, code: str, *, by: str, key: str | None) -> str:
    """Take the locks of a wish, behind its key's; return the code of the enrolment the key made."""
    body = repr((wish.offering_id, wish.companion_id, wish.channel, wish.excused))
    taking = commands.taking(by, COMMAND, key or code, body=body, answer=code)
    taken, found, there = execute_all(
        taking,
        (members.LOCK, {"member_id": wish.member.id}),
        claims.locking({wish.offering_id}),
    )
    if not found or not there:
        raise NotFound
    return commands.first_of(taking, taken)


def take(wish: Wish, code: str, *, by: str) -> Enrolment:
    """Take a place behind the locks of the member and the class.

    Raises:
        ClassFull, RulesFailed: as `enrol`.
    """
    wish, facts = allowed(wish)
    enrolment = _written(wish, facts, code)
    if wish.guardian and facts.needs_consent:
        consents.give(wish.member.id, Purpose.GUARDIAN, facts.now)
    due = None
    if enrolment.pay_by is not None:
        due = payments.ask(
            PART,
            enrolment.id,
            enrolment.amount,
            site_id=enrolment.offering.term.site_id,
            member_id=enrolment.member_id,
            pay_by=enrolment.pay_by,
        )
    offering.taken(enrolment, facts.now)
    tell_taken(enrolment, facts.now, due)
    note(
        "enrolled",
        subject_of(enrolment),
        after={"offering": wish.offering_id, "state": enrolment.state, "channel": wish.channel},
        why=enrolment.excused_why,
        actor=wish.excused.by if wish.excused else by,
    )
    return enrolment


def allowed(
    wish: Wish, *, instead_of: int | None = None, but: Collection[str] = ()
) -> tuple[Wish, Facts]:
    """Return a wish that keeps every rule behind the locks, and what holds for it; a lapsed place is ended.

    Args:
        instead_of: the enrolment it takes the place of.
        but: codes of rules that were answered before.

    Raises:
        ClassFull, RulesFailed: as `enrol`.
    """
    wish, facts = _behind_others(wish, instead_of)
    failures = [one for one in rules.failed_rules(wish, facts) if one.code not in but]
    if failures:
        raise _refusal(failures)
    _end_lapsed(wish, facts.now)
    return wish, facts


def _behind_others(wish: Wish, instead_of: int | None) -> tuple[Wish, Facts]:
    """Return a wish and what holds for it, once what is free was offered to who waits.

    What is left is for anybody: who still waits cannot have it.
    """
    facts = facts_of(wish, instead_of=instead_of)
    if not facts.taken.waiting or wish.offer_id is not None:
        return wish, facts
    offering.pass_on(wish.offering_id)
    own = waits.find_live(wish.member.id, wish.companion_id, wish.offering_id)
    if own and own.state is WaitState.OFFERED:
        wish = replace(wish, offer_id=own.id)
    facts = facts_of(wish, instead_of=instead_of)
    return wish, replace(facts, taken=replace(facts.taken, waiting=0, waiting_in_person=0))


def _refusal(failures: Sequence[Failure]) -> ClassFull | RulesFailed:
    """Return how a wish is refused; where only a place is missing, it is that."""
    only_full = [one.code for one in failures] == ["full"]
    return ClassFull() if only_full else RulesFailed(failures)


def _end_lapsed(wish: Wish, now: datetime) -> None:
    """End a place of the same person in this class that was not paid for in time."""
    theirs = select(Enrolment).where(
        Enrolment.offering_id == wish.offering_id,
        Enrolment.member_id == wish.member.id,
        Enrolment.person == (wish.companion_id or 0),
        Enrolment.state == literally(EnrolmentState.UNPAID),
        Enrolment.held_until <= now,
    )
    for lapsed in db.session.scalars(theirs):
        end(lapsed, EnrolmentState.LAPSED, by="system", now=now)


def _written(wish: Wish, facts: Facts, code: str) -> Enrolment:
    """Write a place down, with the fees as they stand now."""
    of = facts_queries.get_offering(wish.offering_id)
    amount = facts.fee + facts.material_fee
    due = rules.pay_by(
        facts.now, facts_queries.class_rules(of.term.site_id).pay_hours, facts.ends_at
    )
    enrolment = Enrolment(
        code=code,
        offering_id=of.id,
        offering=of,
        member_id=wish.member.id,
        companion_id=wish.companion_id,
        state=EnrolmentState.UNPAID if amount else EnrolmentState.CONFIRMED,
        channel=wish.channel,
        fee=facts.fee,
        material_fee=facts.material_fee or FREE,
        face_fee=facts.fee if facts.public_fee is None else facts.public_fee,
        fund=of.fund,
        unit_id=wish.member.unit_id,
        sector=select(Unit.sector).where(Unit.id == wish.member.unit_id).scalar_subquery(),
        held_until=due + rules.GRACE if amount else None,
        enrolled_at=facts.now,
        excused_by=wish.excused.by if wish.excused else None,
        excused_why=wish.excused.why if wish.excused else None,
    )
    db.session.add(enrolment)
    db.session.flush()
    return enrolment
