"""Sites, their house rules, spaces made of atoms, seating plans, and who occupies a space when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import (
    INT4MULTIRANGE,
    JSONB,
    TSTZRANGE,
    ExcludeConstraint,
    Range,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of
from palace.venues.house import HouseRules as HouseRules  # noqa: PLC0414 - says: shown to others
from palace.venues.rules import SeatType, Use

REACHES_ON = "(timezone('Asia/Shanghai', upper(during)))::date > day"
"""Whether a use goes on at midnight or ends there: what holds on a day began on it, or is one of these."""


class Site(Base):
    """A house of the palace: the head or a branch station; `counter` says where and when tickets are sold.

    `networks` are the addresses its own network reaches us from (CIDR).
    """

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
    networks: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", default=list)


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
    """One way to seat a hall; `drawing` holds shapes, sections, zones and entrances with both names.

    A version never changes; one that was taken off the lists (`retired_at`) stays for what was sold on it.
    """

    __tablename__ = "seating_plans"
    __table_args__ = (UniqueConstraint("space_id", "code", "version"),)

    id: Mapped[Id]
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    code: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1", default=1)
    drawing: Mapped[dict[str, Any]] = mapped_column(JSONB)
    retired_at: Mapped[datetime | None]


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
    """A use of a space while it holds; no two may share an atom at the same instant.

    `day` is the palace day it begins on; it is a day long at most, so what holds on a day began on
    that or on the one before. After `lapses_at` it holds no more.
    """

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
        CheckConstraint(
            "upper(during) - lower(during) <= interval '24 hours'", name="a_day_at_most"
        ),
        Index(
            None, "day", "space_id", postgresql_include=["during", "use", "lapses_at"]
        ),  # answers who asks for days without a look at the rows
        Index(
            "ix_occupancies_day_ends",
            "day",
            text("upper(during)"),
            postgresql_include=["space_id", "during", "use", "lapses_at"],
        ),  # and who asks for an hour of many days, without what is over by then
        Index(
            "ix_occupancies_over_midnight",
            "day",
            postgresql_include=["space_id", "during", "use", "lapses_at"],
            postgresql_where=text(REACHES_ON),
        ),
    )

    id: Mapped[Id]
    space_id: Mapped[int] = mapped_column(index=True)
    atoms: Mapped[list[Range[int]]] = mapped_column(INT4MULTIRANGE)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    day: Mapped[date] = mapped_column(
        Computed("(timezone('Asia/Shanghai', lower(during)))::date", persisted=True)
    )
    use: Mapped[Use]
    lapses_at: Mapped[datetime | None]
