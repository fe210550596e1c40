"""Complimentary tickets as they were asked for, and whom they are for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from palace.complimentary.rules import GivenState, Reason
from palace.db import Base, Id, one_of
from palace.members.models import Member
from palace.programme.models import Performance
from palace.tickets.models import Order


class Complimentary(Base):
    """Complimentary tickets asked for together: `each` for every person, in named `seats` or the best.

    `source`: the key of kept seats they are taken from; None: free ones. What one person may not give
    alone is proposed, until another confirms it or anybody lets it go.
    """

    __tablename__ = "complimentaries"
    __table_args__ = (
        one_of("reason", Reason),
        one_of("state", GivenState),
        CheckConstraint("each > 0", name="each"),
        CheckConstraint("num_nonnulls(decided_at, decided_by) IN (0, 2)", name="decided"),
        CheckConstraint(
            "state = 'given' OR (state = 'proposed') = (decided_at IS NULL)", name="open"
        ),
        CheckConstraint("state <> 'given' OR decided_by <> asked_by", name="another"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"), index=True)
    reason: Mapped[Reason]
    why: Mapped[str]
    each: Mapped[int]
    seats: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source: Mapped[str | None]
    state: Mapped[GivenState]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    performance: Mapped[Performance] = relationship(lazy="joined", innerjoin=True)
    people: Mapped[list[Given]] = relationship(order_by="Given.id", lazy="selectin")

    @property
    def wanted(self) -> int:
        """Return how many tickets it is about."""
        return self.each * len(self.people)


class Given(Base):
    """Somebody a complimentary ticket is for, and the order it became."""

    __tablename__ = "complimentary_people"
    __table_args__ = (UniqueConstraint("complimentary_id", "member_id"),)

    id: Mapped[Id]
    complimentary_id: Mapped[int] = mapped_column(ForeignKey("complimentaries.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)
    order: Mapped[Order | None] = relationship(lazy="joined")
