"""A palace that sends for real, and a provider that is ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time

import pytest
from flask import Flask

from palace import clock, sending
from palace.config import Settings
from palace.db import db
from palace.notices.gateways import Found, Message, Result
from palace.notices.models import Notice, Template
from palace.notices.rules import Outcome
from palace.notices.senders import KINDS
from tests.factory import Factory

NOON = time(12)
ISSUED = {
    "title": {"zh": "晋剧《打金枝》", "en": "The Golden Branch"},
    "starts_at": "2026-11-28T11:30:00+00:00",
    "count": 2,
}


@dataclass
class Provider:
    """A gateway in the test's hands: remembers what it took, answers what it is told to."""

    name: str = "aliyun"
    taken: list[Message] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    default: Outcome = Outcome.SENT
    found: Found = Found.UNKNOWN
    paid: int | None = None
    meanwhile: Callable[[], None] = lambda: None

    def send(self, batch: Sequence[Message]) -> Iterator[Result]:
        """Take messages."""
        for message in batch:
            self.taken.append(message)
            self.meanwhile()
            outcome = self.outcomes.get(message.address, self.default)
            error = "" if outcome is Outcome.SENT else f"its.{outcome}"
            yield Result(message.id, outcome, "ref" if outcome is Outcome.SENT else "", error)

    def ask(self, _message: Message, _tried_at: datetime) -> Found:
        """Say what is known."""
        return self.found

    def left(self) -> int | None:
        """Say what is left."""
        return self.paid


@pytest.fixture
def real_house(app: Flask) -> Iterator[Settings]:
    """Let the application be no demonstration for a while, with an SMS provider and a mail server."""
    demo: Settings = app.extensions["palace"]
    real = replace(
        demo,
        demo=False,
        public_url="https://palace.example",
        proxies=1,
        sms_gateway="aliyun",
        sms_key_id="id",
        sms_key_secret="secret",  # noqa: S106 - ours
        sms_signature="文化宫",
        smtp_url="smtp://127.0.0.1:25",
        mail_from="palace@example.org",
    )
    real.check()
    app.extensions["palace"] = real
    yield real
    app.extensions["palace"] = demo
    app.extensions.pop(sending.LOADED, None)


@pytest.fixture
def provider(app: Flask, real_house: Settings, make: Factory) -> Provider:
    """Return the SMS provider of a real house at noon, with every template approved."""
    make.site()
    make.set_clock(clock.at(clock.palace_day(clock.now()), NOON))
    for kind in KINDS:
        approve(kind, "zh")
    found = Provider()
    app.extensions[sending.LOADED] = {"aliyun": found}
    return found


@pytest.fixture
def mail(app: Flask, provider: Provider) -> Provider:
    """Return the mail server beside it."""
    found = Provider(name="smtp")
    app.extensions[sending.LOADED]["smtp"] = found
    return found


def approve(kind: str, language: str, gateway: str = "aliyun") -> None:
    """Let a provider know the words of a kind."""
    now = clock.now()
    number = f"SMS_{kind}_{language}"
    db.session.add(
        Template(gateway=gateway, kind=kind, language=language, template=number, changed_at=now)
    )
    db.session.flush()


def only() -> Notice:
    """Return the one notice there is, as the database has it."""
    db.session.expire_all()
    return db.session.query(Notice).one()
