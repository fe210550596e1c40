"""What is done with coupons: a pool is made and filled, its codes are handed out, one each."""

from palace.coupons.services.codes import Read, bring_in, look, opened
from palace.coupons.services.pools import (
    PoolValues,
    change,
    make,
    resume,
    stop,
    unit_called,
    withdraw,
)
from palace.coupons.services.taking import refusal_of, take, tick

__all__ = [
    "PoolValues",
    "Read",
    "bring_in",
    "change",
    "look",
    "make",
    "opened",
    "refusal_of",
    "resume",
    "stop",
    "take",
    "tick",
    "unit_called",
    "withdraw",
]
