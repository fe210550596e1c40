"""Who has a seat, the order it belongs to, the ticket it becomes, and who came in by it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of
from palace.identities.rules import Document
from palace.members.models import Member
from palace.money import Fen
from palace.programme.models import Package, Performance, Tier
from palace.tickets.rules import Channel, OrderState, TicketState
from palace.venues.models import Seat


class PackageOrder(Base):
    """Places of a package that one member took: an order for each of its shows, all or none."""

    __tablename__ = "package_orders"
    __table_args__ = (CheckConstraint("seat_count > 0", name="seat_count"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    seat_count: Mapped[int]
    created_at: Mapped[datetime]
    package: Mapped[Package] = relationship(lazy="joined", innerjoin=True)


class Order(Base):
    """One member's seats at one performance, taken together and settled together.

    `hold_ends_at` is what the page says; the claims' own `held_until` decides. `pay_by` is the
    deadline shown while money is awaited. `created_at`: when its seats were taken, by whoever gave them on.
    `package_order_id`: it is taken, settled and let go with the other shows of a package.
    """

    __tablename__ = "orders"
    __table_args__ = (
        one_of("state", OrderState),
        one_of("channel", Channel),
        CheckConstraint("seat_count > 0", name="seat_count"),
        Index(None, "package_order_id", postgresql_where=text("package_order_id IS NOT NULL")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"), index=True)
    state: Mapped[OrderState]
    seat_count: Mapped[int]
    hold_ends_at: Mapped[datetime]
    extended: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    pay_by: Mapped[datetime | None]
    created_at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(
        server_default=Channel.ONLINE.value, default=Channel.ONLINE
    )
    settled_at: Mapped[datetime | None]
    package_order_id: Mapped[int | None] = mapped_column(
        ForeignKey("package_orders.id"), default=None
    )
    performance: Mapped[Performance] = relationship(lazy="joined", innerjoin=True)
    claims: Mapped[list[Claim]] = relationship(back_populates="order", order_by="Claim.id")
    tickets: Mapped[list[Ticket]] = relationship(back_populates="order", order_by="Ticket.id")

    @property
    def on_arrival(self) -> bool:
        """Return whether it is kept beyond its hold, for who pays on arrival: not to come is a strike."""
        return self.pay_by is not None and self.pay_by > self.hold_ends_at


class Claim(Base):
    """Who has a seat, or a place without one, at a performance: the unique key prevents double sale.

    `held_until` is the instant a hold lapses; None once sold. A seat kept for somebody is a claim
    with `kept_for` and `kept_until`: those two outlive a buyer, so a returned or lapsed wheelchair
    place is kept again until its release. `kept_why` says it in staff's own words. One that was promised
    to somebody (an offer, a unit's block) has `kept_tier_id`: quotas count it as if it were sold in that.
    `kept_again`: what an offered wheelchair place was kept for, and is again once the offer is over.
    """

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("performance_id", "seat_id"),
        CheckConstraint("price >= 0 AND face_price >= price", name="price"),
        CheckConstraint("num_nonnulls(kept_for, kept_until) IN (0, 2)", name="kept"),
        CheckConstraint(
            "kept_for IS NOT NULL OR num_nonnulls(kept_tier_id, kept_again) = 0", name="promised"
        ),
        CheckConstraint("num_nonnulls(order_id, member_id, tier_id) IN (0, 3)", name="bought"),
        CheckConstraint("order_id IS NOT NULL OR held_until IS NOT NULL", name="sold_to_somebody"),
        Index(None, "member_id", "performance_id"),
        Index(
            "ix_claims_kept_for",
            "kept_for",
            "performance_id",
            postgresql_where=text("kept_for IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seats.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    tier_id: Mapped[int | None] = mapped_column(ForeignKey("tiers.id"))
    zone: Mapped[str]
    price: Mapped[Fen]
    face_price: Mapped[Fen]
    fund: Mapped[str | None]
    held_until: Mapped[datetime | None]
    kept_for: Mapped[str | None]
    kept_until: Mapped[datetime | None]
    kept_why: Mapped[str | None]
    kept_tier_id: Mapped[int | None] = mapped_column(ForeignKey("tiers.id"))
    kept_again: Mapped[str | None]
    order: Mapped[Order | None] = relationship(back_populates="claims")
    seat: Mapped[Seat | None] = relationship(lazy="joined")
    tier: Mapped[Tier | None] = relationship(lazy="joined", foreign_keys=[tier_id])


class Ticket(Base):
    """One person's right to one seat, or place, at one performance; priced and returned alone.

    The code is its address, the collection code and the signed token are its credentials;
    `issue` rises when the token must change. Frozen at issue for the books: the price on the plan and what
    was paid (the rest is subsidy, borne by `fund`), how it was sold, the person's unit and its sector then.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        one_of("state", TicketState),
        one_of("channel", Channel),
        CheckConstraint("face_price >= price", name="face_price"),
        UniqueConstraint("performance_id", "collection_code"),
        Index(
            "uq_tickets_valid_seat",
            "performance_id",
            "seat_id",
            unique=True,
            postgresql_where=text("state = 'valid'"),
        ),
        CheckConstraint("collection_code ~ '^[0-9]{8}$'", name="collection_code"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seats.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    tier_id: Mapped[int] = mapped_column(ForeignKey("tiers.id"))
    price: Mapped[Fen]
    face_price: Mapped[Fen]
    fund: Mapped[str | None]
    channel: Mapped[Channel]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    sector: Mapped[str | None]
    collection_code: Mapped[str]
    issue: Mapped[int] = mapped_column(server_default="1", default=1)
    state: Mapped[TicketState]
    issued_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]
    order: Mapped[Order] = relationship(back_populates="tickets")
    performance: Mapped[Performance] = relationship(lazy="joined", innerjoin=True)
    seat: Mapped[Seat | None] = relationship(lazy="joined")
    tier: Mapped[Tier] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)


class Entrant(Base):
    """Who comes in by a seat of an order, where a performance asks: a name, and what is left of a number.

    `identity_hash` is keyed by `key_id` of the keys file; `exclusive` frozen from the performance:
    the unique key then gives one document one ticket, whoever buys. A row whose claim is no longer
    its order's makes room.
    """

    __tablename__ = "entrants"
    __table_args__ = (
        one_of("document", Document),
        UniqueConstraint("order_id", "claim_id"),
        Index(
            "uq_entrants_identity",
            "performance_id",
            "identity_hash",
            unique=True,
            postgresql_where=text("exclusive"),
        ),
    )

    id: Mapped[Id]
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    document: Mapped[Document]
    identity_hash: Mapped[bytes]
    key_id: Mapped[str]
    last_four: Mapped[str]
    exclusive: Mapped[bool]
    consented_at: Mapped[datetime]
    by_guardian: Mapped[bool]


class Admission(Base):
    """A ticket let in, or out and in again: one admission that counts per ticket and entry."""

    __tablename__ = "admissions"
    __table_args__ = (
        Index(
            "uq_admissions_entry",
            "ticket_id",
            "entry",
            unique=True,
            postgresql_where=text("counts"),
        ),
    )

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    entry: Mapped[int] = mapped_column(SmallInteger)
    counts: Mapped[bool]
    admitted_at: Mapped[datetime]
    gate: Mapped[str]


class Waitlist(Base):
    """A performance people wait for: the lock of its list, and how many wait for a place.

    `looked_at`: what was free then was offered to who waits and wanted by nobody; what came free
    later is not on open sale before it was.
    """

    __tablename__ = "waitlists"
    __table_args__ = (CheckConstraint("waiting >= 0", name="waiting"),)

    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"), primary_key=True)
    looked_at: Mapped[datetime]
    waiting: Mapped[int] = mapped_column(server_default="0", default=0)
