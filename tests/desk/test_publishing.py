"""What is looked at before publishing: each thing red alone, and green when it is put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from palace import clock
from palace.db import db
from palace.desk.services import publishing
from palace.members.models import AuditLine
from palace.programme.models import (
    Opening,
    Performance,
    PermitRule,
    Price,
    Production,
)
from palace.programme.rules import Audience, Finding
from palace.review.models import Revision
from palace.tickets import services as tickets
from palace.tickets.kept import keep
from palace.tickets.rules import Wish
from palace.venues import queries as venues
from palace.venues.models import SeatingPlan, Space
from tests.desk.conftest import DESK, Send
from tests.factory import Factory
from tests.members.browser import JSON

PutOn = Callable[..., dict[str, Any]]


@pytest.fixture
def draft(put_on: PutOn, send: Send, hall: Space, plan: SeatingPlan, make: Factory) -> Performance:
    """Return a draft on which every check is green."""
    make.tier("free")
    number = put_on(hall)["performance"]
    send(number, "prices", cells="free:A free:B", typed=["0", "0"])
    return db.session.get_one(Performance, number)


def red(manager: FlaskClient, one: Performance) -> list[str]:
    """Return the checks that are red."""
    make_anew()
    body = manager.get(f"{DESK}/performances/{one.id}/check", headers=JSON).get_json()
    return [found["check"] for found in body["findings"] if not found["well"]]


def make_anew() -> None:
    """Let the next request read what the test wrote."""
    db.session.flush()
    db.session.expire_all()


def unreviewed(one: Performance) -> None:
    db.session.execute(delete(Revision))


def over(one: Performance) -> None:
    now = clock.now()
    one.starts_at, one.ends_at = now - timedelta(hours=1), now + timedelta(hours=1)
    one.sale_opens_at, one.sale_closes_at = now - timedelta(days=3), now - timedelta(hours=1)


def without_a_hall(one: Performance) -> None:
    one.occupancy_id = None


def for_nobody(one: Performance) -> None:
    one.capacity = 0


def without_a_price_in_b(one: Performance) -> None:
    db.session.execute(delete(Price).where(Price.zone == "B"))


def closed_after_the_start(one: Performance) -> None:
    one.sale_closes_at = one.starts_at + timedelta(seconds=1)


def members_after_the_public(one: Performance) -> None:
    later = one.sale_opens_at + timedelta(seconds=1)
    row = Opening(performance_id=one.id, audience=Audience.MEMBERS, unit_id=None, opens_at=later)
    db.session.add(row)


def kept_until_the_start(one: Performance) -> None:
    seats = venues.seats(one.plan_id or 0)[:1]
    keep(one.id, seats, reason="house", until=one.starts_at, now=clock.now())


def without_english(one: Performance) -> None:
    one.production.about_en = " "


def longer_by_now(one: Performance) -> None:
    one.production.minutes = 150


def without_a_permit(one: Performance) -> None:
    db.session.add(PermitRule(space_kind=None, from_places=10, name_zh="许可", name_en="permit"))


def with_a_permit_that_ended(one: Performance) -> None:
    without_a_permit(one)
    one.production.permit_number, one.production.permit_until = "1号", date(2026, 11, 1)


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (unreviewed, "review"),
        (over, "time"),
        (without_a_hall, "hall"),
        (for_nobody, "capacity"),
        (without_a_price_in_b, "prices"),
        (closed_after_the_start, "opening"),
        (members_after_the_public, "opening"),
        (kept_until_the_start, "releases"),
        (without_english, "languages"),
        (longer_by_now, "length"),
        (without_a_permit, "permit"),
        (with_a_permit_that_ended, "permit"),
    ],
)
def test_each_check_is_red_alone_and_nothing_is_published(
    manager: FlaskClient, draft: Performance, spoil: Callable[[Performance], None], check: str
) -> None:
    db.session.execute(delete(PermitRule))
    assert red(manager, draft) == []
    spoil(draft)
    assert red(manager, draft) == [check]
    path = f"{DESK}/performances/{draft.id}"
    page = manager.get(f"{path}/check").text
    assert ("要改" in page, "发布，让公众看到" in page) == (True, False)
    refused = manager.post(f"{path}/publish", headers=JSON)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_ready")
    assert db.session.get_one(Performance, draft.id, populate_existing=True).published_at is None


def test_at_the_very_edge_it_is_green(manager: FlaskClient, draft: Performance) -> None:
    draft.sale_closes_at = draft.starts_at
    row = Opening(
        performance_id=draft.id,
        audience=Audience.MEMBERS,
        unit_id=None,
        opens_at=draft.sale_opens_at,
    )
    db.session.add(row)
    seats = venues.seats(draft.plan_id or 0)[:1]
    before = draft.starts_at - timedelta(microseconds=1)
    keep(draft.id, seats, reason="house", until=before, now=clock.now())
    assert red(manager, draft) == []


def test_it_is_published_once_and_told_the_second_time(
    manager: FlaskClient, draft: Performance
) -> None:
    path = f"{DESK}/performances/{draft.id}"
    for sentence in ("发布了，公众看得到了", "已经发布了"):
        done = manager.post(f"{path}/publish")
        assert sentence in manager.get(done.headers["Location"]).text
    lines = select(AuditLine).where(AuditLine.act == "performance_published")
    assert len(db.session.scalars(lines).all()) == 1


def test_it_is_taken_back_while_nobody_has_booked(
    manager: FlaskClient, draft: Performance, make: Factory
) -> None:
    path, public = f"{DESK}/performances/{draft.id}", f"/performances/{draft.id}"
    manager.post(f"{path}/publish")
    assert manager.get(public).status_code == 200
    assert manager.post(f"{path}/unpublish", headers=JSON).get_json()["stand"] == "draft"
    assert manager.get(public).status_code == 404
    manager.post(f"{path}/publish")
    draft.sale_opens_at = clock.now() - timedelta(days=1)
    tickets.hold(make.member(), draft.id, Wish(count=1), key="desk-book-1")
    make.commit()
    refused = manager.post(f"{path}/unpublish")
    assert (refused.status_code, "已经订出1个位子" in refused.text) == (409, True)
    assert manager.get(public).status_code == 200


@pytest.mark.parametrize("act", ["publish", "unpublish"])
def test_what_is_cancelled_or_over_is_neither_published_nor_taken_back(
    manager: FlaskClient, draft: Performance, make: Factory, act: str
) -> None:
    draft.cancelled_at = clock.now()
    make.commit()
    refused = manager.post(f"{DESK}/performances/{draft.id}/{act}", headers=JSON)
    assert refused.get_json()["code"] == "not_staged"
    assert "改成这样" not in manager.get(f"{DESK}/performances/{draft.id}/place").text


def test_other_parts_add_their_checks(
    manager: FlaskClient, draft: Performance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_performance: Performance) -> Finding:
        return Finding(name="审核", well=False, words="剧目还没有审过，审过才能发布。")

    monkeypatch.setitem(publishing.checks, "mine", never)
    assert red(manager, draft) == ["mine"]


def test_a_production_without_a_length_cannot_be_put_on(
    manager: FlaskClient, make: Factory, hall: Space, production: Production, plan: SeatingPlan
) -> None:
    production.minutes = 0
    make.commit()
    path = f"{DESK}/productions/{production.id}/performances/new"
    fields = {
        "space": str(hall.id),
        "seating": "open",
        "day": "2099-01-01",
        "time": "10:00",
        "get_in": 0,
        "get_out": 0,
        "doors": 0,
        "seats_per_member": 1,
        "identity_policy": "none",
    }
    assert manager.post(path, headers=JSON, json=fields).get_json()["code"] == "length_unknown"
