"""How classes, their sessions, enrolments and who waits stand: words the database and the pages share."""

from __future__ import annotations

from enum import StrEnum

from palace.text import N_


class OfferingState(StrEnum):
    """How a class stands: being written, shown, or called off with everything that hung on it."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class SessionState(StrEnum):
    """How one session of a class stands; a cancelled one keeps its number and may be made up for."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """How somebody enrolled: by themselves, or in person with staff acting for them."""

    ONLINE = "online"
    COUNTER = "counter"


class EnrolmentState(StrEnum):
    """How a place in a class stands.

    Unpaid and confirmed hold the place, unpaid until `held_until`; the others gave it back: by
    themselves, by not paying, by staff, by staying away, by changing class, or with the class.
    """

    UNPAID = "unpaid"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    REMOVED = "removed"
    ABSENT = "absent"
    MOVED = "moved"
    CANCELLED = "cancelled"


HOLDING = (EnrolmentState.UNPAID, EnrolmentState.CONFIRMED)
"""States in which an enrolment has a place; whether an unpaid one still does, `held_until` says."""

ENROLMENT_WORDS = {
    EnrolmentState.UNPAID: N_("等交费"),
    EnrolmentState.CONFIRMED: N_("报上了"),
    EnrolmentState.WITHDRAWN: N_("退出了"),
    EnrolmentState.LAPSED: N_("没有按时交费，名额让出去了"),
    EnrolmentState.REMOVED: N_("由工作人员退班"),
    EnrolmentState.ABSENT: N_("缺课太多，名额让出去了"),
    EnrolmentState.MOVED: N_("换到别的班了"),
    EnrolmentState.CANCELLED: N_("这个班取消了"),
}
"""What people read of how an enrolment stands."""


class WaitState(StrEnum):
    """How somebody stands who waits for a place in a class; over: with the term."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"
    LAPSED = "lapsed"
    OVER = "over"
