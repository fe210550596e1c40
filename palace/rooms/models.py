"""Rooms with what is in them, reservations, and who waits for a room."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import COMES_WITH_THE_TABLES, Base, Id, one_of, quoted
from palace.rooms.policies import Policy
from palace.rooms.states import HOLDING, OccurrenceState, WaitState
from palace.venues.models import Space


class Purpose(Base):
    """What a room is used for; the loud disturb the quiet where two rooms are a noise pair."""

    __tablename__ = "purposes"
    __table_args__ = (
        CheckConstraint("NOT (loud AND quiet)", name="noise"),
        {"info": {COMES_WITH_THE_TABLES: True}},
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    loud: Mapped[bool]
    quiet: Mapped[bool]


class Room(Base):
    """A space that is lent: its floor, what it is for, and how.

    `setup_minutes`, `teardown_minutes` belong to every use of it; its occupancy has them inside.
    `approval`: somebody decides about each use. `bookable` False: taken off the lists.
    `door_generation` is what the secret of its door's screen and the printed code hang on.
    """

    __tablename__ = "rooms"
    __table_args__ = (
        CheckConstraint(
            "setup_minutes BETWEEN 0 AND 240 AND teardown_minutes BETWEEN 0 AND 240",
            name="buffers",
        ),
        CheckConstraint("min_people >= 0", name="min_people"),
        CheckConstraint("door_generation > 0", name="door_generation"),
        Index(None, "policy_id"),
    )

    space_id: Mapped[int] = mapped_column(
        ForeignKey("spaces.id"), primary_key=True, autoincrement=False
    )
    policy_id: Mapped[int] = mapped_column(ForeignKey("room_policies.id"))
    floor: Mapped[int]
    area_m2: Mapped[int | None]
    setup_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    teardown_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    min_people: Mapped[int] = mapped_column(server_default="0", default=0)
    approval: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    bookable: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    purposes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", default=list)
    door_generation: Mapped[int] = mapped_column(server_default="1", default=1)
    space: Mapped[Space] = relationship(lazy="joined", innerjoin=True)
    policy: Mapped[Policy] = relationship(lazy="joined", innerjoin=True)


class NoisePair(Base):
    """Two rooms through whose wall one hears: no loud use of the one beside a quiet one of the other."""

    __tablename__ = "noise_pairs"
    __table_args__ = (CheckConstraint("space_id < other_id", name="order"), Index(None, "other_id"))

    space_id: Mapped[int] = mapped_column(ForeignKey("rooms.space_id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("rooms.space_id"), primary_key=True)


class Equipment(Base):
    """A kind of thing a house has for its rooms; `stock` are those that are carried where wanted."""

    __tablename__ = "equipment"
    __table_args__ = (
        UniqueConstraint("site_id", "code"),
        CheckConstraint("stock >= 0", name="stock"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    code: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    stock: Mapped[int] = mapped_column(server_default="0", default=0)


class RoomEquipment(Base):
    """What stands in a room for good, and how many."""

    __tablename__ = "room_equipment"
    __table_args__ = (
        CheckConstraint("count > 0", name="count"),
        Index(None, "equipment_id"),
    )

    space_id: Mapped[int] = mapped_column(ForeignKey("rooms.space_id"), primary_key=True)
    equipment_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"), primary_key=True)
    count: Mapped[int] = mapped_column(server_default="1", default=1)


class Reservation(Base):
    """A room or court somebody takes, once or every week; each date is an occurrence.

    The taker is a troupe (`member_id` is who of its leaders asked) or, without one, that member;
    `unit_id` is the member's unit then. A series keeps its wish: weekday and minutes are those of its
    `first_on`. One that was changed from a date on (`following`) ends there and is followed by another.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("people > 0 AND weeks > 0 AND minutes > 0", name="figures"),
        Index(None, "troupe_id", "id"),
        Index(None, "member_id", "id"),
        Index(None, "follows_id", postgresql_where=text("follows_id IS NOT NULL")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("rooms.space_id"), index=True)
    troupe_id: Mapped[int | None] = mapped_column(ForeignKey("troupes.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    purpose: Mapped[str] = mapped_column(ForeignKey("purposes.code"))
    people: Mapped[int]
    first_on: Mapped[date]
    begins: Mapped[time]
    minutes: Mapped[int]
    weeks: Mapped[int] = mapped_column(server_default="1", default=1)
    note: Mapped[str] = mapped_column(server_default="", default="")
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id"))
    created_at: Mapped[datetime]


class Occurrence(Base):
    """One date of a reservation; `starts_at` to `ends_at` is the people's time, without buffers.

    `day` is the palace day. The room is held by its occupancy while that holds: `lapses_at` there is
    the end of a decision's time, of an offer, or of waiting for somebody to sign in. `instead_of`
    names what it was offered or swapped for. `ended_at` is when it stopped holding before its time.
    """

    __tablename__ = "occurrences"
    __table_args__ = (
        one_of("state", OccurrenceState),
        CheckConstraint("starts_at < ends_at", name="span"),
        CheckConstraint(
            f"occupancy_id IS NULL OR state IN ({quoted(HOLDING)}, 'missed')", name="holding"
        ),
        CheckConstraint("left_at >= arrived_at", name="left"),
        Index(
            "uq_occurrences_reservation_id_day",
            "reservation_id",
            "day",
            unique=True,
            postgresql_where=text("state IN ('pending', 'confirmed', 'skipped', 'missed')"),
        ),
        Index(None, "reservation_id", "id"),
        Index(None, "space_id", "day"),
        Index(None, "troupe_id", "day", postgresql_where=text("troupe_id IS NOT NULL")),
        Index(None, "member_id", "day"),
        Index(None, "unit_id", "day", postgresql_where=text("unit_id IS NOT NULL")),
        Index(None, "ends_at", postgresql_where=text(f"state IN ({quoted(HOLDING)})")),
        Index(None, "instead_of", postgresql_where=text("instead_of IS NOT NULL")),
    )

    id: Mapped[Id]
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"))
    space_id: Mapped[int] = mapped_column(ForeignKey("rooms.space_id"))
    troupe_id: Mapped[int | None] = mapped_column(ForeignKey("troupes.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[OccurrenceState]
    occupancy_id: Mapped[int | None] = mapped_column(
        ForeignKey("occupancies.id", ondelete="SET NULL"), unique=True
    )
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    why: Mapped[str | None]
    arrived_at: Mapped[datetime | None]
    arrived_by: Mapped[str | None]
    kept_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    instead_of: Mapped[int | None] = mapped_column(ForeignKey("occurrences.id"))
    reservation: Mapped[Reservation] = relationship(lazy="joined", innerjoin=True)


class OccurrenceEquipment(Base):
    """Things of the house's stock that are carried to the room for one date."""

    __tablename__ = "occurrence_equipment"
    __table_args__ = (CheckConstraint("count > 0", name="count"), Index(None, "equipment_id"))

    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrences.id"), primary_key=True)
    equipment_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"), primary_key=True)
    count: Mapped[int]


class RoomWait(Base):
    """Somebody waits for a room at a time (排队等场地); whose turn it is goes by `id`.

    `occurrence_id` is what was offered, or the skipped date of a series that this waits for.
    `kind_id`: any court of this kind will do; `space_id` is then the one they asked from, and once
    offered the one that came free.
    """

    __tablename__ = "room_waits"
    __table_args__ = (
        one_of("state", WaitState),
        CheckConstraint("starts_at < ends_at AND people > 0", name="wish"),
        Index(
            None,
            "space_id",
            "starts_at",
            postgresql_where=text("state IN ('waiting', 'offered')"),
        ),
        Index(None, "occurrence_id", postgresql_where=text("occurrence_id IS NOT NULL")),
        Index(
            None,
            "kind_id",
            postgresql_where=text("state = 'waiting' AND kind_id IS NOT NULL"),
        ),
        Index(None, "member_id"),
        Index(None, "troupe_id"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("rooms.space_id"))
    troupe_id: Mapped[int | None] = mapped_column(ForeignKey("troupes.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    purpose: Mapped[str] = mapped_column(ForeignKey("purposes.code"))
    people: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[WaitState]
    joined_at: Mapped[datetime]
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrences.id"))
    ended_at: Mapped[datetime | None]
    kind_id: Mapped[int | None] = mapped_column(ForeignKey("room_policies.id"))
    kind: Mapped[Policy | None] = relationship()


class TroupeShow(Base):
    """A troupe plays in a performance: in the days before, its rehearsals go first."""

    __tablename__ = "troupe_shows"
    __table_args__ = (Index(None, "troupe_id"),)

    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"), primary_key=True)
    troupe_id: Mapped[int] = mapped_column(ForeignKey("troupes.id"), primary_key=True)
