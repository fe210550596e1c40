"""Certificates of who attended a class."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.courses.models import Enrolment
from palace.db import Base, Id


class Certificate(Base):
    """A certificate (结业证书): its number as printed, and the code whose page says that it is true.

    `serial` counts without holes in a house's year. Name, class and figures are those of the day it was
    given; the page shows the name masked. One that was revoked stays, and another may be given.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("attended BETWEEN 0 AND held", name="attended"),
        CheckConstraint("num_nonnulls(revoked_at, revoked_by, why) IN (0, 3)", name="revoked"),
        CheckConstraint("serial > 0", name="serial"),
        UniqueConstraint("site_id", "year", "serial"),
        Index(None, "enrolment_id"),
        Index(
            "uq_certificates_valid",
            "enrolment_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    name: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    attended: Mapped[int]
    held: Mapped[int]
    minutes: Mapped[int]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    why: Mapped[str | None]
    enrolment: Mapped[Enrolment] = relationship()
