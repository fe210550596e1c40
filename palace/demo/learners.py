"""Who learns in the demonstration: members of the rosters in its classes, what they paid, their votes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle, islice
from typing import Any

from sqlalchemy import Row, insert, select

from palace.clock import palace_day
from palace.courses.catalogue import Term
from palace.courses.models import ClassWait, Enrolment, Offering
from palace.courses.states import Channel, EnrolmentState, WaitState
from palace.db import db
from palace.members.models import Member, RosterEntry
from palace.money import FREE, Fen
from palace.payments.models import Movement, Payment
from palace.payments.states import Backend, Direction, Method
from palace.security import public_code
from palace.surveys.models import Survey, SurveyLine, SurveyVote
from palace.teachers.rules import MINUTE, Span
from palace.venues.models import Space

DAY, WEEK = timedelta(days=1), timedelta(days=7)
LEARNERS, EACH = 500, 2
FULL, FEW = ("calligraphy", 1), ("yoga", 3)
FEW_ENROLLED, WAITING, COUNTER_EVERY = 4, 6, 8
VOTERS = 90


@dataclass
class Learner:
    """A member with what they learn in a term: courses, and weekdays on which they are here."""

    member_id: int
    courses: set[str] = field(default_factory=set)
    weekdays: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Run:
    """A class as it is planned in a term: of which row of the file, the how manieth, on which days."""

    row: Mapping[str, Any]
    number: int
    spans: Sequence[Span]
    space: Space


def learners_of_rosters(today: date) -> list[int]:
    """Return members of the rosters who learn here, with accounts of their own."""
    taken = select(Member.id).where(Member.roster_entry_id == RosterEntry.id).exists()
    phones = select(Member.id).where(Member.phone == RosterEntry.phone).exists()
    entries = db.session.execute(
        select(RosterEntry.id, RosterEntry.name, RosterEntry.phone)
        .where(RosterEntry.valid_until >= today, RosterEntry.phone.is_not(None), ~taken, ~phones)
        .order_by(RosterEntry.id.desc())
        .limit(LEARNERS)
    ).all()
    rows = [{"roster_entry_id": one.id, "name": one.name, "phone": one.phone} for one in entries]
    return list(db.session.scalars(insert(Member).returning(Member.id), rows))


def enrol(
    classes: Sequence[tuple[Offering, Run]],
    term: Term,
    learners: Sequence[Learner],
    chance: random.Random,
    now: datetime,
) -> None:
    """Fill classes partly, one wholly with people waiting, one below its minimum as its day comes."""
    current, in_turn = term.last_on >= palace_day(now), cycle(learners)
    rows: list[dict[str, Any]] = []
    for of, run in classes:
        mark = (run.row["code"], run.number)
        count = chance.randint(of.minimum, int(of.places * 0.8))
        if current and mark == FEW:
            of.decides_on, count = palace_day(now) + DAY, FEW_ENROLLED
        if current and mark == FULL:
            count = of.places
        chosen = list(_free(in_turn, run, count + (WAITING if mark == FULL else 0)))
        rows += [_row(of, one, number) for number, one in enumerate(chosen[:count])]
        if current and mark == FULL:
            db.session.add_all(_wait(of, one, number) for number, one in enumerate(chosen[count:]))
    db.session.flush()
    of_made = Enrolment.id, Enrolment.member_id, (Enrolment.fee + Enrolment.material_fee)
    _paid(db.session.execute(insert(Enrolment).returning(*of_made), rows).all(), term)


def _free(in_turn: Iterator[Learner], run: Run, count: int) -> Iterator[Learner]:
    """Yield who has time and not enough classes yet, a round of everybody at most."""
    weekday, course = run.spans[0].day.isoweekday(), str(run.row["code"])
    for one in islice(in_turn, LEARNERS):
        if count == 0:
            return
        if len(one.courses) < EACH and course not in one.courses and weekday not in one.weekdays:
            one.courses.add(course)
            one.weekdays.add(weekday)
            count -= 1
            yield one


def _row(of: Offering, one: Learner, number: int) -> dict[str, Any]:
    counter = number % COUNTER_EVERY == COUNTER_EVERY - 1
    return {
        "code": public_code(),
        "offering_id": of.id,
        "member_id": one.member_id,
        "state": EnrolmentState.CONFIRMED,
        "channel": Channel.COUNTER if counter else Channel.ONLINE,
        "fee": of.member_fee,
        "face_fee": max(of.member_fee, of.public_fee or FREE),
        "material_fee": of.material_fee,
        "fund": of.fund,
        "enrolled_at": of.term.opens_at + MINUTE * number,
    }


def _wait(of: Offering, one: Learner, number: int) -> ClassWait:
    return ClassWait(
        code=public_code(),
        offering_id=of.id,
        member_id=one.member_id,
        channel=Channel.ONLINE,
        state=WaitState.WAITING,
        joined_at=of.term.opens_at + MINUTE * (of.places + number),
    )


def _paid(enrolments: Iterable[Row[int, int, Fen]], term: Term) -> None:
    """Write that what costs something was paid at the counter."""
    asked = [
        {
            "part": "courses",
            "subject_id": number,
            "site_id": term.site_id,
            "member_id": member_id,
            "amount": amount,
            "asked_at": term.opens_at,
            "pay_by": term.opens_at + DAY * 3,
            "paid_at": term.opens_at + DAY,
        }
        for number, member_id, amount in enrolments
        if amount > FREE
    ]
    if not asked:
        return
    of_payment = Payment.id, Payment.amount, Payment.subject_id
    came = [
        {
            "site_id": term.site_id,
            "payment_id": payment_id,
            "direction": Direction.IN,
            "method": Method.CASH,
            "backend": Backend.COUNTER,
            "amount": amount,
            "reference": f"class-{number}",
            "moved_at": term.opens_at + DAY,
            "by": "system",
        }
        for payment_id, amount, number in db.session.execute(
            insert(Payment).returning(*of_payment), asked
        )
    ]
    db.session.execute(insert(Movement), came)


def ask(site_id: int, row: Mapping[str, Any], people: Sequence[int], now: datetime) -> None:
    """Ask what people would like to learn next, with votes of some."""
    survey = Survey(
        site_id=site_id,
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        choices=row["choices"],
        opens_at=now - WEEK,
        closes_at=now + WEEK * 3,
    )
    db.session.add(survey)
    db.session.flush()
    lines = []
    for position, told in enumerate(row["lines"], 1):
        subject, zh, en = told.split(maxsplit=2)
        lines.append(
            SurveyLine(
                survey_id=survey.id, position=position, subject=subject, title_zh=zh, title_en=en
            )
        )
    db.session.add_all(lines)
    db.session.flush()
    votes = {
        (lines[(voter * (turn + 2) + turn * turn) % len(lines)].id, member_id)
        for voter, member_id in enumerate(people[:VOTERS])
        for turn in range(row["choices"])
    }
    rows = [
        {"line_id": line, "member_id": member_id, "voted_at": now}
        for line, member_id in sorted(votes)
    ]
    db.session.execute(insert(SurveyVote), rows)
