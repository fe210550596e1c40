"""Strikes: what was booked and stayed empty, and what was said of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import COMES_WITH_THE_TABLES, Base, Id, one_of
from palace.strikes.rules import Ladder, StrikeKind, Verdict


class Strike(Base):
    """Something booked and not used, once per member and subject ("performance:12").

    `happened_at` is when it should have begun; the titles say what it was. It counts until it is
    forgiven: by somebody, or by the system when an admission arrived late. One with a `troupe_id` counts
    against that troupe, whoever of its leaders took the room.
    """

    __tablename__ = "strikes"
    __table_args__ = (
        one_of("kind", StrikeKind),
        UniqueConstraint("member_id", "subject"),
        CheckConstraint("num_nonnulls(forgiven_at, forgiven_by, why) IN (0, 3)", name="forgiven"),
        CheckConstraint(
            "forgiven_by NOT IN ('member:' || member_id, written_by) OR forgiven_by = 'system'",
            name="forgiven_by_another",
        ),
        Index(None, "happened_at", "id"),
        Index(None, "troupe_id", postgresql_where=text("troupe_id IS NOT NULL")),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    troupe_id: Mapped[int | None] = mapped_column(ForeignKey("troupes.id"), default=None)
    kind: Mapped[StrikeKind]
    subject: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    happened_at: Mapped[datetime]
    written_at: Mapped[datetime]
    written_by: Mapped[str]
    forgiven_at: Mapped[datetime | None]
    forgiven_by: Mapped[str | None]
    why: Mapped[str | None]
    appeal: Mapped[Appeal | None] = relationship(lazy="joined")

    @property
    def is_appealed(self) -> bool:
        """Return whether somebody waits for an answer."""
        undecided = self.appeal is not None and self.appeal.decided_at is None
        return undecided and self.forgiven_at is None


class Appeal(Base):
    """A member asks to have a strike looked at again, once, in words or without any.

    What is written here by both sides stands in no audit line in clear.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        one_of("verdict", Verdict),
        CheckConstraint(
            "num_nonnulls(decided_at, decided_by, verdict, why) IN (0, 4)", name="decided"
        ),
        Index(None, "asked_at", postgresql_where=text("decided_at IS NULL")),
    )

    strike_id: Mapped[int] = mapped_column(
        ForeignKey("strikes.id"), primary_key=True, autoincrement=False
    )
    words: Mapped[str]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    verdict: Mapped[Verdict | None]
    why: Mapped[str | None]


class StrikePreset(Base):
    """What strikes lead to in another house, to be taken over by a tap, and where that was read.

    The rows come with the tables; the web's database role only reads them.
    """

    __tablename__ = "strike_presets"
    __table_args__ = (
        CheckConstraint(
            "strikes >= 0 AND within_days BETWEEN 1 AND 3660 AND bar_days BETWEEN 1 AND 3660",
            name="figures",
        ),
        {"info": {COMES_WITH_THE_TABLES: True}},
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    strikes: Mapped[int]
    within_days: Mapped[int]
    bar_days: Mapped[int]
    source_zh: Mapped[str]
    source_en: Mapped[str]

    @property
    def ladder(self) -> Ladder:
        """Return its figures as the rules read them."""
        return Ladder(strikes=self.strikes, within_days=self.within_days, bar_days=self.bar_days)
