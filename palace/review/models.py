"""Revisions of what the public sees, the steps they pass, and who decided each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import COMES_WITH_THE_TABLES, Base, Id, one_of
from palace.review.rules import RevisionState, Step, seen_as


class ReviewStep(Base):
    """A step every new revision has to pass, in the order of `position`."""

    __tablename__ = "review_steps"
    __table_args__ = (
        UniqueConstraint("position"),
        CheckConstraint("position > 0", name="position"),
        {"info": {COMES_WITH_THE_TABLES: True}},
    )

    id: Mapped[Id]
    position: Mapped[int]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    another_person: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class Revision(Base):
    """What somebody wants the public to see of a thing ("production:5"), with what it saw before.

    A change by its authors makes another `version`, which begins the steps anew; the steps are those
    of the day it was sent in. A subject has one open revision.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        one_of("state", RevisionState),
        CheckConstraint("version > 0 AND cardinality(authors) > 0", name="version"),
        CheckConstraint(
            "(closed_at IS NULL) = (state IN ('waiting', 'sent_back'))", name="closed_at"
        ),
        Index(
            "uq_revisions_open",
            "subject",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'sent_back')"),
        ),
        Index(None, "subject", "id"),
        Index(None, "proposed_at", "id"),
    )

    id: Mapped[Id]
    subject: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    version: Mapped[int] = mapped_column(server_default="1", default=1)
    state: Mapped[RevisionState]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    authors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    proposed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    decisions: Mapped[list[Decision]] = relationship(order_by="Decision.id", viewonly=True)

    @property
    def way(self) -> Sequence[Step]:
        """Return the steps it has to pass."""
        return [Step(**step) for step in self.steps]

    @property
    def passed(self) -> set[int]:
        """Return the positions of the steps that this version has passed."""
        return {one.step for one in self.current if one.passed}

    @property
    def current(self) -> list[Decision]:
        """Return what was decided of this version."""
        return [one for one in self.decisions if one.version == self.version]

    @property
    def seen(self) -> str:
        """Return what a form carries of it, to tell whether it moved since."""
        return seen_as(self.id, self.version)


class Decision(Base):
    """What a reviewer decided of a version of a revision at a step, with the step's name of that day."""

    __tablename__ = "review_decisions"
    __table_args__ = (
        Index(
            "uq_review_decisions_passed",
            "revision_id",
            "version",
            "step",
            unique=True,
            postgresql_where=text("passed"),
        ),
        Index(
            "uq_review_decisions_another_person",
            "revision_id",
            "version",
            "decided_by",
            unique=True,
            postgresql_where=text("another_person"),
        ),
        CheckConstraint("passed OR reason <> ''", name="reason"),
    )

    id: Mapped[Id]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), index=True)
    version: Mapped[int]
    step: Mapped[int]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    another_person: Mapped[bool]
    passed: Mapped[bool]
    reason: Mapped[str] = mapped_column(server_default="", default="")
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
