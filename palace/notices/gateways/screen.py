"""The gateway of a demonstration: a message is sent by standing on the page `/demo/messages`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from palace.config import Settings
from palace.notices.gateways import SCREEN, Found, Message, Result
from palace.notices.rules import Outcome


class Screen:
    """Takes everything, asks nobody."""

    name = SCREEN

    def send(self, batch: Sequence[Message]) -> Iterator[Result]:
        """Take the messages."""
        return (Result(message.id, Outcome.SENT) for message in batch)

    def ask(self, message: Message, tried_at: datetime) -> Found:  # noqa: ARG002 - as every gateway
        """Return that the message is there: the page shows it from the start."""
        return Found.TAKEN

    def left(self) -> int | None:
        """Return that a screen has no end."""
        return None


def gateway(_: Settings) -> Screen:
    """Return the screen."""
    return Screen()
