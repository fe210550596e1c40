"""The second factor of staff: six digits of the half minute (TOTP), or a recovery code, each good once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, select

from palace import clock
from palace.db import db
from palace.members import claims, posts, queries
from palace.members.models import RecoveryCode, SecondFactor, Staff
from palace.members.posts import ProofRules
from palace.members.services.audit import note
from palace.members.services.sign_ins import end_sign_ins
from palace.security import Key, digest, keys

PURPOSE = "totp"

proof_rules: dict[str, Callable[[], ProofRules]] = {}
"""What the house says about proofs, under "house"; wired in create_app."""


@dataclass(frozen=True)
class Need:
    """What somebody whose password fitted still has to do: enter a code, set one up first, or nothing."""

    code: bool
    enrolment: bool


def need_of(staff: Staff) -> Need:
    """Return what is left to do after the password."""
    factor = queries.second_factor(staff.id)
    if factor and factor.confirmed_at:
        return Need(code=True, enrolment=False)
    roles = {post.role.value for post in queries.posts_of(staff)}
    return Need(code=False, enrolment=bool(roles & proof_rules["house"]().second_factor_roles))


def begin(staff: Staff) -> str:
    """Return the secret somebody puts on their phone; it stays the same until a first code fits."""
    factor = queries.second_factor(staff.id)
    if factor is None:
        factor = SecondFactor(staff_id=staff.id, confirmed_at=None, last_step=0)
        _seal(factor, pyotp.random_base32())
        db.session.add(factor)
        db.session.flush()
    return _secret(factor) or _anew(factor)


def address_of(staff: Staff, secret: str, house: str) -> str:
    """Return what a phone's app reads from the QR."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.login, issuer_name=house)


def confirm(staff: Staff, typed: str) -> list[str] | None:
    """Make a second factor somebody's own with its first code; return their recovery codes, kept nowhere.

    None: the code does not fit. The refusal is in the audit, so the caller commits also then.
    """
    factor, now = queries.second_factor(staff.id), clock.now()
    if factor is None or factor.confirmed_at or not _takes(factor, typed, now):
        _refuse(staff)
        return None
    factor.confirmed_at = now
    codes = [secrets.token_bytes(posts.RECOVERY_BYTES) for _ in range(posts.RECOVERY_CODES)]
    told = [base64.b32encode(code).decode() for code in codes]
    db.session.add_all(RecoveryCode(staff_id=staff.id, code_hash=_hash(code)) for code in told)
    note("second_factor_set", f"staff:{staff.id}", actor=f"staff:{staff.id}")
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in told]


def try_second(staff: Staff, typed: str) -> bool:
    """Try a code or a recovery code, which is used up then.

    The refusal is in the audit, so the caller commits also then.
    """
    factor, now = queries.second_factor(staff.id), clock.now()
    if factor is None or factor.confirmed_at is None:
        return False
    if _takes(factor, typed, now):
        return True
    if claims.use_recovery(staff.id, _hash(posts.plain_code(typed)), now):
        note("recovery_code_used", f"staff:{staff.id}", actor=f"staff:{staff.id}")
        return True
    _refuse(staff)
    return False


def forget_second(staff: Staff, now: datetime) -> None:
    """Forget somebody's second factor, as the phone is lost; sign-ins end, the next sets up another."""
    factor = queries.second_factor(staff.id)
    if factor is None:
        return
    db.session.delete(factor)
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))
    db.session.flush()
    ended = end_sign_ins(staff, now)
    note("second_factor_forgotten", f"staff:{staff.id}", after={"sign_ins": ended})


def shown_code(staff: Staff) -> str:
    """Return the code that somebody's phone would show, for the demonstration; empty while it is used up."""
    factor = queries.second_factor(staff.id)
    secret = _secret(factor) if factor else None
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
        secret = _secret(factor)
        if secret:
            _seal(factor, secret)
    db.session.flush()
    return len(factors)


def _takes(factor: SecondFactor, typed: str, now: datetime) -> bool:
    secret, code = _secret(factor), posts.plain_code(typed)
    if secret is None or not code.isascii():
        return False
    made = pyotp.TOTP(secret)
    fitting = [
        step
        for step in posts.steps_around(now)
        if hmac.compare_digest(made.generate_otp(step), code)
    ]
    return any(claims.use_step(factor.staff_id, step) for step in fitting)


def _refuse(staff: Staff) -> None:
    note("staff_code_refused", f"staff:{staff.id}", actor="system")


def _anew(factor: SecondFactor) -> str:
    """Make another secret where the key of the first is lost and nobody uses it yet."""
    secret = pyotp.random_base32()
    _seal(factor, secret)
    db.session.flush()
    return secret


def _seal(factor: SecondFactor, secret: str) -> None:
    key = keys().active(PURPOSE)
    factor.key_id, factor.sealed = key.id, _box(key).encrypt(secret.encode()).decode()


def _secret(factor: SecondFactor) -> str | None:
    """Return the secret; None where its key is lost."""
    key = keys().find(PURPOSE, factor.key_id)
    try:
        return _box(key).decrypt(factor.sealed).decode() if key else None
    except InvalidToken:
        return None


def _box(key: Key) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key.secret))


def _hash(code: str) -> bytes:
    """Return what stands for a recovery code: 80 random bits need no salt."""
    return hashlib.sha256(code.encode()).digest()


def _bound(staff: Staff, until: int) -> str:
    return digest(f"passed:{staff.id}:{until}:{staff.password_hash}").hex()
