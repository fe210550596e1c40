"""Taking places in classes, changing and giving them back."""

from palace.courses.services.changing import move
from palace.courses.services.ending import end, locked, on_place_freed, owe_class, withdraw
from palace.courses.services.enrolling import enrol
from palace.courses.services.paying import keep_until, lapse, say, settle_paid

__all__ = [
    "end",
    "enrol",
    "keep_until",
    "lapse",
    "locked",
    "move",
    "on_place_freed",
    "owe_class",
    "say",
    "settle_paid",
    "withdraw",
]
