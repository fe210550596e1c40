"""Units are told of what they have to settle: before the day it is due, and after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from palace.clock import palace_day
from palace.db import db
from palace.money import Fen
from palace.notices import services as notices
from palace.payments import services as payments
from palace.roster.tree import organisers
from palace.till.models import OnAccount
from palace.till.queries.listed import open_accounts
from palace.till.rules import account_news
from palace.venues.queries import house_rules


def remind_units(now: datetime) -> int:
    """Tell the organisers of units what is due soon, or was due, each once; return how many were told."""
    today, days = palace_day(now), house_rules().account_remind_days
    told = 0
    for account, amount in open_accounts(today + timedelta(days=days)):
        told_on = palace_day(account.told_at) if account.told_at else None
        kind = account_news(account.due_on, today, days=days, told_on=told_on)
        if kind is not None:
            told += _tell(kind, account, amount, now)
    return told


def _tell(kind: str, account: OnAccount, amount: Fen, now: datetime) -> int:
    """Tell a unit's organisers; where it has none, somebody may become one."""
    payment = account.payment
    what = payments.said[payment.part]([payment.subject_id])[payment.subject_id]
    values = {
        "title": {"zh": what.zh, "en": what.en},
        "amount": amount,
        "due_on": account.due_on.isoformat(),
    }
    people = organisers(account.unit_id)
    for member_id in people:
        notices.owe(kind, f"payment:{payment.id}", f"member:{member_id}", values, now)
    if people:
        account.told_at = now
    db.session.flush()
    return len(people)
