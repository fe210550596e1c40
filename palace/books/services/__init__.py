"""Invoices asked for, sent to the finance tool and issued; days matched; refunds tried again."""

from palace.books.services.asking import Wanted, ask, withdraw
from palace.books.services.batching import make_batch, set_columns
from palace.books.services.issuing import bring_in, judge, not_issued, reverse
from palace.books.services.matching import match_day, match_due, settle
from palace.books.services.providing import ask_providers, bring_moved, tells_itself
from palace.books.services.refunding import try_all_again

__all__ = [
    "Wanted",
    "ask",
    "ask_providers",
    "bring_in",
    "bring_moved",
    "judge",
    "make_batch",
    "match_day",
    "match_due",
    "not_issued",
    "reverse",
    "set_columns",
    "settle",
    "tells_itself",
    "try_all_again",
    "withdraw",
]
