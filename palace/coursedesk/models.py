"""A class that is to be called off: proposed by one person, decided by another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.coursedesk.rules import CallOffState
from palace.courses.models import Offering
from palace.db import Base, Id, one_of


class CallOff(Base):
    """What one person proposed for a class and another decided; at most one waits per class.

    `why` is what everybody reads. A withdrawn one was decided against, by anybody who may.
    """

    __tablename__ = "call_offs"
    __table_args__ = (
        one_of("state", CallOffState),
        CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)"
            " AND num_nonnulls(decided_at, decided_by) IN (0, 2)",
            name="decided",
        ),
        CheckConstraint("state <> 'done' OR decided_by <> proposed_by", name="another"),
        Index(
            "uq_call_offs_proposed",
            "offering_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[Id]
    offering_id: Mapped[int] = mapped_column(ForeignKey("offerings.id"), index=True)
    state: Mapped[CallOffState]
    why: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    offering: Mapped[Offering] = relationship(lazy="joined", innerjoin=True)
