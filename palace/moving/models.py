"""A show that is moved or called off, and each holder's news of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of
from palace.moving.rules import MoveKind, MoveState
from palace.programme.models import Performance
from palace.venues.models import SeatingPlan, Space


class Move(Base):
    """What one person proposed for a show and another decided; at most one is open per show.

    `passed_on_at` is when other parts (waiting lists, units' blocks) were told. A withdrawn one was
    decided against, by anybody who may.
    """

    __tablename__ = "moves"
    __table_args__ = (
        one_of("kind", MoveKind),
        one_of("state", MoveState),
        CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)"
            " AND num_nonnulls(decided_at, decided_by) IN (0, 2)",
            name="decided",
        ),
        CheckConstraint(
            "state IN ('proposed', 'withdrawn') OR decided_by <> proposed_by", name="another"
        ),
        CheckConstraint("kind = 'cancel' OR return_until IS NOT NULL", name="answer"),
        Index(
            "uq_moves_open",
            "performance_id",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'running')"),
        ),
    )

    id: Mapped[Id]
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"), index=True)
    kind: Mapped[MoveKind]
    state: Mapped[MoveState]
    starts_at: Mapped[datetime]
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("seating_plans.id"))
    old_starts_at: Mapped[datetime]
    old_space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    return_until: Mapped[datetime | None]
    reason_zh: Mapped[str]
    reason_en: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    passed_on_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    performance: Mapped[Performance] = relationship(lazy="joined", innerjoin=True)
    space: Mapped[Space] = relationship(foreign_keys=[space_id], lazy="joined", innerjoin=True)
    old_space: Mapped[Space] = relationship(
        foreign_keys=[old_space_id], lazy="joined", innerjoin=True
    )
    plan: Mapped[SeatingPlan | None] = relationship()


class MoveNews(Base):
    """That a member is to be told of a move, and was; `kept_at`: they said they come all the same.

    `failure` names the kind of error that kept them from being told, until somebody tries again.
    """

    __tablename__ = "move_news"
    __table_args__ = (
        Index(
            "ix_move_news_waiting",
            "move_id",
            "member_id",
            postgresql_where=text("told_at IS NULL AND failure IS NULL"),
        ),
    )

    move_id: Mapped[int] = mapped_column(ForeignKey("moves.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)
    told_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]
    failure: Mapped[str | None]
