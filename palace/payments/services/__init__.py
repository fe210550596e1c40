"""Money asked for, received, owed back: what parts call."""

from palace.payments.services.asking import ask, close, find, hand_over, lower
from palace.payments.services.receiving import on_paid, receive
from palace.payments.services.refunding import owe, owe_all

__all__ = ["ask", "close", "find", "hand_over", "lower", "on_paid", "owe", "owe_all", "receive"]
