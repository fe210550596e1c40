"""What Stripe's things say: pages, marks of ours, lines of the account's ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from palace.payments.backends.base import CAME_AGAIN, Moved
from palace.payments.states import AttemptState

Thing = dict[str, Any]
GIVEN_UP = {"requires_payment_method", "canceled"}
PAYERS = {"charge", "refund", "dispute"}
"""What a line of the account's ledger is of, where it is payers' money."""


def moved(line: Thing) -> Moved | None:
    """Return a line of the account's ledger; None: it is no payer's money, as what goes to the bank."""
    source = line["source"]
    if not isinstance(source, dict) or source["object"] not in PAYERS:
        return None
    came = line["amount"] > 0
    references = {
        "charge": source.get("payment_intent") or source["id"],
        "refund": f"{source['id']}{CAME_AGAIN}" if came else source["id"],
        "dispute": line["id"],
    }
    return Moved(
        reference=references[source["object"]],
        amount=source["amount"] if came else -source["amount"],
        fee=round(line["fee"] / (line["exchange_rate"] or 1)),
        moved_at=datetime.fromtimestamp(line["created"], UTC),
    )


def is_name(told: object) -> bool:
    """Return whether something is a name that may be asked for."""
    return isinstance(told, str) and re.fullmatch(r"\w{1,255}", told, re.ASCII) is not None


def state_of(page: Thing, intent: Thing) -> AttemptState:
    if page["status"] != "complete":
        return AttemptState.OPEN if page["status"] == "open" else AttemptState.CLOSED
    if page["payment_status"] != "unpaid":
        return AttemptState.PAID
    given_up = intent.get("status") in GIVEN_UP
    return AttemptState.FAILED if given_up else AttemptState.PROCESSING


def number(mark: Mapping[str, str], name: str) -> int | None:
    """Return a number of ours from what is written on a thing."""
    return int(mark[name]) if re.fullmatch(r"[0-9]{1,18}", mark.get(name, "")) else None
