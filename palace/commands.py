"""Commands done once: a repeat of a success gets the first answer (design R4)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id, db, table_of
from palace.errors import KeyReused
from palace.statements import execute


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


def first_answer(actor: str, command: str, key: str, *, body: str, answer: str) -> str:
    """Take the key with `answer`, or return the answer stored when it was taken first.

    Waits for a simultaneous command with the same key. The key is kept only if the transaction
    commits, so a refused command may be tried afresh.

    Raises:
        KeyReused: the key was used with another body.
    """
    body_hash = hashlib.sha256(body.encode()).digest()
    row = {"actor": actor, "command": command, "key": key, "body_hash": body_hash, "answer": answer}
    if execute(NEW, row):
        return answer
    mine = (CommandKey.actor == actor, CommandKey.command == command, CommandKey.key == key)
    first = db.session.execute(select(CommandKey).where(*mine)).scalar_one()
    if first.body_hash != body_hash:
        raise KeyReused
    return first.answer
