"""What people would like to learn: surveys with their lines and votes; scores of classes that ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.courses.catalogue import Subject
from palace.courses.models import Enrolment, Offering
from palace.db import Base, Id
from palace.venues.models import Site


class Survey(Base):
    """A menu of possible courses (课程菜单): each member has `choices` votes on it while it is open."""

    __tablename__ = "surveys"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="span"),
        CheckConstraint("choices > 0", name="choices"),
        Index(None, "site_id", "closes_at"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    title_zh: Mapped[str]
    title_en: Mapped[str]
    choices: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    site: Mapped[Site] = relationship(lazy="joined", innerjoin=True)


class SurveyLine(Base):
    """A possible course on a menu; `offering_id` is the class that it became, whose voters are told."""

    __tablename__ = "survey_lines"
    __table_args__ = (
        UniqueConstraint("survey_id", "position", deferrable=True),
        Index(None, "offering_id"),
    )

    id: Mapped[Id]
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    position: Mapped[int]
    subject: Mapped[str] = mapped_column(ForeignKey("subjects.code"))
    title_zh: Mapped[str]
    title_en: Mapped[str]
    about_zh: Mapped[str] = mapped_column(server_default="", default="")
    about_en: Mapped[str] = mapped_column(server_default="", default="")
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))
    offering_id: Mapped[int | None] = mapped_column(ForeignKey("offerings.id"))
    kind: Mapped[Subject] = relationship(lazy="joined", innerjoin=True)
    offering: Mapped[Offering | None] = relationship()


class SurveyVote(Base):
    """A member's vote for a line of a menu; they may be changed while it is open."""

    __tablename__ = "survey_votes"
    __table_args__ = (Index(None, "member_id"),)

    line_id: Mapped[int] = mapped_column(ForeignKey("survey_lines.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    voted_at: Mapped[datetime]


class Score(Base):
    """What somebody gives the class they were in: 1 to 5, and words that only the palace reads."""

    __tablename__ = "class_scores"
    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    stars: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(server_default="", default="")
    given_at: Mapped[datetime]
    enrolment: Mapped[Enrolment] = relationship()
