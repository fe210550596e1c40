"""Commands done once: a repeat of a success gets the first answer (design R4)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id, db, table_of
from palace.errors import KeyReused
from palace.statements import Question


class CommandKey(Base):
    """A command that succeeded: who gave it, under which key, with which body, and its answer."""

    __tablename__ = "command_keys"
    __table_args__ = (UniqueConstraint("actor", "command", "key"),)

    id: Mapped[Id]
    actor: Mapped[str]
    command: Mapped[str]
    key: Mapped[str]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"), index=True)


KEYS = table_of(CommandKey)
NEW = insert(KEYS).on_conflict_do_nothing().returning(KEYS.c.id)


def taking(actor: str, command: str, key: str, *, body: str, answer: str) -> Question:
    """Return the statement that takes a key with `answer`, for `first_of` to read.

    It waits for a simultaneous command with the same key. The key is kept only if the transaction
    commits, so a refused command may be tried afresh.
    """
    body_hash = hashlib.sha256(body.encode()).digest()
    row = {"actor": actor, "command": command, "key": key, "body_hash": body_hash, "answer": answer}
    return NEW, row


def answer_to(actor: str, command: str, key: str) -> str | None:
    """Return what a key was answered with; None: it is free."""
    mine = (CommandKey.actor == actor, CommandKey.command == command, CommandKey.key == key)
    return db.session.scalar(select(CommandKey.answer).where(*mine))


def first_of(asked: Question, taken: Sequence[Any]) -> str:
    """Return the answer of `taking` where it took the key, or the one stored when it was taken first.

    Raises:
        KeyReused: the key was used with another body.
    """
    row = asked[1]
    if taken:
        return str(row["answer"])
    mine = [getattr(CommandKey, name) == row[name] for name in ("actor", "command", "key")]
    first = db.session.execute(select(CommandKey).where(*mine)).scalar_one()
    if first.body_hash != row["body_hash"]:
        raise KeyReused
    return first.answer
