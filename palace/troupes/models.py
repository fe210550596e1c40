"""Troupes, their people, the seasons they are certified for, and the safety letters they sign."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id, one_of
from palace.troupes.rules import CertificationState, TroupeKind


class Troupe(Base):
    """An amateur troupe of a house; leaders and deputies are posts that name it.

    `week_minutes`, `month_minutes`: what it may rehearse, all leaders together, where it has figures of
    its own; None: those of the room's policy. `calendar_generation`: a new one has another secret address.
    """

    __tablename__ = "troupes"
    __table_args__ = (
        UniqueConstraint("site_id", "code"),
        one_of("kind", TroupeKind),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("week_minutes >= 0 AND month_minutes >= 0", name="minutes"),
        CheckConstraint("calendar_generation > 0", name="calendar_generation"),
        Index(None, "name_zh", "id"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    code: Mapped[str]
    kind: Mapped[TroupeKind]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    size: Mapped[int]
    week_minutes: Mapped[int | None]
    month_minutes: Mapped[int | None]
    calendar_generation: Mapped[int] = mapped_column(server_default="1", default=1)
    ended_at: Mapped[datetime | None]


class Season(Base):
    """A season of the troupes, a year as a rule: its first and its last palace day."""

    __tablename__ = "seasons"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="span"),)

    id: Mapped[Id]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class SafetyLetter(Base):
    """The words a troupe's leader signs for a season (安全承诺书); a version never changes."""

    __tablename__ = "safety_letters"
    __table_args__ = (UniqueConstraint("season_id", "version"),)

    id: Mapped[Id]
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    version: Mapped[int]
    text_zh: Mapped[str]
    text_en: Mapped[str]
    published_by: Mapped[str]
    published_at: Mapped[datetime]


class Certification(Base):
    """A troupe asks to be known for a season, with the letter its leader signed; the palace decides."""

    __tablename__ = "certifications"
    __table_args__ = (
        UniqueConstraint("troupe_id", "season_id"),
        one_of("state", CertificationState),
        CheckConstraint(
            "num_nonnulls(decided_by, decided_at) = CASE state WHEN 'asked' THEN 0 ELSE 2 END",
            name="decided",
        ),
    )

    id: Mapped[Id]
    troupe_id: Mapped[int] = mapped_column(ForeignKey("troupes.id"))
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    state: Mapped[CertificationState]
    letter_id: Mapped[int] = mapped_column(ForeignKey("safety_letters.id"))
    signed_by: Mapped[int] = mapped_column(ForeignKey("members.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    why: Mapped[str | None]


class TroupeMember(Base):
    """Somebody on a troupe's roster: by name, and by account where they have one."""

    __tablename__ = "troupe_members"
    __table_args__ = (
        CheckConstraint("joined_on <= left_on", name="span"),
        Index(
            "uq_troupe_members_held",
            "troupe_id",
            "member_id",
            unique=True,
            postgresql_where=text("left_on IS NULL AND member_id IS NOT NULL"),
        ),
        Index(None, "member_id", postgresql_where=text("left_on IS NULL")),
        Index(None, "troupe_id", "id"),
    )

    id: Mapped[Id]
    troupe_id: Mapped[int] = mapped_column(ForeignKey("troupes.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    name: Mapped[str]
    phone: Mapped[str | None]
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
