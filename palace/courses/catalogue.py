"""What is taught and when it is enrolled in: subjects, courses and the terms of a house."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import COMES_WITH_THE_TABLES, Base, Id


class Subject(Base):
    """What courses are about (书法、声乐), in the order people look for them."""

    __tablename__ = "subjects"
    __table_args__ = ({"info": {COMES_WITH_THE_TABLES: True}},)

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name_zh: Mapped[str]
    name_en: Mapped[str]


class Term(Base):
    """A term of a house: its days, and the instants from which its catalogue is shown and enrolled in.

    Members enrol from `opens_at`, whoever pays the public fee from `public_opens_at`, both until
    `closes_at`; a class may have an opening of its own.
    """

    __tablename__ = "terms"
    __table_args__ = (
        UniqueConstraint("site_id", "name_zh"),
        CheckConstraint("first_on <= last_on", name="days"),
        CheckConstraint(
            "shown_at <= opens_at AND opens_at <= public_opens_at AND public_opens_at < closes_at",
            name="phases",
        ),
        CheckConstraint("per_person > 0", name="per_person"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    shown_at: Mapped[datetime]
    opens_at: Mapped[datetime]
    public_opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    per_person: Mapped[int]


class Course(Base):
    """What is taught again and again: its words were reviewed before the public reads them.

    Until a review has passed, `title_zh` is empty and no class of it is shown. `level` 0: any. Ages are
    those of the first day of a class, both ends allowed. `prerequisite_id`: who enrols has finished that.
    """

    __tablename__ = "courses"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 5", name="level"),
        CheckConstraint("min_age >= 0 AND max_age >= min_age", name="ages"),
        CheckConstraint("prerequisite_id <> id", name="prerequisite"),
        Index(None, "subject", "id"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    subject: Mapped[str | None] = mapped_column(ForeignKey("subjects.code"))
    title_zh: Mapped[str] = mapped_column(server_default="", default="")
    title_en: Mapped[str] = mapped_column(server_default="", default="")
    about_zh: Mapped[str] = mapped_column(server_default="", default="")
    about_en: Mapped[str] = mapped_column(server_default="", default="")
    bring_zh: Mapped[str] = mapped_column(server_default="", default="")
    bring_en: Mapped[str] = mapped_column(server_default="", default="")
    level: Mapped[int] = mapped_column(server_default="0", default=0)
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    prerequisite_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))
    picture: Mapped[str | None] = mapped_column(ForeignKey("pictures.code"))
    prerequisite: Mapped[Course | None] = relationship(remote_side="Course.id", viewonly=True)
