"""Invoices asked for, sent to the finance tool and issued; days matched; refunds tried again."""

from palace.books.services.asking import Wanted, ask, withdraw
from palace.books.services.batching import make_batch, set_columns
from palace.books.services.issuing import bring_in, judge, reverse
from palace.books.services.matching import match_day, match_due, settle
from palace.books.services.providing import bring_moved
from palace.books.services.refunding import try_all_again

__all__ = [
    "Wanted",
    "ask",
    "bring_in",
    "bring_moved",
    "judge",
    "make_batch",
    "match_day",
    "match_due",
    "reverse",
    "set_columns",
    "settle",
    "try_all_again",
    "withdraw",
]
