"""Owing notices, sending them, and how a member wants to be told."""

from palace.notices.services.contacts import (
    ask_email,
    drop_email,
    mark_read,
    prove_email,
    set_ways,
)
from palace.notices.services.owing import owe, owe_code, owing, tell_old_number
from palace.notices.services.settling import (
    balance_due,
    decide_uncertain,
    note_balance,
    note_gateway,
    retry,
    settle,
    settle_found,
    uncertain,
)
from palace.notices.services.taking import Taken, Try, bodies, house_figures, stopped, take
from palace.notices.services.templates import set_template

__all__ = [
    "Taken",
    "Try",
    "ask_email",
    "balance_due",
    "bodies",
    "decide_uncertain",
    "drop_email",
    "house_figures",
    "mark_read",
    "note_balance",
    "note_gateway",
    "owe",
    "owe_code",
    "owing",
    "prove_email",
    "retry",
    "set_template",
    "set_ways",
    "settle",
    "settle_found",
    "stopped",
    "take",
    "tell_old_number",
    "uncertain",
]
