"""Which address of a teacher, of leave and of the lists of classes answers with which shape."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "rollcall.home": {"GET": "TeachingDay"},
    "rollcall.timetable": {"GET": "TeachingTimetable"},
    "rollcall.roll": {"GET": "Roll"},
    "rollcall.call": {"POST": "Roll"},
    "rollcall.code": {"GET": "ClassCode"},
    "rollcall.here": {"GET": "HereInClass"},
    "rollcall.sign_in": {"POST": "HereInClass"},
    "rollcall.leave": {"GET": "LeaveOfClass"},
    "rollcall.ask_leave": {"POST": "LeaveOfClass"},
    "rollcall.withdraw_leave": {"POST": "LeaveOfClass"},
    "rollcall.invitation": {"GET": "TeachingInvitation"},
    "rollcall.accept": {"POST": "TeachingInvitation"},
    "rollcall.decline": {"POST": "TeachingInvitation"},
    "rollcall.of_offering": {"GET": "InvitationsOfClass"},
    "rollcall.invite": {"POST": "InvitationsOfClass"},
    "rollcall.withdraw_invitation": {"POST": "InvitationsOfClass"},
    "rollcall.hours": {"GET": "MonthOfHours"},
    "rollcall.sign": {"POST": "MonthOfHours"},
    "rollcall.attendance": {"GET": "Listed"},
    "rollcall.of_class": {"GET": "AttendanceOfClass"},
    "rollcall.sheets": {"GET": "Listed"},
    "rollcall.sheet": {"GET": "SheetOfHours"},
    "rollcall.check": {"POST": "SheetOfHours"},
}
FILES = {"rollcall.hours_pdf": "application/pdf", "rollcall.sheet_pdf": "application/pdf"}
REDIRECTS = {"rollcall.here"}
