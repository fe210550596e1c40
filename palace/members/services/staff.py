"""Staff come, prove who they are by login and password, and leave."""

from __future__ import annotations

import functools
import secrets
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError

from palace import clock
from palace.db import db
from palace.members import queries
from palace.members.errors import LoginTaken, LoginUnknown, NotALogin, NotAName
from palace.members.models import Staff
from palace.members.posts import check_post
from palace.members.rules import Role, is_login, is_name, tidy_name
from palace.members.services.audit import note
from palace.members.services.posts import end_post, grant_post
from palace.members.services.sign_ins import end_sign_ins

HASHER = PasswordHasher()
PASSWORD_BYTES = 12


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


def employ(login: str, name: str, role: Role, *, site_id: int | None = None) -> str:
    """Let somebody work here, with a first post; return their password, which is in no table.

    Raises:
        NotALogin, NotAName: nobody is called that.
        PostNotForThem: staff have no such post.
        LoginTaken: somebody has or had this login.
    """
    login, name = login.strip(), tidy_name(name)
    if not is_login(login):
        raise NotALogin
    if not is_name(name):
        raise NotAName
    check_post(role, of_staff=True, site_id=site_id)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    staff = Staff(login=login, name=name, password_hash=hash_password(password))
    try:
        with db.session.begin_nested():
            db.session.add(staff)
    except IntegrityError:
        raise LoginTaken(login=login) from None
    note("staff_employed", f"staff:{staff.id}")
    grant_post(staff, role, site_id=site_id)
    return password


def renew_password(login: str, now: datetime) -> str:
    """Give somebody a new password and end their sign-ins; return it, it is in no table.

    Raises:
        LoginUnknown: nobody works here under this login.
    """
    staff = get_staff(login)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    staff.password_hash = hash_password(password)
    note("staff_password", f"staff:{staff.id}", after={"sign_ins": end_sign_ins(staff, now)})
    return password


def leave(login: str, now: datetime) -> None:
    """Let nobody in under a login any more, also where they are signed in.

    Raises:
        LoginUnknown: nobody works here under this login.
        OnlyAdministrator: nobody would be left to look after the palace.
    """
    staff = get_staff(login)
    for post in queries.posts_of(staff):
        end_post(post)
    staff.left_at = max(now, clock.now())
    note("staff_left", f"staff:{staff.id}", after={"sign_ins": end_sign_ins(staff, now)})


def get_staff(login: str) -> Staff:
    """Return who works here under this login.

    Raises:
        LoginUnknown: nobody does.
    """
    staff = queries.find_staff(login)
    if staff is None:
        raise LoginUnknown(login=login)
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
