"""Rosters on their way in: the import, its file in pieces, and what is wrong with its rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id, one_of
from palace.roster.rules import ImportState


class RosterImport(Base):
    """A file that says who belongs to a unit and all below it (`unit_id` None: to the whole palace).

    `complete`: who is not in it has left, but for `kept`, the first of those the unit confirmed
    lately by its own word. `counts` holds figures only, `refusal` a code.
    """

    __tablename__ = "roster_imports"

    id: Mapped[Id]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    actor: Mapped[str]
    file_name: Mapped[str]
    file_size: Mapped[int]
    file_hash: Mapped[bytes]
    complete: Mapped[bool]
    confirmed: Mapped[bool] = mapped_column(server_default="false", default=False)
    state: Mapped[ImportState]
    read_rows: Mapped[int] = mapped_column(server_default="0", default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}", default=dict)
    kept: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}", default=list)
    refusal: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"), index=True)
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", ImportState),
        Index(
            "uq_roster_imports_at_work",
            "file_hash",
            text("coalesce(unit_id, 0)"),
            unique=True,
            postgresql_where=text("state IN ('waiting', 'applying')"),
        ),
    )


class RosterChunk(Base):
    """A piece of an uploaded file, locked: in the database, where every machine's worker finds it."""

    __tablename__ = "roster_chunks"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("roster_imports.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"), index=True)


class RosterError(Base):
    """Why a line of the file was left out; never what stands in it."""

    __tablename__ = "roster_errors"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("roster_imports.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]


class RosterQuestion(Base):
    """That a verifier was asked about a member, and what it said; without a row it will be asked."""

    __tablename__ = "roster_questions"

    member_id: Mapped[int] = mapped_column(
        ForeignKey("members.id", ondelete="CASCADE"), primary_key=True
    )
    asked_at: Mapped[datetime]
    answer: Mapped[str]
