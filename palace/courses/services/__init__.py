"""Taking places in classes and giving them back."""

from palace.courses.services.ending import end, on_place_freed, withdraw
from palace.courses.services.enrolling import enrol
from palace.courses.services.paying import settle_paid

__all__ = ["end", "enrol", "on_place_freed", "settle_paid", "withdraw"]
