"""A message to everybody of a class: kept once, owed to each as a notice, in their own time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from palace import clock
from palace.classes import queries
from palace.classes.errors import MessagesFull, NobodyThere
from palace.classes.models import ClassMessage
from palace.courses.claims import lock_offering
from palace.courses.models import Offering
from palace.courses.queries.facts import class_rules
from palace.courses.services.telling import titles
from palace.db import db
from palace.members.services import note
from palace.notices import services as notices
from palace.statements import execute_all

WRITTEN = "class_message"


def send(offering: Offering, said: str, *, by: str) -> ClassMessage:
    """Write to everybody who has a place in a class; somebody with two places gets it once.

    To write the same again on one palace day changes nothing.

    Raises:
        NobodyThere: nobody has one.
        MessagesFull: the class was written as often today as its house lets.
    """
    lock_offering(offering.id)
    now = clock.now()
    today = _written_today(offering.id, now)
    again = next((one for one in today if (one.words, one.sent_by) == (said, by)), None)
    if again:
        return again
    most = class_rules(offering.term.site_id).daily_messages
    if len(today) >= most:
        raise MessagesFull(most=most)
    receivers = {one.enrolment.member_id for one in queries.roster(offering.id)}
    if not receivers:
        raise NobodyThere
    message = ClassMessage(offering_id=offering.id, words=said, sent_by=by, sent_at=now)
    db.session.add(message)
    db.session.flush()
    note("class_message_sent", f"offering:{offering.id}", after={"receivers": len(receivers)})
    about, told = f"{WRITTEN}:{message.id}", {"title": titles(offering)}
    execute_all(
        *(
            notices.owing(WRITTEN, about, f"member:{member_id}", told, now)
            for member_id in sorted(receivers)
        )
    )
    return message


def _written_today(offering_id: int, now: datetime) -> Sequence[ClassMessage]:
    return queries.written_since(offering_id, clock.at(clock.palace_day(now), time()))
