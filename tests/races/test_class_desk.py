"""A class's desk at once: no message more than a day's, one teacher of two who say yes."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from palace.classes import services as classes
from palace.classes.models import ClassMessage
from palace.courses.models import Offering
from palace.db import db
from palace.rollcall import services as rolls
from palace.rollcall.models import Invitation
from palace.rollcall.rules import Answer
from tests.factory import Factory
from tests.races.together import codes, together
from tests.teaching import Teaching

MOST, AT_ONCE = 3, 8


def writing(offering_id: int, words: str) -> Callable[[], object]:
    """Return what writes to a class."""

    def write() -> object:
        return classes.send(db.session.get_one(Offering, offering_id), words, by="staff:1")

    return write


def test_a_class_is_never_written_more_than_a_days_messages(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    teaching.rules(daily_messages=MOST)
    offering = teaching.offering()
    teaching.enrolment(offering)
    live.commit()
    jobs = [writing(offering.id, f"第{number}条") for number in range(AT_ONCE)]
    won = codes(together(live_app, jobs))
    assert won == {"won": MOST, "class_messages_full": AT_ONCE - MOST}
    assert db.session.scalar(select(func.count(ClassMessage.id))) == MOST


def test_of_many_who_say_yes_at_once_one_has_the_class(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    offering = teaching.offering()
    asked = [rolls.invite(offering, teaching.teacher(), by="staff:1").id for _ in range(AT_ONCE)]
    live.commit()

    def accepting(invitation_id: int) -> Callable[[], object]:
        return lambda: rolls.accept(db.session.get_one(Invitation, invitation_id), by="member:1")

    won = codes(together(live_app, [accepting(one) for one in asked]))
    assert won == {"won": 1, "invitation_closed": AT_ONCE - 1}
    yes = db.session.scalars(select(Invitation).where(Invitation.answer == Answer.ACCEPTED)).one()
    db.session.expire_all()
    assert db.session.get_one(Offering, offering.id).teacher_id == yes.teacher_id
