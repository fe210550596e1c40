"""Posters that lead to a unit, and the applications of people no roster names yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of
from palace.joining.rules import Verdict
from palace.members.models import Member, Unit


class Poster(Base):
    """A QR code that hangs somewhere and suggests a unit; `place` says where, for whoever made it."""

    __tablename__ = "posters"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    place: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    retired_at: Mapped[datetime | None]
    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)


class Application(Base):
    """Somebody's word that they belong to a basic union, until the union has given its own.

    Open while neither `decided_at` nor `withdrawn_at` is set; a member has one open at most.
    """

    __tablename__ = "applications"
    __table_args__ = (
        one_of("verdict", Verdict),
        CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("num_nonnulls(decided_at, withdrawn_at) <= 1", name="closed_once"),
        Index(
            None,
            "member_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    poster_id: Mapped[int | None] = mapped_column(ForeignKey("posters.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    withdrawn_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    verdict: Mapped[Verdict | None]
    why: Mapped[str | None]
    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member] = relationship()


NO_CARD = func.concat("A/", Application.id)
"""The number a roster has for somebody confirmed without a card: no card has a stroke in it."""
