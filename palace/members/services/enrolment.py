"""Setting a second factor up: its secret belongs to the browser that began, until a first code fits."""

from __future__ import annotations

import base64
import secrets

import pyotp

from palace import clock
from palace.db import db
from palace.members import posts, queries
from palace.members.models import RecoveryCode, SecondFactor, Staff
from palace.members.services.audit import note
from palace.members.services.second import fitting_steps, hash_code, opened, refuse, sealed


def new_secret() -> str:
    """Return a secret as phones keep it: 160 random bits in base 32."""
    return pyotp.random_base32()


def begin(staff: Staff, bound: str) -> str:
    """Return a new secret, sealed for the browser that begins; no table has it before a code fits.

    `bound`: what only this browser has, and only now; anywhere else the secret opens no more. So who
    knew the password and looked at another secret before has one that fits nothing.
    """
    return ".".join(sealed(f"{staff.id}:{bound}:{new_secret()}"))


def begun_secret(begun: str | None, staff: Staff, bound: str) -> str | None:
    """Return the secret a browser began with; None: it did not, or as somebody else, or too long ago."""
    key_id, _, box = (begun or "").rpartition(".")
    whose, _, secret = (opened(key_id, box) or "").rpartition(":")
    return secret if whose == f"{staff.id}:{bound}" else None


def code_now(secret: str) -> str:
    """Return the code a phone with this secret would show."""
    return pyotp.TOTP(secret).at(clock.now())


def address_of(staff: Staff, secret: str, house: str) -> str:
    """Return what a phone's app reads from the QR."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.login, issuer_name=house)


def confirm(staff: Staff, secret: str, typed: str) -> list[str] | None:
    """Make a secret somebody's second factor by its first code; return recovery codes, kept nowhere.

    None: the code does not fit, or they have a second factor meanwhile. The refusal is in the audit,
    so the caller commits also then.
    """
    unchanged, now = queries.lock_unchanged(staff), clock.now()
    steps = fitting_steps(secret, typed, now)
    if not unchanged or not steps or queries.second_factor(staff.id):
        refuse(staff)
        return None
    key_id, box = sealed(secret)
    db.session.add(
        SecondFactor(
            staff_id=staff.id, key_id=key_id, sealed=box, last_step=max(steps), confirmed_at=now
        )
    )
    codes = [secrets.token_bytes(posts.RECOVERY_BYTES) for _ in range(posts.RECOVERY_CODES)]
    told = [base64.b32encode(code).decode() for code in codes]
    db.session.add_all(RecoveryCode(staff_id=staff.id, code_hash=hash_code(code)) for code in told)
    db.session.flush()
    note("second_factor_set", f"staff:{staff.id}", actor=f"staff:{staff.id}")
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in told]
