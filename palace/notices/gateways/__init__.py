"""How messages leave the house: one interface, a module per provider, loaded by the worker alone.

A provider's library costs half a second and tens of megabytes to import, so no web process does.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from palace.config import Settings
from palace.notices.rules import Outcome

SCREEN, MAIL = "screen", "smtp"
AT_ONCE = 8
NEVER_THERE = (
    "Failed to establish a new connection",
    "Failed to resolve",
    "NameResolutionError",
    "ConnectTimeoutError",
    "connect timeout",
)

log = logging.getLogger("palace.notices")


@dataclass(frozen=True)
class Message:
    """One notice as a gateway takes it: `variables` in the order in which its words name them.

    `out_id` is our own number of this try, which comes back when a provider is asked what became of it.
    """

    id: int
    out_id: str
    address: str = field(repr=False)
    text: str = field(repr=False)
    title: str = ""
    template: str = ""
    variables: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Result:
    """What became of one message: `reference` is the provider's number, `error` its code."""

    id: int
    outcome: Outcome
    reference: str = ""
    error: str = ""


class Found(StrEnum):
    """What a provider knows of a try that was cut off."""

    TAKEN = "taken"
    ABSENT = "absent"  # it surely never came there
    UNKNOWN = "unknown"


class Gateway(Protocol):
    """One way out of the house. Nothing it raises is needed: each message has its result."""

    name: str

    def send(self, batch: Sequence[Message]) -> Iterator[Result]:
        """Hand messages over, each once, and yield what became of each as it is known."""
        ...

    def ask(self, message: Message, tried_at: datetime) -> Found:
        """Return what became of a try by its `out_id`."""
        ...

    def left(self) -> int | None:
        """Return how many messages are paid for and left; None: the provider does not tell."""
        ...


def load(name: str, settings: Settings) -> Gateway:
    """Return a gateway by its name, which is its module's."""
    made: Callable[[Settings], Gateway] = importlib.import_module(f"{__name__}.{name}").gateway
    return made(settings)


def in_parallel(batch: Sequence[Message], one: Callable[[Message], Result]) -> Iterator[Result]:
    """Send messages side by side, each by one call; what fails unforeseen may have been taken."""

    def tried(message: Message) -> Result:
        try:
            return one(message)
        except Exception as error:
            log.warning("gateway failed", extra={"values": {"error": type(error).__name__}})
            return Result(message.id, Outcome.UNCERTAIN, error=type(error).__name__)

    with ThreadPoolExecutor(AT_ONCE) as hands:
        for done in as_completed([hands.submit(tried, message) for message in batch]):
            yield done.result()


def lost(words: str) -> Outcome:
    """Return what a network error means by its words: never connected is never taken."""
    return Outcome.FAILED if any(sign in words for sign in NEVER_THERE) else Outcome.UNCERTAIN
