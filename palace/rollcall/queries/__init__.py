"""Reads of rolls, leave, invitations and hours; never writes."""

from palace.rollcall.queries.attendance import attendance_of

__all__ = ["attendance_of"]
