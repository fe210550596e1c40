"""Classes with every session of theirs, enrolments, and who waits for a place."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.companions.models import Companion
from palace.courses.catalogue import Course, Term
from palace.courses.rules import GRACE
from palace.courses.states import (
    HOLDING,
    Channel,
    EnrolmentState,
    OfferingState,
    SessionState,
    WaitState,
)
from palace.db import Base, Id, one_of, quoted
from palace.members.models import Member
from palace.money import Fen
from palace.teachers.models import Teacher
from palace.venues.models import Space


def _person(context: DefaultExecutionContext) -> int:
    """Return who a row is for: the number of who is kept, also once nobody keeps them; 0: the member."""
    return context.get_current_parameters().get("companion_id") or 0  # type: ignore[no-untyped-call]  # SQLAlchemy's


LIVE = f"state IN ({quoted(HOLDING)})"


class Offering(Base):
    """A class (班级): a course in a term, with its places, fees and the figures it was begun with.

    `places` are given out by a count of live enrolments and offers behind this row's lock. `in_person`
    of them are kept for who comes to the house until `in_person_until`. Fees in fen: `public_fee` None:
    members only; the material fee comes on top and is given back until `materials_bought_at`. What
    members pay less than others is borne by `fund`.
    `opens_at` None: the term's. With fewer than `minimum` on `decides_on` somebody decides; `confirmed_at`
    says that it takes place. `chat_picture` is for enrolled members only. `revision`: a change of its form.
    `calendar_generation`: a new one has another secret address.
    """

    __tablename__ = "offerings"
    __table_args__ = (
        one_of("state", OfferingState),
        CheckConstraint("places > 0 AND in_person BETWEEN 0 AND places", name="places"),
        CheckConstraint("minimum BETWEEN 0 AND places", name="minimum"),
        CheckConstraint("least(member_fee, public_fee, material_fee) >= 0", name="fees"),
        CheckConstraint(
            "least(trial_sessions, late_sessions, offer_sessions, absences) >= 0", name="figures"
        ),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published"),
        Index(None, "term_id", "course_id"),
        Index(None, "course_id"),
        Index(None, "teacher_id"),
    )

    id: Mapped[Id]
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), index=True)
    teacher_id: Mapped[int | None] = mapped_column(ForeignKey("teachers.id"))
    name_zh: Mapped[str] = mapped_column(server_default="", default="")
    name_en: Mapped[str] = mapped_column(server_default="", default="")
    state: Mapped[OfferingState] = mapped_column(default=OfferingState.DRAFT)
    places: Mapped[int]
    in_person: Mapped[int] = mapped_column(server_default="0", default=0)
    in_person_until: Mapped[datetime | None]
    opens_at: Mapped[datetime | None]
    member_fee: Mapped[Fen] = mapped_column(server_default="0", default=Fen(0))
    public_fee: Mapped[Fen | None]
    material_fee: Mapped[Fen] = mapped_column(server_default="0", default=Fen(0))
    fund: Mapped[str | None]
    materials_bought_at: Mapped[datetime | None]
    minimum: Mapped[int] = mapped_column(server_default="0", default=0)
    decides_on: Mapped[date | None]
    confirmed_at: Mapped[datetime | None]
    trial_sessions: Mapped[int] = mapped_column(server_default="0", default=0)
    late_sessions: Mapped[int] = mapped_column(server_default="3", default=3)
    offer_sessions: Mapped[int] = mapped_column(server_default="2", default=2)
    absences: Mapped[int] = mapped_column(server_default="3", default=3)
    chat_picture: Mapped[str | None] = mapped_column(ForeignKey("pictures.code"))
    revision: Mapped[int] = mapped_column(server_default="0", default=0)
    calendar_generation: Mapped[int] = mapped_column(server_default="1", default=1)
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    why: Mapped[str | None]
    term: Mapped[Term] = relationship(lazy="joined", innerjoin=True)
    course: Mapped[Course] = relationship(lazy="joined", innerjoin=True)
    space: Mapped[Space] = relationship(lazy="joined", innerjoin=True)
    teacher: Mapped[Teacher | None] = relationship(lazy="joined")


class ClassSession(Base):
    """One session of a class (课次): when, where and by whom; `number` counts from 1 and stays.

    It holds its room by its occupancy and its teacher by the exclusion here: nobody teaches twice at
    once. `teacher_id` is who teaches it, a substitute (代课) where it is not the class's. A cancelled
    one (停课) is made up for (补课) by the one that names it in `instead_of`.
    """

    __tablename__ = "class_sessions"
    __table_args__ = (
        one_of("state", SessionState),
        UniqueConstraint("offering_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("starts_at < ends_at", name="span"),
        CheckConstraint("occupancy_id IS NULL OR state = 'planned'", name="holding"),
        ExcludeConstraint(
            (text("int8range(teacher_id, teacher_id, '[]')"), "&&"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            using="gist",
            where=text("state = 'planned' AND teacher_id IS NOT NULL"),
            name="ex_class_sessions_teacher_id_during",
        ),
        Index(None, "space_id", "day"),
        Index(None, "teacher_id", "day"),
        Index(None, "ends_at"),
        Index(None, "instead_of", postgresql_where=text("instead_of IS NOT NULL")),
    )

    id: Mapped[Id]
    offering_id: Mapped[int] = mapped_column(ForeignKey("offerings.id"))
    number: Mapped[int]
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    teacher_id: Mapped[int | None] = mapped_column(ForeignKey("teachers.id"))
    occupancy_id: Mapped[int | None] = mapped_column(
        ForeignKey("occupancies.id", ondelete="SET NULL"), unique=True
    )
    state: Mapped[SessionState] = mapped_column(default=SessionState.PLANNED)
    instead_of: Mapped[int | None] = mapped_column(ForeignKey("class_sessions.id"))
    why: Mapped[str | None]
    offering: Mapped[Offering] = relationship()
    space: Mapped[Space] = relationship(lazy="joined", innerjoin=True)
    teacher: Mapped[Teacher | None] = relationship(lazy="joined")


class Enrolment(Base):
    """A place in a class (报名): the member's own, or that of somebody they enrol (`companion_id`).

    `person` stays when nobody keeps them any more; 0: the member.
    The fees are frozen when it is taken, and for the books what others pay (the rest is subsidy, borne by
    `fund`), the person's unit and its sector. `held_until` is when an unpaid one lapses. `excused_by` and
    `excused_why`: who let it in beyond a rule, and why.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        one_of("state", EnrolmentState),
        one_of("channel", Channel),
        CheckConstraint("least(fee, material_fee) >= 0", name="fees"),
        CheckConstraint("(state = 'unpaid') = (held_until IS NOT NULL)", name="held_until"),
        CheckConstraint(f"({LIVE}) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("num_nonnulls(excused_by, excused_why) IN (0, 2)", name="excused"),
        Index(
            "uq_enrolments_live",
            "offering_id",
            "member_id",
            "person",
            unique=True,
            postgresql_where=text(LIVE),
        ),
        Index(None, "member_id", "id"),
        Index(None, "companion_id", postgresql_where=text("companion_id IS NOT NULL")),
        Index(None, "held_until", postgresql_where=text("state = 'unpaid'")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    offering_id: Mapped[int] = mapped_column(ForeignKey("offerings.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    companion_id: Mapped[int | None] = mapped_column(
        ForeignKey("companions.id", ondelete="SET NULL")
    )
    person: Mapped[int] = mapped_column(BigInteger, default=_person)
    state: Mapped[EnrolmentState]
    channel: Mapped[Channel]
    fee: Mapped[Fen] = mapped_column(server_default="0", default=Fen(0))
    material_fee: Mapped[Fen] = mapped_column(server_default="0", default=Fen(0))
    face_fee: Mapped[Fen] = mapped_column(server_default="0", default=Fen(0))
    fund: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    sector: Mapped[str | None]
    held_until: Mapped[datetime | None]
    enrolled_at: Mapped[datetime]
    excused_by: Mapped[str | None]
    excused_why: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    why: Mapped[str | None]
    offering: Mapped[Offering] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member] = relationship()
    companion: Mapped[Companion | None] = relationship(lazy="joined")

    @property
    def amount(self) -> Fen:
        """Return what the place costs with its material."""
        return Fen(self.fee + self.material_fee)

    @property
    def pay_by(self) -> datetime | None:
        """Return the deadline that is shown of an unpaid place."""
        return self.held_until - GRACE if self.held_until else None

    def has_lapsed(self, now: datetime) -> bool:
        """Return whether the place was not paid for in time, tidied up or not."""
        return self.held_until is not None and self.held_until <= now

    def state_at(self, now: datetime) -> EnrolmentState:
        """Return how the place stands at an instant: a lapsed one is given back, tidied up or not."""
        return EnrolmentState.LAPSED if self.has_lapsed(now) else self.state


class ClassWait(Base):
    """Somebody waits for a place in a class, in the order of `id`, and the one offer made to them.

    An offer keeps a place until `lapses_at`, whoever asks. It is over with the term.
    """

    __tablename__ = "class_waits"
    __table_args__ = (
        one_of("state", WaitState),
        CheckConstraint("(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint(
            "(state = 'waiting') <= (offered_at IS NULL)"
            " AND num_nonnulls(offered_at, lapses_at) IN (0, 2)",
            name="offered",
        ),
        CheckConstraint("(enrolment_id IS NOT NULL) = (state = 'taken')", name="taken"),
        Index(
            "uq_class_waits_live",
            "offering_id",
            "member_id",
            "person",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "offering_id", "state", "id"),
        Index(None, "member_id"),
        Index(None, "enrolment_id", postgresql_where=text("enrolment_id IS NOT NULL")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    offering_id: Mapped[int] = mapped_column(ForeignKey("offerings.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    companion_id: Mapped[int | None] = mapped_column(
        ForeignKey("companions.id", ondelete="SET NULL")
    )
    person: Mapped[int] = mapped_column(BigInteger, default=_person)
    channel: Mapped[Channel]
    state: Mapped[WaitState]
    joined_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    lapses_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolments.id"))
    offering: Mapped[Offering] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member] = relationship()
    companion: Mapped[Companion | None] = relationship(lazy="joined")

    @property
    def is_nobodys(self) -> bool:
        """Return whether it is for somebody whom the member keeps no more."""
        return bool(self.person) and self.companion_id is None
