"""What a clerk does at a till."""

from palace.till.services.accounts import settle_account
from palace.till.services.codes import add_code, remove_code
from palace.till.services.correcting import (
    correct,
    give_unmatched_back,
    match,
    may_be_corrected,
    note_unmatched,
)
from palace.till.services.reminding import remind_units
from palace.till.services.shifts import close_shift, hand_over, my_shift, open_shift
from palace.till.services.taking import pay_back, take, take_on_account

__all__ = [
    "add_code",
    "close_shift",
    "correct",
    "give_unmatched_back",
    "hand_over",
    "match",
    "may_be_corrected",
    "my_shift",
    "note_unmatched",
    "open_shift",
    "pay_back",
    "remind_units",
    "remove_code",
    "settle_account",
    "take",
    "take_on_account",
]
