"""Who waits for a place at a full performance, and what they were offered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of
from palace.members.models import Member
from palace.programme.models import Performance
from palace.waiting.rules import PassedWhy, WaitState, Wanted


class WaitEntry(Base):
    """A member who waits for a performance, in the order of `id`, and the one offer made to them.

    The seats of an offer are claims of nobody's order that are kept for `offer:<id>` until it lapses;
    `offered` has their codes, and none where nobody has a numbered seat.
    """

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        one_of("state", WaitState),
        one_of("passed_why", PassedWhy),
        CheckConstraint("count BETWEEN 1 AND 20", name="count"),
        CheckConstraint("passed >= 0", name="passed"),
        CheckConstraint("(state IN ('waiting', 'offered')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint(
            "num_nonnulls(offered_at, offered_count, lapses_at) IN (0, 3)"
            " AND (offered_at IS NOT NULL) = (state IN ('offered', 'accepted', 'declined', 'lapsed'))",
            name="offered",
        ),
        CheckConstraint("(order_id IS NOT NULL) = (state = 'accepted')", name="accepted"),
        Index(
            "uq_waitlist_entries_live",
            "performance_id",
            "member_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "performance_id", "state", "id"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    count: Mapped[int]
    together: Mapped[bool]
    fewer: Mapped[bool]
    zone: Mapped[str | None]
    state: Mapped[WaitState]
    joined_at: Mapped[datetime]
    passed: Mapped[int] = mapped_column(server_default="0", default=0)
    passed_why: Mapped[PassedWhy | None]
    offered_at: Mapped[datetime | None]
    offered_count: Mapped[int | None]
    offered: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", default=list)
    lapses_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    performance: Mapped[Performance] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member] = relationship()

    @property
    def wanted(self) -> Wanted:
        """Return what the member waits for."""
        return Wanted(count=self.count, together=self.together, fewer=self.fewer, zone=self.zone)

    @property
    def key(self) -> str:
        """Return what the places of the offer are kept for."""
        return f"offer:{self.id}"
