"""Signing a month of lessons in one tap, and checking it after."""

from __future__ import annotations

from datetime import date

from palace import clock
from palace.db import db
from palace.members.services import note
from palace.rollcall import claims
from palace.rollcall.errors import MonthChanged, MonthEmpty, OwnSheet
from palace.rollcall.queries import hours
from palace.teachers.models import HoursSheet, Teacher


def sign(teacher: Teacher, first: date, *, sessions: int, minutes: int, by: str) -> HoursSheet:
    """Sign what a teacher taught in a month, as they saw it; to sign the same again changes nothing.

    Raises:
        MonthEmpty: nothing was taught.
        MonthChanged: it is not what they saw.
    """
    claims.lock_teacher(teacher.id)
    now = clock.now()
    month = hours.month_of(teacher, first, now)
    if not month.sessions:
        raise MonthEmpty
    if (month.sessions, month.minutes) != (sessions, minutes):
        raise MonthChanged
    if month.sheet is not None and month.is_signed:
        return month.sheet
    sheet = HoursSheet(
        teacher_id=teacher.id, month=first, sessions=sessions, minutes=minutes, signed_at=now
    )
    db.session.add(sheet)
    db.session.flush()
    note("hours_signed", f"hours_sheet:{sheet.id}", after={"minutes": minutes}, actor=by)
    return sheet


def check(sheet: HoursSheet, teacher: Teacher, *, by: str) -> None:
    """Check a signed month for the house; doing it again changes nothing.

    Raises:
        OwnSheet: it is their own.
        MonthChanged: the month changed since, or was signed anew.
    """
    if teacher.member_id is not None and by == f"member:{teacher.member_id}":
        raise OwnSheet
    claims.lock_teacher(teacher.id)
    sheet = hours.locked_sheet(sheet.id)
    if sheet.checked_at is not None:
        return
    now = clock.now()
    month = hours.month_of(teacher, sheet.month, now)
    if month.sheet is None or month.sheet.id != sheet.id or not month.is_signed:
        raise MonthChanged
    sheet.checked_at, sheet.checked_by = now, by
    db.session.flush()
    note("hours_checked", f"hours_sheet:{sheet.id}", actor=by)
