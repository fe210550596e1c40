"""What staying away leads to: too many unexcused absences free the place and write one strike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from palace.courses.claims import live_places
from palace.courses.models import Enrolment
from palace.courses.services.ending import back_of, end
from palace.courses.services.telling import subject_of, titles
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.members.models import Member
from palace.members.services import note
from palace.notices import services as notices
from palace.rollcall import rules
from palace.rollcall.queries import roll
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind

SYSTEM = "system"
ABSENT, CORRECTED = "absent", "corrected"


@dataclass
class Outcome:
    """Whose places a roll freed, and whose strikes it took back."""

    freed: list[Enrolment] = field(default_factory=list)
    given_back: list[Enrolment] = field(default_factory=list)


def follow(those: Sequence[Enrolment], now: datetime) -> Outcome:
    """Bring places and strikes of a class's people in line with their marks.

    Members, class and enrolments are locked: whoever counts here counts alone.
    """
    missed = roll.unexcused([one.id for one in those])
    outcome = Outcome()
    for one in those:
        away = missed.get(one.id)
        if away is None or not rules.frees_place(away.count, one.offering.absences):
            if one.state is EnrolmentState.ABSENT and _take_back(one, now):
                outcome.given_back.append(one)
        elif one.state is EnrolmentState.CONFIRMED:
            _free(one, away.last_at, now)
            outcome.freed.append(one)
    return outcome


def places_left(one: Enrolment) -> int:
    """Return how many places of a class nobody has, for who lost theirs by a mistake."""
    return max(one.offering.places - live_places(one.offering_id), 0)


def _free(one: Enrolment, last_at: datetime, now: datetime) -> None:
    end(one, EnrolmentState.ABSENT, by=SYSTEM, why=ABSENT, now=now, back=back_of(one, now))
    if db.session.get_one(Member, one.member_id).erased_at:
        return
    called = titles(one.offering)
    row = {
        "member_id": one.member_id,
        "kind": StrikeKind.CLASS,
        "subject": subject_of(one),
        "title_zh": called["zh"],
        "title_en": called["en"],
        "happened_at": last_at,
        "written_at": now,
        "written_by": SYSTEM,
    }
    new = insert(Strike).values(row).on_conflict_do_nothing().returning(Strike.id)
    for strike_id in db.session.scalars(new):
        note("strike_written", f"strike:{strike_id}", after={"state": ABSENT}, actor=SYSTEM)


def _take_back(one: Enrolment, now: datetime) -> bool:
    """Take back the strike of somebody whose marks were put right, and tell them how the place stands.

    The place itself is not taken from whoever has it by now: with a free one they enrol again.
    """
    wanted = select(Strike).where(
        Strike.member_id == one.member_id,
        Strike.subject == subject_of(one),
        Strike.forgiven_at.is_(None),
    )
    strike = db.session.scalars(wanted.with_for_update(of=Strike, key_share=True)).first()
    if strike is None:
        return False
    strike.forgiven_at, strike.forgiven_by, strike.why = now, SYSTEM, CORRECTED
    db.session.flush()
    note("strike_withdrawn", f"strike:{strike.id}", after={"state": CORRECTED}, actor=SYSTEM)
    values = {"title": titles(one.offering), "count": places_left(one)}
    notices.owe(
        "class_mark_corrected", f"strike:{strike.id}", f"member:{one.member_id}", values, now
    )
    return True
