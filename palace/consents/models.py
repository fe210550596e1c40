"""Versions of what people are told of their data, and who agreed to which."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.consents.rules import Purpose
from palace.db import Base, Id, one_of


class ConsentText(Base):
    """A version of a text, never changed once it is there; the newest that is valid is shown."""

    __tablename__ = "consent_texts"
    __table_args__ = (
        one_of("purpose", Purpose),
        UniqueConstraint("purpose", "version"),
        CheckConstraint("version > 0", name="version"),
    )

    id: Mapped[Id]
    purpose: Mapped[Purpose]
    version: Mapped[int]
    body_zh: Mapped[str]
    body_en: Mapped[str]
    valid_from: Mapped[datetime]
    published_by: Mapped[str]


class Consent(Base):
    """A member's word for one version of a text, until it is taken back; given once at a time."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("withdrawn_at >= given_at", name="withdrawn"),
        Index(
            "uq_consents_given",
            "member_id",
            "text_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    text_id: Mapped[int] = mapped_column(ForeignKey("consent_texts.id"), index=True)
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    text: Mapped[ConsentText] = relationship(lazy="joined", innerjoin=True)
