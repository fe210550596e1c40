"""What is good once: a code of the second factor, a recovery code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from palace.db import db
from palace.members.models import RecoveryCode, SecondFactor


def use_step(staff_id: int, step: int) -> bool:
    """Use up a step's code and all before it; False: somebody used it."""
    used = (
        update(SecondFactor)
        .where(SecondFactor.staff_id == staff_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.staff_id)
    )
    return db.session.execute(used).first() is not None


def use_recovery(staff_id: int, code_hash: bytes, now: datetime) -> bool:
    """Use up a recovery code; False: there is no such code, or somebody used it."""
    used = (
        update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return db.session.execute(used).first() is not None
