"""Tables of unions and of the people they list; `models` shows them to everybody else."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    case,
    func,
    literal,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from palace.db import Base, Id, one_of
from palace.members.units import PARENTS, RosterStatus, UnitKind

FITS = " OR ".join(
    f"(kind = '{kind}' AND parent_kind IN ({', '.join(repr(str(one)) for one in above)}))"
    for kind, above in PARENTS.items()
    if above
)


class Unit(Base):
    """A union in the tree: federation, district or industry, trade, basic union (单位工会).

    A unit's parent stands higher than itself (`parent_kind` is the parent's, held by the key), so
    the tree has no circles. `pinyin`: names and nicknames, in full and by initials.
    """

    __tablename__ = "units"
    __table_args__ = (
        UniqueConstraint("id", "kind"),
        ForeignKeyConstraint(["parent_id", "parent_kind"], ["units.id", "units.kind"]),
        one_of("kind", UnitKind),
        CheckConstraint(
            f"num_nonnulls(parent_id, parent_kind) IN (0, 2) AND (parent_id IS NULL OR {FITS})",
            name="parent",
        ),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(index=True)
    parent_kind: Mapped[UnitKind | None]
    kind: Mapped[UnitKind]
    name_zh: Mapped[str]
    sector: Mapped[str | None]
    nicknames: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", default=list)
    pinyin: Mapped[str] = mapped_column(server_default="", default="")
    closed_at: Mapped[datetime | None]


ACTIVE = literal(RosterStatus.ACTIVE.value, Text)


class RosterEntry(Base):
    """One person on a unit's roster; membership hangs on it, not on a phone number.

    Two units may list the same card, and neither learns it. `listed_by` is the import that wrote
    the row last, `vouched_at` when a verifier did, `confirmed_at` when the unit gave its word for
    somebody no list named; `counts` whether such a status makes a member
    here.
    """

    __tablename__ = "roster_entries"
    __table_args__ = (
        UniqueConstraint("unit_id", "card_number"),
        Index(None, "name", "id"),
        Index(None, "valid_until", "id"),
        one_of("status", RosterStatus),
        CheckConstraint("left_on IS NULL OR status <> 'active'", name="left_on"),
    )

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    card_number: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(index=True)
    valid_until: Mapped[date | None]
    status: Mapped[RosterStatus] = mapped_column(
        server_default=RosterStatus.ACTIVE.value, default=RosterStatus.ACTIVE
    )
    left_on: Mapped[date | None]
    listed_by: Mapped[int | None] = mapped_column(ForeignKey("roster_imports.id"), index=True)
    vouched_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    # The house's rule says it of all but the active: PostgreSQL cannot inline it and plans it at every call.
    counts: Mapped[bool] = column_property(
        case((status == ACTIVE, true()), else_=func.palace_entry_counts(status))
    )
    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)
