"""Blocks of seats, who signed up for one, the lists that were pasted, and the paper that was printed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.blocks.rules import Outcome, Way
from palace.db import Base, Id, one_of
from palace.members.models import Unit
from palace.programme.models import Performance, Tier


class Block(Base):
    """Places of a performance kept for a unit and those below it, booked in one tier.

    Which places they are say the claims kept for "block:<id>"; they are anybody's from
    `releases_at` on. `code` is the link's, and dead once renewed. `turn_at`: those who signed up
    are given theirs then, in their order; None: who comes first. `turned_at`: it was done.
    """

    __tablename__ = "blocks"
    __table_args__ = (
        one_of("way", Way),
        CheckConstraint("per_member > 0", name="per_member"),
        CheckConstraint("turn_at < releases_at", name="turn"),
        Index(None, "releases_at"),
    )

    id: Mapped[Id]
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    tier_id: Mapped[int] = mapped_column(ForeignKey("tiers.id"))
    way: Mapped[Way]
    per_member: Mapped[int] = mapped_column(server_default="1", default=1)
    releases_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(unique=True)
    turn_at: Mapped[datetime | None]
    turned_at: Mapped[datetime | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    performance: Mapped[Performance] = relationship(lazy="joined", innerjoin=True)
    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)
    tier: Mapped[Tier] = relationship(lazy="joined", innerjoin=True)


class SignUp(Base):
    """Somebody who wants a seat of a block that is given out by turn; `outcome` once it was."""

    __tablename__ = "block_sign_ups"
    __table_args__ = (one_of("outcome", Outcome), UniqueConstraint("block_id", "member_id"))

    id: Mapped[Id]
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    signed_at: Mapped[datetime]
    outcome: Mapped[Outcome | None]
    refusal: Mapped[str | None]


class NameList(Base):
    """A list of names that an organiser pasted; `given_at`: it was handed out, its results stay."""

    __tablename__ = "block_lists"

    id: Mapped[Id]
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id"), index=True)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
    names: Mapped[list[ListedName]] = relationship(order_by="ListedName.line", lazy="selectin")


class ListedName(Base):
    """A line of a pasted list: what was typed, whom it names, and what became of it.

    `refusal` is the code of the rule that said no. Forgotten as the names of who came in are.
    """

    __tablename__ = "block_names"
    __table_args__ = (one_of("outcome", Outcome), UniqueConstraint("list_id", "line"))

    id: Mapped[Id]
    list_id: Mapped[int] = mapped_column(ForeignKey("block_lists.id"))
    line: Mapped[int]
    typed: Mapped[str]
    roster_entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("roster_entries.id", ondelete="SET NULL"), index=True
    )
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    outcome: Mapped[Outcome]
    refusal: Mapped[str | None]
    seat: Mapped[str | None]


class PaperTicket(Base):
    """A ticket of a block that the unit took on paper; `name`: who got it, where somebody wrote it down."""

    __tablename__ = "block_papers"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id"), index=True)
    name: Mapped[str] = mapped_column(server_default="", default="")
