"""Something owed to somebody; the row is the queue, the words are made when it is sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id, one_of
from palace.money import Fen
from palace.notices.rules import Fund, State

IN_LANGUAGE = "language IN ('zh', 'en')"


class Notice(Base):
    """A kind and its values owed to a receiver ("member:5", "phone:138…") about a subject, once.

    `due_at`: from when on it may be handed over, or an uncertain one asked about; None: it waits to
    be released. `attempts` and `attempted_at` are written before the network is touched. `amount`
    is what the try may cost, `address` where it went until that is settled. `language`: the one it
    was asked for in, where the receiver has none.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "receiver"),
        one_of("state", State),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent"),
        CheckConstraint(
            "least(attempts, amount, pieces) >= 0 AND (attempts = 0) = (attempted_at IS NULL)",
            name="tried",
        ),
        CheckConstraint(IN_LANGUAGE, name="language"),
        Index(None, "kind", "created_at"),
        Index(None, "due_at", postgresql_where=text("state IN ('owed', 'uncertain')")),
        Index(
            "ix_notices_unsettled",
            "state",
            "error",
            "kind",
            "created_at",
            postgresql_where=text("state NOT IN ('sent', 'inbox')"),
        ),
        Index(
            "ix_notices_unsettled_at",
            "created_at",
            "id",
            postgresql_where=text("state NOT IN ('sent', 'inbox')"),
        ),
        Index("ix_notices_receiver_id", "receiver", "id"),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    subject: Mapped[str]
    receiver: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    gateway: Mapped[str | None]
    state: Mapped[State] = mapped_column(server_default="owed", default=State.OWED)
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    attempted_at: Mapped[datetime | None]
    amount: Mapped[Fen] = mapped_column(server_default="0", default=Fen(0))
    pieces: Mapped[int] = mapped_column(server_default="0", default=0)
    error: Mapped[str | None]
    reference: Mapped[str | None]
    address: Mapped[str | None]
    language: Mapped[str | None]
    read_at: Mapped[datetime | None]


class Contact(Base):
    """How a member wants to be told: language, an e-mail address of their own, kinds that stay in the inbox.

    `email` was proven by a code; `wanted_email` waits for one since `asked_at`.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint(IN_LANGUAGE, name="language"),
        CheckConstraint("(wanted_email IS NULL) = (asked_at IS NULL) AND tries >= 0", name="asked"),
    )

    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id"), primary_key=True, autoincrement=False
    )
    language: Mapped[str | None]
    email: Mapped[str | None]
    wanted_email: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0", default=0)
    muted: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", default=list)


class Template(Base):
    """The number under which an SMS provider has approved the words of a kind in a language."""

    __tablename__ = "message_templates"
    __table_args__ = (CheckConstraint(IN_LANGUAGE, name="language"),)

    gateway: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    template: Mapped[str]
    changed_at: Mapped[datetime]


class MessageDay(Base):
    """What the messages of a palace day cost one of its funds, those being sent counted in."""

    __tablename__ = "message_days"
    __table_args__ = (CheckConstraint("least(pieces, amount) >= 0", name="not_negative"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    fund: Mapped[Fund] = mapped_column(Text, primary_key=True)
    pieces: Mapped[int] = mapped_column(server_default="0", default=0)
    amount: Mapped[Fen] = mapped_column(server_default="0", default=Fen(0))


class GatewayState(Base):
    """What is known of a gateway: messages left (None: untold), when it was empty or failed last."""

    __tablename__ = "message_gateways"

    name: Mapped[str] = mapped_column(primary_key=True)
    left_pieces: Mapped[int | None]
    asked_at: Mapped[datetime | None]
    empty_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]
