"""The statements that lock a batch and take a code; each says what it won."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select, update

from palace.codes.models import Code, CodeBatch
from palace.codes.rules import key_of
from palace.db import db
from palace.members.models import Grant

ANEW = {"populate_existing": True}
PAST_ORM = {"synchronize_session": False}


def lock_batch(batch_id: int) -> CodeBatch:
    """Lock a batch until the transaction ends, before any seat, and return it read anew."""
    locked = _batch(batch_id).with_for_update(of=CodeBatch, key_share=True)
    return db.session.scalars(locked, execution_options=ANEW).one()


def share_batch(batch_id: int) -> CodeBatch:
    """Keep a batch as it is until the transaction ends, after members, and return it read anew.

    Whoever opens a code does: they wait for who changes the batch, not for each other.
    """
    locked = _batch(batch_id).with_for_update(of=CodeBatch, read=True)
    return db.session.scalars(locked, execution_options=ANEW).one()


def _batch(batch_id: int) -> Select[CodeBatch]:
    return select(CodeBatch).where(CodeBatch.id == batch_id)


def use(code: Code, member_id: int, now: datetime) -> bool:
    """Give a code to a member; False: somebody was first."""
    mine = (Code.id == code.id, Code.used_at.is_(None))
    won = update(Code).where(*mine).values(member_id=member_id, used_at=now).returning(Code.id)
    return db.session.execute(won, execution_options=PAST_ORM).first() is not None


def grants_until(batch: CodeBatch, instant: datetime) -> None:
    """Let what the codes of a batch have opened end at an instant."""
    own = update(Grant).where(Grant.reason == key_of(batch.id)).values(ends_at=instant)
    db.session.execute(own, execution_options=PAST_ORM)
