"""What the till reads."""

from palace.till.queries.finding import Found, described, find, to_agree, unit_called
from palace.till.queries.listed import overdue
from palace.till.queries.rows import (
    account_of,
    code_at,
    codes_at,
    corrected,
    movement_at,
    movements_of,
    on_account,
    payment_at,
    refund_at,
    shift_at,
    unmatched,
)
from palace.till.queries.shifts import Correction, corrections, open_shift, receipts_of, sums

__all__ = [
    "Correction",
    "Found",
    "account_of",
    "code_at",
    "codes_at",
    "corrected",
    "corrections",
    "described",
    "find",
    "movement_at",
    "movements_of",
    "on_account",
    "open_shift",
    "overdue",
    "payment_at",
    "receipts_of",
    "refund_at",
    "shift_at",
    "sums",
    "to_agree",
    "unit_called",
    "unmatched",
]
