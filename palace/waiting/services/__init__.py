"""One file per thing that is done with a queue."""

from palace.waiting.services.joining import join, leave
from palace.waiting.services.offers import accept, decline, price_of
from palace.waiting.services.passing import offer_times, pass_on, seats_freed, tend
from palace.waiting.services.reminding import remind
from palace.waiting.services.supply import waits_for_wheelchair

__all__ = [
    "accept",
    "decline",
    "join",
    "leave",
    "offer_times",
    "pass_on",
    "price_of",
    "remind",
    "seats_freed",
    "tend",
    "waits_for_wheelchair",
]
