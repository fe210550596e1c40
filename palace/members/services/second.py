"""The second factor of staff: six digits of the half minute (TOTP), or a recovery code, each good once."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, select

from palace import clock
from palace.db import db
from palace.members import claims, posts, queries
from palace.members.errors import SecondNeeded
from palace.members.models import RecoveryCode, SecondFactor, Staff
from palace.members.posts import ProofRules
from palace.members.services.audit import note
from palace.members.services.sign_ins import end_sign_ins
from palace.security import Key, digest, keys

PURPOSE = "totp"

proof_rules: dict[str, Callable[[], ProofRules]] = {}
"""What the house says about proofs, under "house"; wired in palace/wiring.py."""


@dataclass(frozen=True)
class Need:
    """What somebody whose password fitted still has to do: enter a code, set one up first, or nothing."""

    code: bool
    enrolment: bool


def need_of(staff: Staff) -> Need:
    """Return what is left to do after the password."""
    factor = queries.second_factor(staff.id)
    if factor:
        return Need(code=True, enrolment=False)
    return Need(code=False, enrolment=is_needed(staff))


def is_needed(staff: Staff) -> bool:
    """Return whether one of somebody's posts asks for a second factor."""
    roles = {post.role.value for post in queries.posts_of(staff)}
    return bool(roles & proof_rules["house"]().second_factor_roles)


def try_second(staff: Staff, typed: str) -> bool:
    """Try a code or a recovery code, which is used up then.

    The refusal is in the audit, so the caller commits also then.
    """
    unchanged = queries.lock_unchanged(staff)
    factor, now = queries.second_factor(staff.id), clock.now()
    if not unchanged or factor is None:
        return False
    if _takes(factor, typed, now):
        return True
    if claims.use_recovery(staff.id, hash_code(posts.plain_code(typed)), now):
        note("recovery_code_used", f"staff:{staff.id}", actor=f"staff:{staff.id}")
        return True
    refuse(staff)
    return False


def forget_second(staff: Staff, now: datetime) -> None:
    """Forget somebody's second factor, as the phone is lost; sign-ins end, the next sets up another."""
    if _delete(staff):
        ended = end_sign_ins(staff, now)
        note("second_factor_forgotten", f"staff:{staff.id}", after={"sign_ins": ended})


def drop_second(staff: Staff, now: datetime, *, but: int) -> None:
    """Drop somebody's own second factor; their sign-ins end, `but` the one they do it in.

    Raises:
        SecondNeeded: one of their posts asks for it.
    """
    queries.lock_unchanged(staff)
    if is_needed(staff):
        raise SecondNeeded
    if _delete(staff):
        ended = end_sign_ins(staff, now, but=but)
        note("second_factor_dropped", f"staff:{staff.id}", after={"sign_ins": ended})


def shown_code(staff: Staff) -> str:
    """Return the code that somebody's phone would show, for the demonstration; empty while it is used up."""
    factor = queries.second_factor(staff.id)
    secret = opened(factor.key_id, factor.sealed) if factor else None
    if factor is None or secret is None:
        return ""
    unused = [step for step in posts.steps_around(clock.now()) if step > factor.last_step]
    return pyotp.TOTP(secret).generate_otp(unused[0]) if unused else ""


def passed(staff: Staff, now: datetime) -> dict[str, str | int]:
    """Return what a browser keeps between the password and the code."""
    until = int((now + posts.PASSED_FOR).timestamp())
    return {"staff": staff.id, "until": until, "of": _bound(staff, until)}


def who_passed(kept: dict[str, str | int] | None) -> Staff | None:
    """Return whose password a browser has brought, while that holds; a new password ends it."""
    if not kept or datetime.fromtimestamp(int(kept["until"]), UTC) <= clock.now():
        return None
    staff = db.session.get(Staff, int(kept["staff"]))
    if (
        staff is None
        or staff.left_at
        or not hmac.compare_digest(str(kept["of"]), _bound(staff, int(kept["until"])))
    ):
        return None
    return staff


def reseal() -> int:
    """Seal every secret with the active key again, after a rotation; return how many."""
    factors = db.session.scalars(select(SecondFactor).with_for_update(key_share=True)).all()
    for factor in factors:
        secret = opened(factor.key_id, factor.sealed)
        if secret:
            factor.key_id, factor.sealed = sealed(secret)
    db.session.flush()
    return len(factors)


def fitting_steps(secret: str, typed: str, now: datetime) -> list[int]:
    """Return the steps around now whose code somebody typed."""
    code, made = posts.plain_code(typed), pyotp.TOTP(secret)
    if not code.isascii():
        return []
    return [
        step
        for step in posts.steps_around(now)
        if hmac.compare_digest(made.generate_otp(step), code)
    ]


def refuse(staff: Staff) -> None:
    """Write down that a code did not fit."""
    note("staff_code_refused", f"staff:{staff.id}", actor="system")


def sealed(words: str) -> tuple[str, str]:
    """Return words under the active key, after the key's id."""
    key = keys().active(PURPOSE)
    return key.id, _box(key).encrypt(words.encode()).decode()


def opened(key_id: str, box: str) -> str | None:
    """Return what was sealed; None where its key is lost, or it is no seal of ours."""
    key = keys().find(PURPOSE, key_id)
    try:
        return _box(key).decrypt(box).decode() if key else None
    except InvalidToken:
        return None


def hash_code(code: str) -> bytes:
    """Return what stands for a recovery code: 80 random bits need no salt."""
    return hashlib.sha256(code.encode()).digest()


def _delete(staff: Staff) -> bool:
    """Delete somebody's second factor and what stands in for it; return whether there was one."""
    factor = queries.second_factor(staff.id)
    if factor is None:
        return False
    db.session.delete(factor)
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))
    db.session.flush()
    return True


def _takes(factor: SecondFactor, typed: str, now: datetime) -> bool:
    secret = opened(factor.key_id, factor.sealed)
    steps = fitting_steps(secret, typed, now) if secret else []
    return any(claims.use_step(factor.staff_id, step) for step in steps)


def _box(key: Key) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key.secret))


def _bound(staff: Staff, until: int) -> str:
    return digest(f"passed:{staff.id}:{until}:{staff.password_hash}").hex()
