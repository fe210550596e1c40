"""The rules a house teaches by, one row per house; the head's row holds where a house has none."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base


class ClassRules(Base):
    """The figures of classes; a class takes over at its start what stands in `Offering`.

    Attributes:
        per_term: so many classes one person has in a term, and one of a course; another with a reason.
        minimum, decide_days: with fewer the class does not begin; decided so many days before it does.
        in_person, in_person_hours: places kept for who comes to the house, until so many hours after
            the opening.
        trial_sessions: so many sessions may be tried before a place is final.
        late_sessions: who comes later than after so many sessions is not let in any more.
        pay_hours: a place that costs something waits so long for its money.
        offer_hours: a place offered to who waits lapses after so many hours; `offer_last_hours` within the
            day before a session.
        offer_sessions: after so many sessions nobody is moved up by itself any more.
        withdraw_days: free of charge until so many days before the first session.
        leave_minutes: leave is asked for until so long before a session begins.
        absences: so many unexcused absences free the place; 0: none do.
        certificate_percent: from so much attendance on a certificate is given.
        lesson_minutes: what one lesson (课时) of a teacher's hours sheet is.
        sign_in_minutes: a session's QR signs in from so long before its start until its end.
        daily_messages: so many messages a class is written on a palace day; each is paid for once a person.
        usual_sessions, usual_minutes, usual_places: a class is begun, and a line of a menu proposed, with so
            many sessions of so many minutes and so many places; who plans it may say otherwise.
    """

    __tablename__ = "class_rules"
    __table_args__ = (
        CheckConstraint(
            "least(minimum, decide_days, in_person, in_person_hours, trial_sessions, late_sessions,"
            " offer_sessions, withdraw_days, leave_minutes, absences, sign_in_minutes) >= 0"
            " AND least(per_term, pay_hours, offer_hours, offer_last_hours, lesson_minutes,"
            " daily_messages, usual_sessions, usual_minutes, usual_places) > 0"
            " AND certificate_percent BETWEEN 1 AND 100",
            name="figures",
        ),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    per_term: Mapped[int] = mapped_column(server_default="2", default=2)
    minimum: Mapped[int] = mapped_column(server_default="8", default=8)
    decide_days: Mapped[int] = mapped_column(server_default="5", default=5)
    in_person: Mapped[int] = mapped_column(server_default="3", default=3)
    in_person_hours: Mapped[int] = mapped_column(server_default="72", default=72)
    trial_sessions: Mapped[int] = mapped_column(server_default="1", default=1)
    late_sessions: Mapped[int] = mapped_column(server_default="3", default=3)
    pay_hours: Mapped[int] = mapped_column(server_default="72", default=72)
    offer_hours: Mapped[int] = mapped_column(server_default="24", default=24)
    offer_last_hours: Mapped[int] = mapped_column(server_default="2", default=2)
    offer_sessions: Mapped[int] = mapped_column(server_default="2", default=2)
    withdraw_days: Mapped[int] = mapped_column(server_default="7", default=7)
    leave_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    absences: Mapped[int] = mapped_column(server_default="3", default=3)
    certificate_percent: Mapped[int] = mapped_column(server_default="70", default=70)
    lesson_minutes: Mapped[int] = mapped_column(server_default="45", default=45)
    sign_in_minutes: Mapped[int] = mapped_column(server_default="20", default=20)
    daily_messages: Mapped[int] = mapped_column(server_default="10", default=10)
    usual_sessions: Mapped[int] = mapped_column(server_default="12", default=12)
    usual_minutes: Mapped[int] = mapped_column(server_default="90", default=90)
    usual_places: Mapped[int] = mapped_column(server_default="30", default=30)
