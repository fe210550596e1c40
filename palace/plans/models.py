"""A plan somebody works on, before it is kept as a version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id
from palace.venues.models import SeatingPlan, Space


class PlanDraft(Base):
    """A seatplan/1 document on its way to a version; `plan_id` is the version it began from.

    `revision` rises with every change: who has an older page is told, nothing is overwritten.
    """

    __tablename__ = "plan_drafts"

    id: Mapped[Id]
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("seating_plans.id"))
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    space: Mapped[Space] = relationship(lazy="joined", innerjoin=True)
    plan: Mapped[SeatingPlan | None] = relationship(lazy="joined")
