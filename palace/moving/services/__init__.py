"""One file per step: somebody proposes, a second person decides, everybody is told."""

from palace.moving.services.proposing import (
    Wish,
    check_possible,
    is_over,
    propose,
    target_for,
    withdraw,
)
from palace.moving.services.running import confirm
from palace.moving.services.telling import keep, on_moved, retry, tell_some, text_for

__all__ = [
    "Wish",
    "check_possible",
    "confirm",
    "is_over",
    "keep",
    "on_moved",
    "propose",
    "retry",
    "target_for",
    "tell_some",
    "text_for",
    "withdraw",
]
