"""Hours of the week, days that are not like their weekday, and times at which a space is closed."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id


class OpeningHours(Base):
    """From when to when a house is open on a weekday (1 is Monday), or one of its spaces.

    A space with any row of its own has only those; several rows of a day are its parts. A day ends at
    24:00 at the latest: `closes` 00:00 is that midnight.
    """

    __tablename__ = "opening_hours"
    __table_args__ = (
        UniqueConstraint(
            "site_id", "space_id", "weekday", "opens", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("opens < closes OR closes = '00:00'", name="span"),
        Index(None, "space_id"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    space_id: Mapped[int | None] = mapped_column(ForeignKey("spaces.id"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[time]
    closes: Mapped[time]


class SpecialDay(Base):
    """A holiday, or a working day that was swapped for one (调休): it counts as another weekday.

    `counts_as` 0: the house is closed. `site_id` None: the whole palace; a house's own row holds there.
    """

    __tablename__ = "special_days"
    __table_args__ = (
        UniqueConstraint("site_id", "day", postgresql_nulls_not_distinct=True),
        CheckConstraint("counts_as BETWEEN 0 AND 7", name="counts_as"),
        Index(None, "day"),
    )

    id: Mapped[Id]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    day: Mapped[date]
    counts_as: Mapped[int] = mapped_column(SmallInteger)
    name_zh: Mapped[str]
    name_en: Mapped[str]


class Closure(Base):
    """A space is closed for a time within one palace day, with the reason people read (闭馆、检修).

    A longer one, or one of a whole house, is a row per space and day with the same `batch`; ended
    early, it keeps its row without an occupancy.
    """

    __tablename__ = "closures"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index(None, "space_id", "starts_at"),
        Index(None, "batch"),
    )

    id: Mapped[Id]
    batch: Mapped[str]
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    occupancy_id: Mapped[int | None] = mapped_column(
        ForeignKey("occupancies.id", ondelete="SET NULL"), unique=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason_zh: Mapped[str]
    reason_en: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def stands(self, now: datetime) -> bool:
        """Return whether it holds or is to come."""
        return self.ended_at is None and self.ends_at > now
