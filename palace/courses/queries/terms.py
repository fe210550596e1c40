"""What holds for a wish at one instant: read behind the locks, in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    bindparam,
    cast,
    func,
    select,
    true,
)
from sqlalchemy.orm import aliased

from palace.clock import NOW as CLOCK
from palace.clock import palace_day
from palace.companions.models import Companion
from palace.companions.rules import Relation
from palace.consents import queries as consents
from palace.consents.rules import Purpose
from palace.courses.catalogue import Course, Term
from palace.courses.claims import OFFERING, OFFERINGS, counting, holds, taken_of
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.queries.overlaps import IS_PERSON, OVERLAPS
from palace.courses.rules import Facts, Named, Wish, late_until
from palace.courses.states import EnrolmentState, OfferingState, SessionState
from palace.db import db, table_of
from palace.errors import NotFound
from palace.identities.rules import GUARDIAN_AGE, age
from palace.members.rules import Known, Standing
from palace.statements import Question, execute_all
from palace.strikes.models import Strike
from palace.strikes.rules import Ladder, barred_until
from palace.venues.models import HouseRules, Site
from palace.venues.queries import HEAD

ENROLMENTS, SESSIONS, KEPT = map(table_of, (Enrolment, ClassSession, Companion))
MEMBER = bindparam("member_id", type_=BigInteger)
Before = aliased(Course)
SHOWN = (
    "places",
    "in_person",
    "in_person_until",
    "member_fee",
    "public_fee",
    "material_fee",
)
"""What the rules read of a class as it stands in its row."""


def facts_of(wish: Wish, *, instead_of: int | None = None) -> Facts:
    """Return what holds for a wish; its counts are true behind the locks of the member and the class.

    Args:
        instead_of: an enrolment that is given back for this one, and counts for nothing.

    Raises:
        NotFound: there is no such class, or the member keeps no such person.
    """
    companion = _companion(wish)
    asked = _asked(wish, companion, instead_of)
    found = dict(zip(asked, execute_all(*asked.values()), strict=True))
    if not found["offering"]:
        raise NotFound
    (row,), (mine,) = found["offering"], found["mine"]
    now = found["now"][0][0].astimezone(UTC)
    starts, house = row.starts or [], found["house"][0]
    first_on = palace_day(min(starts)) if starts else row.first_on
    today = palace_day(now)
    return Facts(
        now=now,
        today=today,
        shown=row.state != OfferingState.DRAFT.value and row.is_shown,
        cancelled=row.state == OfferingState.CANCELLED.value,
        opens_at=row.own_opens_at or row.opens_at,
        public_opens_at=max(row.own_opens_at or row.public_opens_at, row.public_opens_at),
        closes_at=row.closes_at,
        late_until=late_until(starts, row.ends_at, row.late_sessions),
        taken=taken_of(found["taken"]),
        per_term=row.per_person,
        is_member=wish.member.standing(today) is Standing.VALID,
        barred_until=_barred(house, found["strikes"]),
        age=_age(companion, wish.born_on, first_on),
        min_age=row.min_age,
        max_age=row.max_age,
        grown_up=house.minor_age,
        prerequisite=Named(row.before_zh, row.before_en) if row.prerequisite_id else None,
        finished=bool(found["finished"]),
        in_class=mine.in_class,
        in_course=mine.in_course,
        in_term=mine.in_term,
        overlaps=Named(*found["overlaps"][0]) if found["overlaps"] else None,
        needs_consent=_needs_consent(wish.member, companion, now),
        ends_at=row.ends_at,
        **{name: getattr(row, name) for name in SHOWN},
    )


def _companion(wish: Wish) -> Companion | None:
    """Return whom the wish is for, of those the member keeps; None: the member themselves."""
    if wish.companion_id is None:
        return None
    found = db.session.get(Companion, wish.companion_id)
    if found is None or found.member_id != wish.member.id or found.relation is Relation.SELF:
        raise NotFound
    return found


def _asked(wish: Wish, companion: Companion | None, instead_of: int | None) -> dict[str, Question]:
    """Return the questions of `facts_of` by name."""
    own = wish.member.name
    person = companion.name if companion and companion.name != own else ""
    whose = {"member_id": wish.member.id, "own_name": own, "person": person}
    of_class = {"offering_id": wish.offering_id}
    return {
        "now": (CLOCK, {}),
        "offering": (OF_CLASS, of_class),
        "taken": counting(wish.offering_id, wish.offer_id),
        "mine": (MINE, of_class | whose | {"instead_of": instead_of}),
        "overlaps": (OVERLAPS, of_class | whose | {"instead_of": instead_of}),
        "finished": (FINISHED, of_class | whose),
        "house": (HOUSE, {}),
        "strikes": (STRIKES, {"member_id": wish.member.id}),
    }


def _barred(house: Any, strikes: Sequence[Any]) -> date | None:
    ladder = Ladder(
        strikes=house.strikes_to_bar,
        within_days=house.strike_within_days,
        bar_days=house.bar_days,
    )
    return barred_until([palace_day(strike.happened_at) for strike in strikes], ladder)


def _age(companion: Companion | None, said: date | None, first_on: date) -> int | None:
    """Return how old somebody is on a day: by the birthday that is kept of a child, else as they say."""
    born = companion.born_on if companion and companion.born_on else said
    return age(born, first_on) if born else None


def _needs_consent(member: Known, companion: Companion | None, now: datetime) -> bool:
    """Return whether a guardian has to consent first: the person is under 14, and nobody's word is given."""
    born = companion.born_on if companion else None
    if companion is None or born is None or age(born, palace_day(now)) >= GUARDIAN_AGE:
        return False
    return consents.due(member.id, Purpose.GUARDIAN, now) is not None


TIMES = (
    select(
        func.array_agg(SESSIONS.c.starts_at).label("starts"),
        func.max(SESSIONS.c.ends_at).label("ends_at"),
    )
    .where(SESSIONS.c.offering_id == Offering.id, SESSIONS.c.state == SessionState.PLANNED.value)
    .subquery()
    .lateral()
)
OF_CLASS = (
    select(
        *(getattr(Offering, name) for name in SHOWN),
        Offering.state,
        Offering.late_sessions,
        Offering.opens_at.label("own_opens_at"),
        Term.opens_at,
        Term.public_opens_at,
        Term.closes_at,
        Term.first_on,
        Term.per_person,
        ((Course.title_zh != "") & (Term.shown_at <= func.palace_clock())).label("is_shown"),
        Course.min_age,
        Course.max_age,
        Course.prerequisite_id,
        Before.title_zh.label("before_zh"),
        Before.title_en.label("before_en"),
        TIMES.c.starts,
        TIMES.c.ends_at,
    )
    .select_from(Offering)
    .join(Term, Term.id == Offering.term_id)
    .join(Course, Course.id == Offering.course_id)
    .outerjoin(Before, Before.id == Course.prerequisite_id)
    .join(TIMES, true())
    .where(Offering.id == OFFERING)
)
WANTED = OFFERINGS.alias("wanted")
MINE = (
    select(
        func.count().filter(OFFERINGS.c.id == WANTED.c.id).label("in_class"),
        func.count()
        .filter(OFFERINGS.c.id != WANTED.c.id, OFFERINGS.c.course_id == WANTED.c.course_id)
        .label("in_course"),
        func.count().label("in_term"),
    )
    .select_from(ENROLMENTS)
    .join(OFFERINGS, OFFERINGS.c.id == ENROLMENTS.c.offering_id)
    .join(WANTED, WANTED.c.term_id == OFFERINGS.c.term_id)
    .outerjoin(KEPT, KEPT.c.id == ENROLMENTS.c.companion_id)
    .where(
        WANTED.c.id == OFFERING,
        ENROLMENTS.c.member_id == MEMBER,
        ENROLMENTS.c.id != func.coalesce(bindparam("instead_of", type_=BigInteger), 0),
        IS_PERSON,
        holds(),
    )
)
COURSES = table_of(Course)
TERMS = table_of(Term)
FINISHED = (
    select(ENROLMENTS.c.id)
    .select_from(ENROLMENTS)
    .join(OFFERINGS, OFFERINGS.c.id == ENROLMENTS.c.offering_id)
    .join(TERMS, TERMS.c.id == OFFERINGS.c.term_id)
    .join(WANTED, WANTED.c.id == OFFERING)
    .join(COURSES, COURSES.c.id == WANTED.c.course_id)
    .outerjoin(KEPT, KEPT.c.id == ENROLMENTS.c.companion_id)
    .where(
        OFFERINGS.c.course_id == COURSES.c.prerequisite_id,
        ENROLMENTS.c.member_id == MEMBER,
        ENROLMENTS.c.state == EnrolmentState.CONFIRMED.value,
        TERMS.c.last_on
        < cast(func.timezone("Asia/Shanghai", func.palace_clock()), TERMS.c.last_on.type),
        IS_PERSON,
    )
    .limit(1)
)
HOUSE = (
    select(
        HouseRules.strikes_to_bar,
        HouseRules.strike_within_days,
        HouseRules.bar_days,
        HouseRules.minor_age,
    )
    .join(Site, Site.id == HouseRules.site_id)
    .where(Site.kind == HEAD)
)
STRIKES = select(Strike.happened_at).where(Strike.member_id == MEMBER, Strike.forgiven_at.is_(None))
