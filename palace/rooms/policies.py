"""How rooms are lent: one row of figures per kind of room, and what other houses live by."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import COMES_WITH_THE_TABLES, Base, Id, one_of
from palace.rooms.wishes import Approval, Opens, Takers


class Policy(Base):
    """How rooms of one kind are lent; every figure may be changed by the palace's people.

    Attributes:
        takers: troupes through their leaders, or members alone (courts).
        opens, opens_days, opens_weekday, opens_last_weekday, opens_at: how far ahead a date opens.
            Rolling: from `opens_at` on, the days up to `opens_days` ahead. Weekly: on
            `opens_weekday` at `opens_at` the whole next week (Monday to Sunday), until the end of
            `opens_last_weekday`.
        series_weeks, series_days: a series has so many dates at most, the last at most so many days ahead.
        step_minutes: begins and ends lie on this raster, counted from midnight.
        min_minutes, max_minutes: how long one date may be.
        lead_minutes: taken so long before the start at the latest.
        cancel_minutes: cancelled later than this before the start is a strike, if `late_cancel_strikes`.
        sign_in: whether somebody must sign in at the door; from `sign_in_early_minutes` before the start
            until `grace_minutes` after it, once `keep_minutes` longer. Then the room is free.
        approval, decide_hours: who passes what, and how long a decision may take at most; undecided at
            that time, or at the start, it lapses.
        troupe_week_minutes, troupe_month_minutes: a troupe's quota, all its leaders together; 0: no limit.
        member_day_minutes: a member's minutes of a palace day; unit_day_count: dates of a palace day
            that members of one unit have; 0: no limit.
        future_count: dates ahead one taker may have outside of series; 0: no limit.
        priority_days: so many days before a show a troupe plays in its rehearsals go first: no quota
            holds, and of who waits for a room it comes before the others.
        offer_minutes: how long who waits has for an answer; no longer than until the start.
        displaced_hours: how long another place is kept for whom the palace displaced, as far.
    """

    __tablename__ = "room_policies"
    __table_args__ = (
        UniqueConstraint("site_id", "code"),
        one_of("takers", Takers),
        one_of("opens", Opens),
        one_of("approval", Approval),
        CheckConstraint(
            "opens_days BETWEEN 0 AND 366 AND opens_weekday BETWEEN 1 AND 7"
            " AND opens_last_weekday BETWEEN 1 AND 7",
            name="opens_figures",
        ),
        CheckConstraint(
            "step_minutes BETWEEN 5 AND 240 AND min_minutes > 0 AND max_minutes >= min_minutes"
            " AND max_minutes <= 1440",
            name="length",
        ),
        CheckConstraint(
            "LEAST(series_weeks, series_days, lead_minutes, cancel_minutes, sign_in_early_minutes,"
            " keep_minutes, decide_hours, troupe_week_minutes, troupe_month_minutes,"
            " member_day_minutes, unit_day_count, future_count, priority_days) >= 0"
            " AND LEAST(grace_minutes, offer_minutes, displaced_hours) > 0",
            name="figures",
        ),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    code: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    takers: Mapped[Takers]
    opens: Mapped[Opens] = mapped_column(server_default="rolling", default=Opens.ROLLING)
    opens_days: Mapped[int] = mapped_column(server_default="14", default=14)
    opens_weekday: Mapped[int] = mapped_column(server_default="3", default=3)
    opens_last_weekday: Mapped[int] = mapped_column(server_default="5", default=5)
    opens_at: Mapped[time] = mapped_column(server_default="08:00", default=time(8))
    series_weeks: Mapped[int] = mapped_column(server_default="26", default=26)
    series_days: Mapped[int] = mapped_column(server_default="200", default=200)
    step_minutes: Mapped[int] = mapped_column(server_default="30", default=30)
    min_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    max_minutes: Mapped[int] = mapped_column(server_default="240", default=240)
    lead_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    cancel_minutes: Mapped[int] = mapped_column(server_default="1440", default=1440)
    late_cancel_strikes: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    sign_in: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    sign_in_early_minutes: Mapped[int] = mapped_column(server_default="15", default=15)
    grace_minutes: Mapped[int] = mapped_column(server_default="15", default=15)
    keep_minutes: Mapped[int] = mapped_column(server_default="15", default=15)
    approval: Mapped[Approval] = mapped_column(
        server_default="beyond_quota", default=Approval.BEYOND_QUOTA
    )
    decide_hours: Mapped[int] = mapped_column(server_default="48", default=48)
    troupe_week_minutes: Mapped[int] = mapped_column(server_default="360", default=360)
    troupe_month_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    member_day_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    unit_day_count: Mapped[int] = mapped_column(server_default="0", default=0)
    future_count: Mapped[int] = mapped_column(server_default="0", default=0)
    priority_days: Mapped[int] = mapped_column(server_default="7", default=7)
    offer_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    displaced_hours: Mapped[int] = mapped_column(server_default="48", default=48)


class PolicyPreset(Base):
    """Figures that other houses live by, with the page they were read at; taken over by one tap."""

    __tablename__ = "room_policy_presets"
    __table_args__ = ({"info": {COMES_WITH_THE_TABLES: True}},)

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    takers: Mapped[Takers]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    source_zh: Mapped[str]
    source_en: Mapped[str]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
