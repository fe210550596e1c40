"""Sending what is owed, as the worker does it: each step a transaction, the network between them."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from flask import Flask, current_app

from palace.config import Settings
from palace.db import transaction
from palace.notices import senders
from palace.notices import services as notices
from palace.notices.gateways import Gateway, Result, load
from palace.notices.rules import Outcome
from palace.notices.services import Try

LONGEST_RUN = 50.0
"""Seconds: the next minute's task goes on from there."""
BALANCE_EVERY = timedelta(minutes=10)
LOADED = "palace_gateways"

log = logging.getLogger("palace.notices")


def drain(longest: float = LONGEST_RUN) -> dict[str, int]:
    """Send what is due until there is nothing more, asking about what was cut off; return outcomes by name.

    Safe to run side by side, and to be killed anywhere.
    """
    until, told = time.monotonic() + longest, dict.fromkeys(Outcome, 0)
    while time.monotonic() < until:
        with transaction():
            taken = notices.take()
        for name, tries in taken.tries.items():
            for outcome in _send(name, tries):
                told[outcome] += 1
        if not taken.seen:
            break
    return {str(name): count for name, count in told.items()}


def look_after() -> None:
    """Ask providers about what was cut off, and what is left of the money."""
    with transaction():
        asked = notices.uncertain()
    for name, tries in asked.items():
        for one in tries:
            found = gateway(name).ask(one.message, one.tried_at)
            with transaction():
                notices.settle_found(one, found)
    provider = senders.sms_gateway()
    with transaction():
        due = notices.balance_due(BALANCE_EVERY)
    if provider and due:
        left = gateway(provider).left()
        with transaction():
            notices.note_balance(provider, left)


def gateway(name: str) -> Gateway:
    """Return a gateway, its library loaded once."""
    app: Flask = current_app
    loaded: dict[str, Gateway] = app.extensions.setdefault(LOADED, {})
    if name not in loaded:
        settings: Settings = app.extensions["palace"]
        loaded[name] = load(name, settings)
    return loaded[name]


def _send(name: str, tries: list[Try]) -> list[Outcome]:
    """Hand a batch to a gateway, and write down each result as it comes."""
    attempts = {one.message.id: one.attempts for one in tries}
    results: list[Result] = []
    for result in gateway(name).send([one.message for one in tries]):
        with transaction():
            notices.settle(result, attempts[result.id])
        results.append(result)
    with transaction():
        notices.note_gateway(name, results)
    if any(result.outcome is not Outcome.SENT for result in results):
        log.warning("not sent", extra={"values": {"gateway": name, "errors": _errors(results)}})
    return [result.outcome for result in results]


def _errors(results: list[Result]) -> list[str]:
    return sorted({result.error for result in results if result.error})
