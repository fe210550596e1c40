"""Staff prove who they are by login and password."""

from __future__ import annotations

import functools

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from palace.db import db
from palace.members import queries
from palace.members.models import Staff
from palace.members.services.audit import note

HASHER = PasswordHasher()


def check_password(login: str, password: str) -> Staff | None:
    """Return the staff with this login and password, or None; an unknown login costs the same work.

    The refusal is in the audit, so the caller must commit also then.
    """
    staff = queries.find_staff(login)
    if not _fits(staff.password_hash if staff else _nobodys_hash(), password) or staff is None:
        if staff:
            note("staff_refused", f"staff:{staff.id}", actor="system")
        return None
    if HASHER.check_needs_rehash(staff.password_hash):
        staff.password_hash = hash_password(password)
        db.session.flush()
    return staff


def hash_password(password: str) -> str:
    """Return what is stored instead of a password (argon2id)."""
    return HASHER.hash(password)


def _fits(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@functools.cache
def _nobodys_hash() -> str:
    return HASHER.hash("nobody has this password")
