"""Many workers send at once, and one is killed in the middle: no message leaves the house twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock, sending
from palace.config import ROOT, Settings
from palace.db import db
from palace.money import Fen
from palace.notices.gateways import load
from palace.notices.models import MessageDay, Notice, Template
from palace.notices.rules import State
from palace.notices.services import owe
from tests.factory import Factory
from tests.notices.conftest import ISSUED
from tests.notices.stand_in import Answer, Asked, StandIn, http_provider

WORKERS, OWED = 16, 100
SENDER = """
from pathlib import PosixPath
from palace import create_app, sending
from palace.config import Settings
from palace.security import use_keys
app = create_app(Settings(demo=False, public_url="https://palace.example", proxies=1, state={state!r},
    keys_file={keys!r}, database_url={url!r}, database_owner_url={owner!r}, sms_gateway="aliyun",
    sms_key_id="id", sms_key_secret="secret", sms_signature="x", sms_endpoint={endpoint!r}))
with app.app_context():
    use_keys(app)
    sending.drain()
"""


@pytest.fixture
def provider() -> Iterator[StandIn]:
    """Run a stand-in that takes everything."""
    with http_provider() as told:
        told.answer = lambda _: (200, {"Code": "OK", "BizId": "1", "RequestId": "R"})
        yield told


@contextmanager
def real(live: Factory, provider: StandIn) -> Iterator[Settings]:
    """Let the application send for real to the stand-in, at noon, a notice owed to each of many."""
    demo: Settings = live.app.extensions["palace"]
    settings = replace(
        demo,
        demo=False,
        public_url="https://palace.example",
        proxies=1,
        sms_gateway="aliyun",
        sms_key_id="id",
        sms_key_secret="secret",  # noqa: S106 - ours
        sms_signature="文化宫",
        sms_endpoint=provider.url,
    )
    live.site()
    live.rules().quiet_from = live.rules().quiet_until = 0
    now = clock.now()
    live.add(
        Template(
            gateway="aliyun", kind="tickets_issued", language="zh", template="S", changed_at=now
        )
    )
    for number in range(OWED):
        owe("tickets_issued", f"order:{number}", f"member:{live.member().id}", ISSUED, now)
    live.commit()
    live.app.extensions["palace"] = settings
    live.app.extensions[sending.LOADED] = {"aliyun": load("aliyun", settings)}
    try:
        yield settings
    finally:
        live.app.extensions["palace"] = demo
        live.app.extensions.pop(sending.LOADED)


def states() -> Counter[State]:
    """Return how many notices stand where."""
    rows = db.session.execute(select(Notice.state, func.count()).group_by(Notice.state))
    counted = Counter({row[0]: row[1] for row in rows})
    db.session.rollback()
    return counted


def drain_at_once(app: Flask) -> None:
    """Send what is due with many hands, as so many workers would."""
    start = threading.Barrier(WORKERS)

    def work(_: int) -> None:
        with app.app_context():
            start.wait(timeout=60)
            sending.drain()
            db.session.remove()

    with ThreadPoolExecutor(WORKERS) as hands:
        list(hands.map(work, range(WORKERS)))


def test_workers_at_once_send_each_notice_once(
    live: Factory, live_app: Flask, provider: StandIn
) -> None:
    with real(live, provider):
        drain_at_once(live_app)

    phones = Counter(asked.query["PhoneNumbers"] for asked in provider.asked)
    assert (len(phones), max(phones.values())) == (OWED, 1)
    assert states() == {State.SENT: OWED}
    assert db.session.scalar(select(MessageDay.pieces)) == OWED


def test_workers_at_once_never_spend_more_than_the_day_has(
    live: Factory, live_app: Flask, provider: StandIn
) -> None:
    with real(live, provider):
        live.rules().message_price, live.rules().message_budget_day = Fen(5), Fen(5 * 37 + 4)
        live.commit()
        drain_at_once(live_app)

    assert len(provider.asked) == 37
    assert states() == {State.SENT: 37, State.OWED: OWED - 37}
    assert db.session.scalar(select(MessageDay.amount)) == 5 * 37


def test_a_worker_that_is_killed_in_the_middle_sends_nothing_twice(
    live: Factory, provider: StandIn
) -> None:
    half = threading.Event()

    def take(_: Asked) -> Answer:
        if len(provider.asked) >= OWED // 2:
            half.set()
            time.sleep(1)
        return 200, {"Code": "OK", "BizId": "1", "RequestId": "R"}

    provider.answer = take
    with real(live, provider) as settings:
        worker = _start(settings, provider)
        assert half.wait(60)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        before = states()
        assert 0 < before[State.SENDING] <= 20
        taken = {asked.query["OutId"]: asked.query["PhoneNumbers"] for asked in provider.asked}

        provider.answer = lambda asked: _answered(asked, taken)
        sending.drain()
        assert states()[State.SENDING] == before[State.SENDING]  # nobody touches what is uncertain
        live.set_clock(clock.now() + timedelta(minutes=11))
        live.commit()
        sending.look_after()
        live.set_clock(clock.now() + timedelta(minutes=2))
        live.commit()
        sending.drain()
        live.set_clock(None)
        live.commit()

    sent = [asked for asked in provider.asked if asked.headers["x-acs-action"] == "SendSms"]
    phones = Counter(asked.query["PhoneNumbers"] for asked in sent)
    assert (len(phones), max(phones.values())) == (OWED, 1)
    assert states() == {State.SENT: OWED}


def _answered(asked: Asked, taken: dict[str, str]) -> Answer:
    """Take what is sent, and tell of a phone what had been taken before the kill."""
    if asked.headers["x-acs-action"] == "SendSms":
        return 200, {"Code": "OK", "BizId": "2", "RequestId": "R"}
    found = [
        {"OutId": number, "PhoneNum": phone, "SendStatus": 3}
        for number, phone in taken.items()
        if phone == asked.query["PhoneNumber"]
    ]
    details = {"SmsSendDetailDTO": found}
    return 200, {"Code": "OK", "TotalCount": str(len(found)), "SmsSendDetailDTOs": details}


def _start(settings: Settings, provider: StandIn) -> subprocess.Popen[bytes]:
    told = SENDER.format(
        state=settings.state,
        keys=settings.keys_file,
        url=settings.database_url,
        owner=settings.database_owner_url,
        endpoint=provider.url,
    )
    return subprocess.Popen([sys.executable, "-c", told], cwd=ROOT)
