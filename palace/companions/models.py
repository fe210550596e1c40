"""The people a member keeps to bring along."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from palace.companions.rules import Relation
from palace.db import Base, Id, one_of
from palace.identities.rules import Document


class Companion(Base):
    """Somebody a member brings, also themselves: a name, a minor's birthday, what is left of a number.

    `identity_hash` is keyed by `key_id` of the keys file; a show whose sale opened under another key
    asks for the number again. `by_guardian`: under 14 when added, and the member their guardian.
    """

    __tablename__ = "companions"
    __table_args__ = (
        one_of("relation", Relation),
        one_of("document", Document),
        CheckConstraint(
            "num_nonnulls(document, identity_hash, key_id, last_four) IN (0, 4)", name="identity"
        ),
        UniqueConstraint("member_id", "identity_hash"),
        Index(
            "uq_companions_self",
            "member_id",
            unique=True,
            postgresql_where=text("relation = 'self'"),
        ),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    name: Mapped[str]
    relation: Mapped[Relation]
    born_on: Mapped[date | None]
    document: Mapped[Document | None]
    identity_hash: Mapped[bytes | None]
    key_id: Mapped[str | None]
    last_four: Mapped[str | None]
    added_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    by_guardian: Mapped[bool]
