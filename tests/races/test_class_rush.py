"""The rush of the bench in short: many browsers ask for few places over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.courses.models import Enrolment
from palace.db import db
from tests.factory import Factory
from tests.teaching import Teaching

MEMBERS, PLACES, AT_ONCE = 60, 8, 16


def signed_in(live: Factory, app: Flask) -> FlaskClient:
    """Return a new member's browser."""
    client = app.test_client()
    live.sign_in(client, live.member())
    return client


@pytest.mark.timeout(300)
def test_exactly_the_places_are_won_and_everybody_else_reads_that_it_is_full(
    live: Factory, live_app: Flask
) -> None:
    offering = Teaching(live).offering(places=PLACES)
    clients = [signed_in(live, live_app) for _ in range(MEMBERS)]
    live.commit()
    address = f"/offerings/{offering.id}/enrol"

    def ask(number: int, client: FlaskClient) -> Callable[[], str]:
        def asked() -> str:
            answer = client.post(
                address,
                json={"key": f"rush-{number:04}"},
                headers={"Accept": "application/json"},
            )
            told = answer.get_json()
            return "yes" if answer.status_code == 201 else str(told["code"])

        return asked

    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [pool.submit(ask(number, client)) for number, client in enumerate(clients)]
        told = Counter(run.result(timeout=120) for run in runs)

    assert told == {"yes": PLACES, "class_full": MEMBERS - PLACES}
    db.session.rollback()
    held = db.session.scalars(select(Enrolment.member_id)).all()
    assert len(held) == len(set(held)) == PLACES
