"""Who gave which ticket to whom: one row for each time it was offered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of
from palace.gifts.rules import GiftState
from palace.members.models import Member
from palace.tickets.models import Ticket


class Gift(Base):
    """A ticket that was offered to somebody, and what became of it.

    `receiver_id` None: nobody here has that number and name; the giver reads the same words. Of the
    number only `number_end` stays. `order_id` is the order the ticket was of until it was taken.
    """

    __tablename__ = "gifts"
    __table_args__ = (
        one_of("state", GiftState),
        CheckConstraint("(state = 'offered') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("receiver_id <> giver_id", name="another"),
        CheckConstraint("state <> 'accepted' OR receiver_id IS NOT NULL", name="accepted"),
        Index(
            "uq_gifts_offered",
            "ticket_id",
            unique=True,
            postgresql_where=text("state = 'offered'"),
        ),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    number_end: Mapped[str]
    state: Mapped[GiftState]
    offered_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    ticket: Mapped[Ticket] = relationship(lazy="joined", innerjoin=True)
    giver: Mapped[Member] = relationship(foreign_keys=[giver_id], lazy="joined", innerjoin=True)
