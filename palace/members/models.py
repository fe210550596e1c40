"""People, the unions they belong to, their sign-ins, what they are granted, and the audit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of, quoted
from palace.members.posts import AT_SITES, OF_MEMBERS, OF_STAFF
from palace.members.rules import GrantKind, Role, Standing, standing
from palace.members.unions import RosterEntry as RosterEntry  # noqa: PLC0414 - says: shown to others
from palace.members.unions import Unit as Unit  # noqa: PLC0414 - says: shown to others


class Member(Base):
    """A person who uses the palace; several may share a phone, one account per roster person.

    Erased, the row is nobody's: it stays for what was booked, without a name, a phone or a roster.
    `phone_proven_at` is when a code to the number last let this member in; None: it never has yet.
    `for_unit_id`: no person, but a union itself, which holds what it took on paper for its people.
    """

    __tablename__ = "members"
    __table_args__ = (
        CheckConstraint("calendar_generation > 0", name="calendar_generation"),
        CheckConstraint(
            "erased_at IS NULL OR (phone IS NULL AND name = '' AND roster_entry_id IS NULL)",
            name="erased",
        ),
    )

    id: Mapped[Id]
    phone: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    roster_entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("roster_entries.id"), unique=True
    )
    calendar_generation: Mapped[int] = mapped_column(server_default="1", default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    erased_at: Mapped[datetime | None]
    phone_proven_at: Mapped[datetime | None] = mapped_column(server_default=text("now()"))
    for_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), unique=True)
    roster_entry: Mapped[RosterEntry | None] = relationship(lazy="joined")

    def standing(self, today: date) -> Standing:
        """Return the standing with the union on a palace day."""
        entry = self.roster_entry
        if entry is None:
            return Standing.PENDING
        return standing(entry.valid_until, True, today, counts=entry.counts)

    @property
    def unit(self) -> Unit | None:
        """Return the basic union the roster names."""
        return self.roster_entry.unit if self.roster_entry else None

    @property
    def unit_id(self) -> int | None:
        """Return the basic union the roster names."""
        return self.roster_entry.unit_id if self.roster_entry else None


class Staff(Base):
    """Somebody who works at the palace and signs in by name and password."""

    __tablename__ = "staff"

    id: Mapped[Id]
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    left_at: Mapped[datetime | None]


class Post(Base):
    """A role that somebody has (岗位), in the whole palace or limited to a site, a unit or a troupe.

    It is ended, never deleted; the same one is not had twice at a time.
    """

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("num_nonnulls(member_id, staff_id) = 1", name="one_person"),
        CheckConstraint(
            f"CASE WHEN staff_id IS NULL THEN role IN ({quoted(OF_MEMBERS)})"
            f" ELSE role IN ({quoted(OF_STAFF)}) END",
            name="role",
        ),
        CheckConstraint(f"site_id IS NULL OR role IN ({quoted(AT_SITES)})", name="site"),
        CheckConstraint("site_id IS NOT NULL OR role <> 'site_admin'", name="site_admin"),
        CheckConstraint("(unit_id IS NOT NULL) = (role = 'unit')", name="unit"),
        CheckConstraint("(troupe_id IS NOT NULL) = (role IN ('leader', 'deputy'))", name="troupe"),
        CheckConstraint("ended_at >= granted_at", name="ended"),
        Index(
            "uq_posts_held",
            "staff_id",
            "member_id",
            "role",
            "site_id",
            "unit_id",
            "troupe_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_posts_member_id", "member_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_posts_troupe_id", "troupe_id", postgresql_where=text("troupe_id IS NOT NULL")),
    )

    id: Mapped[Id]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    role: Mapped[Role]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    troupe_id: Mapped[int | None] = mapped_column(ForeignKey("troupes.id"))
    granted_by: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ended_at: Mapped[datetime | None]
    staff: Mapped[Staff | None] = relationship(lazy="joined")
    member: Mapped[Member | None] = relationship(lazy="joined")
    unit: Mapped[Unit | None] = relationship(lazy="joined")


class SecondFactor(Base):
    """What makes the six digits beside somebody's password (TOTP); there since a first code fitted.

    `sealed` is the secret under the key `key_id` of the keys file; a code of `last_step` or before
    is used up (steps of 30 seconds since 1970).
    """

    __tablename__ = "second_factors"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    key_id: Mapped[str]
    sealed: Mapped[str]
    last_step: Mapped[int] = mapped_column(server_default="0", default=0)
    confirmed_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code that is good once in the place of a lost phone; only its hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("staff_id", "code_hash"),)

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class SignIn(Base):
    """One signed-in browser, a row that can be ended; exactly one of member and staff is set.

    Staff act for the member `acting_for` until `acting_until`. `proven_at` is when they last proved
    who they are. `token` is known only to the browser, never to the table.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        CheckConstraint("num_nonnulls(member_id, staff_id) = 1", name="one_person"),
        CheckConstraint(
            "num_nonnulls(acting_for, acting_until) IN (0, 2)"
            " AND (acting_for IS NULL OR staff_id IS NOT NULL)",
            name="acting",
        ),
    )

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    proven_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    acting_for: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    acting_until: Mapped[datetime | None]
    member: Mapped[Member | None] = relationship(foreign_keys=member_id)
    staff: Mapped[Staff | None] = relationship()

    token = ""


class Challenge(Base):
    """A one-time code asked for by a browser; the code itself is derived, never stored."""

    __tablename__ = "challenges"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        Index(None, "phone", "created_at"),
        Index(None, "address_hash", "created_at"),
    )

    id: Mapped[Id]
    browser_hash: Mapped[bytes] = mapped_column(index=True)
    address_hash: Mapped[bytes]
    phone: Mapped[str]
    known: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default="0", default=0)
    passed_at: Mapped[datetime | None]


class Grant(Base):
    """Who may do what until when: opens seats that are kept (`performance_id` None: any show).

    `opens` is the key such seats are kept under ("block:5"); None: what the kind says. `seats` is how
    many may be taken by it in all; None: no limit of its own. `tier_id`: a tier that so many may be
    booked in by it, whoever the tier is for.
    """

    __tablename__ = "grants"
    __table_args__ = (one_of("kind", GrantKind), CheckConstraint("seats > 0", name="seats"))

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    performance_id: Mapped[int | None] = mapped_column(ForeignKey("performances.id"), index=True)
    kind: Mapped[GrantKind]
    reason: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    opens: Mapped[str | None]
    seats: Mapped[int | None]
    tier_id: Mapped[int | None] = mapped_column(ForeignKey("tiers.id"))


class AuditLine(Base):
    """Who did what, before and after, and why; the web's database role may insert only.

    `personal` holds names and numbers, encrypted with the key of the member `personal_of`.
    """

    __tablename__ = "audit_lines"
    __table_args__ = (
        Index(None, "actor", "at"),
        Index(None, "act", "at"),
        Index(
            "ix_audit_lines_acted_for",
            text("(after ->> 'acted_for')"),
            postgresql_where=text("after ? 'acted_for'"),
        ),
    )

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"), index=True)
    actor: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    why: Mapped[str | None]
    request_id: Mapped[str | None]
    personal: Mapped[bytes | None]
    personal_of: Mapped[int | None]


class PersonalKey(Base):
    """What opens a person's values in the audit, wrapped by a key of the keys file; None: destroyed.

    The row stays when the member goes: nobody is given a key twice.
    """

    __tablename__ = "personal_keys"
    __table_args__ = (
        CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed"),
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key_id: Mapped[str]
    wrapped: Mapped[bytes | None]
    destroyed_at: Mapped[datetime | None]
