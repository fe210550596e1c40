"""A message to everybody of a class: kept once, owed to each as a notice, in their own time."""

from __future__ import annotations

from palace import clock
from palace.classes import queries
from palace.classes.errors import NobodyThere
from palace.classes.models import ClassMessage
from palace.courses.models import Offering
from palace.courses.services.telling import titles
from palace.db import db
from palace.members.services import note
from palace.notices import services as notices

WRITTEN = "class_message"


def send(offering: Offering, said: str, *, by: str) -> ClassMessage:
    """Write to everybody who has a place in a class; somebody with two places gets it once.

    Raises:
        NobodyThere: nobody has one.
    """
    receivers = {one.enrolment.member_id for one in queries.roster(offering.id)}
    if not receivers:
        raise NobodyThere
    now = clock.now()
    message = ClassMessage(offering_id=offering.id, words=said, sent_by=by, sent_at=now)
    db.session.add(message)
    db.session.flush()
    note("class_message_sent", f"offering:{offering.id}", after={"receivers": len(receivers)})
    for member_id in sorted(receivers):
        about, told = f"{WRITTEN}:{message.id}", {"title": titles(offering)}
        notices.owe(WRITTEN, about, f"member:{member_id}", told, now)
    return message
