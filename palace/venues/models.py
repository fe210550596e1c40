"""Sites, their house rules, spaces made of atoms, seating plans, and who occupies a space when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import (
    ARRAY,
    INT4MULTIRANGE,
    JSONB,
    TSTZRANGE,
    ExcludeConstraint,
    Range,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of
from palace.venues.rules import SeatType, Use


class Site(Base):
    """A house of the palace: the head or a branch station; `counter` says where and when tickets are sold."""

    __tablename__ = "sites"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    seal: Mapped[str]
    address_zh: Mapped[str] = mapped_column(server_default="", default="")
    address_en: Mapped[str] = mapped_column(server_default="", default="")
    phone: Mapped[str] = mapped_column(server_default="", default="")
    counter_zh: Mapped[str] = mapped_column(server_default="", default="")
    counter_en: Mapped[str] = mapped_column(server_default="", default="")


class HouseRules(Base):
    """The rules of the house, one row per site; every figure may be changed by its people.

    Attributes:
        seats_per_member: seats one member may have at one performance.
        free_per_month: free tickets one member may have in a Shanghai month of shows.
        hold_minutes, hold_minutes_large_text: how long chosen seats are held online.
        extension_minutes: what the one extension of a hold adds.
        pay_before_minutes: unpaid seats lapse this long before curtain-up (到场付款).
        few_left_percent: at or below this share of free seats a show is 快满了.
        return_before_minutes: members return tickets until this long before curtain-up.
        code_per_phone_minute, code_per_phone_hour, code_per_phone_day: sign-in codes one number gets.
        code_per_address_hour: codes asked for from one address; many phones share a carrier's.
        code_per_day: codes the palace pays for in a day, all numbers together.
        code_per_day_for_known: of these, kept for numbers of members and rosters.
        challenge_keep_days, command_key_keep_days, notice_keep_days: how long sign-in codes asked for,
            idempotency keys and sent notices are kept before the hourly tidying forgets them; the
            figures of a day count challenges, so these are kept for a day at least.
        second_factor_roles: staff with one of these posts sign in with a code beside the password.
        proof_minutes: so long after somebody proved who they are, dangerous acts ask for no new proof.
        entrant_keep_days: names and document hashes of who came in are kept so long after a show.
        exports_per_day, export_keep_days: files of lists one person may ask for in a day, and how long
            a file waits to be fetched.
        strikes_to_bar, strike_within_days, bar_days: so many shows missed within so many palace days
            stop new bookings for so many days; 0 strikes only warn.
        strike_free_only: whether only free tickets that stay unused count.
        strike_after_minutes: how long after a show's end they are counted; doors may sync late.
        audit_keep_days: sealed audit lines older than this are forgotten; None: kept for good.
    """

    __tablename__ = "house_rules"
    __table_args__ = (
        CheckConstraint(
            "least(seats_per_member, free_per_month, extension_minutes, pay_before_minutes,"
            " few_left_percent, return_before_minutes, command_key_keep_days) >= 0",
            name="not_negative",
        ),
        CheckConstraint(
            "least(hold_minutes, hold_minutes_large_text, challenge_keep_days, notice_keep_days) > 0",
            name="positive",
        ),
        CheckConstraint(
            "least(code_per_phone_minute, code_per_phone_hour, code_per_phone_day, code_per_address_hour) > 0"
            " AND code_per_day_for_known BETWEEN 0 AND code_per_day",
            name="codes",
        ),
        CheckConstraint("proof_minutes > 0", name="proof"),
        CheckConstraint("entrant_keep_days >= 0", name="entrants"),
        CheckConstraint(
            "exports_per_day >= 0 AND export_keep_days > 0"
            " AND (audit_keep_days IS NULL OR audit_keep_days >= 183)",
            name="lists",
        ),
        CheckConstraint(
            "least(strikes_to_bar, strike_after_minutes) >= 0"
            " AND strike_within_days BETWEEN 1 AND 3660 AND bar_days BETWEEN 1 AND 3660",
            name="strikes",
        ),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    seats_per_member: Mapped[int] = mapped_column(server_default="4", default=4)
    free_per_month: Mapped[int] = mapped_column(server_default="4", default=4)
    hold_minutes: Mapped[int] = mapped_column(server_default="15", default=15)
    hold_minutes_large_text: Mapped[int] = mapped_column(server_default="20", default=20)
    extension_minutes: Mapped[int] = mapped_column(server_default="10", default=10)
    pay_before_minutes: Mapped[int] = mapped_column(server_default="30", default=30)
    return_before_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    few_left_percent: Mapped[int] = mapped_column(server_default="15", default=15)
    code_per_phone_minute: Mapped[int] = mapped_column(server_default="1", default=1)
    code_per_phone_hour: Mapped[int] = mapped_column(server_default="5", default=5)
    code_per_phone_day: Mapped[int] = mapped_column(server_default="10", default=10)
    code_per_address_hour: Mapped[int] = mapped_column(server_default="60", default=60)
    code_per_day: Mapped[int] = mapped_column(server_default="5000", default=5000)
    code_per_day_for_known: Mapped[int] = mapped_column(server_default="3000", default=3000)
    challenge_keep_days: Mapped[int] = mapped_column(server_default="1", default=1)
    command_key_keep_days: Mapped[int] = mapped_column(server_default="14", default=14)
    notice_keep_days: Mapped[int] = mapped_column(server_default="180", default=180)
    second_factor_roles: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default="{admin,finance}", default=["admin", "finance"]
    )
    proof_minutes: Mapped[int] = mapped_column(server_default="10", default=10)
    entrant_keep_days: Mapped[int] = mapped_column(server_default="30", default=30)
    exports_per_day: Mapped[int] = mapped_column(server_default="20", default=20)
    export_keep_days: Mapped[int] = mapped_column(server_default="7", default=7)
    audit_keep_days: Mapped[int | None]
    strikes_to_bar: Mapped[int] = mapped_column(server_default="0", default=0)
    strike_within_days: Mapped[int] = mapped_column(server_default="60", default=60)
    bar_days: Mapped[int] = mapped_column(server_default="30", default=30)
    strike_free_only: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    strike_after_minutes: Mapped[int] = mapped_column(server_default="120", default=120)


class Demonstration(Base):
    """The mark that this is a demonstration palace; the web's database role cannot take it off."""

    __tablename__ = "demonstrations"

    id: Mapped[Id]
    loaded_at: Mapped[datetime]


class Space(Base):
    """A hall, room or square; `atoms` are its indivisible parts, shared by a hall and its halves."""

    __tablename__ = "spaces"
    __table_args__ = (
        UniqueConstraint("id", "atoms"),
        UniqueConstraint("site_id", "code"),
        CheckConstraint("NOT isempty(atoms)", name="has_atoms"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    code: Mapped[str]
    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    capacity: Mapped[int]
    atoms: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE)
    site: Mapped[Site] = relationship(lazy="joined", innerjoin=True)


class SeatingPlan(Base):
    """One way to seat a hall; `drawing` holds shapes, sections, zones and entrances with both names."""

    __tablename__ = "seating_plans"
    __table_args__ = (UniqueConstraint("space_id", "code", "version"),)

    id: Mapped[Id]
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    code: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1", default=1)
    drawing: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Seat(Base):
    """A place on a plan; centimetres, x to the audience's right, y away from the stage.

    `ordinal` is the plan order (locks, seat state); `position` counts within (section, row), and
    two seats are neighbours only in the same block at positions that differ by one; `score` is the
    distance in cm to the plan's best spot.
    """

    __tablename__ = "seats"
    __table_args__ = (
        UniqueConstraint("plan_id", "code"),
        UniqueConstraint("plan_id", "ordinal"),
        UniqueConstraint("plan_id", "section", "row", "number"),
        one_of("type", SeatType),
    )

    id: Mapped[Id]
    plan_id: Mapped[int] = mapped_column(ForeignKey("seating_plans.id"))
    ordinal: Mapped[int]
    code: Mapped[str]
    section: Mapped[str]
    row: Mapped[str]
    number: Mapped[str]
    block: Mapped[int]
    position: Mapped[int]
    x: Mapped[float]
    y: Mapped[float]
    angle: Mapped[float]
    zone: Mapped[str]
    type: Mapped[SeatType]
    restricted: Mapped[bool]
    entrance: Mapped[str]
    score: Mapped[int]
    label_zh: Mapped[str]
    label_en: Mapped[str]
    door_zh: Mapped[str]
    door_en: Mapped[str]


class Occupancy(Base):
    """A use of a space while it holds; no two may share an atom at the same instant."""

    __tablename__ = "occupancies"
    __table_args__ = (
        ForeignKeyConstraint(
            ["space_id", "atoms"], ["spaces.id", "spaces.atoms"], onupdate="CASCADE"
        ),
        ExcludeConstraint(
            ("atoms", "&&"), ("during", "&&"), using="gist", name="ex_occupancies_atoms_during"
        ),
        one_of("use", Use),
        CheckConstraint("NOT isempty(during)", name="during"),
    )

    id: Mapped[Id]
    space_id: Mapped[int] = mapped_column(index=True)
    atoms: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    use: Mapped[Use]
    lapses_at: Mapped[datetime | None]
