"""Nothing that was not reviewed is on any public page, feed, paper or JSON."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from palace import clock, printing
from palace.agenda import queries as agenda
from palace.db import db
from palace.members.models import Member
from palace.pictures import services as pictures
from palace.programme.models import Performance, Production
from palace.review import queries
from palace.tickets.models import Ticket
from palace.web import roles_of
from tests.conftest import forget_the_programme
from tests.factory import Factory
from tests.review.conftest import FIELDS, Desk
from tests.security.conftest import Belongings, address_of, addresses, own_something

PLANTED = "ZZPLANTED"
OPEN_TO = {"everybody", "member"}


def planted(picture: str) -> dict[str, Any]:
    """Return fields with a word planted in each text."""
    texts = {name: f"{PLANTED} {value}" for name, value in FIELDS.items() if isinstance(value, str)}
    kept = {name: FIELDS[name] for name in ("kind", "late_entry", "permit_until")}
    return {**FIELDS, **texts, **kept, "minutes": 719, "picture": picture}


def some_picture() -> io.BytesIO:
    """Return a picture to upload."""
    to = io.BytesIO()
    Image.effect_noise((640, 400), 80).convert("RGB").save(to, "PNG")
    to.seek(0)
    return to


@pytest.fixture
def show(make: Factory, desk: Desk) -> tuple[Production, Performance]:
    """Return a reviewed production with a performance on sale."""
    production = desk.write()
    desk.review(production)
    performance = make.performance(seats=6)
    performance.production_id = production.id
    db.session.flush()
    db.session.expire_all()
    return production, performance


@pytest.fixture
def belongings(make: Factory, show: tuple[Production, Performance]) -> Belongings:
    """Return a member with a ticket and a held order for that performance."""
    return own_something(make, show[1])


def everything_shown(app: Flask, browser: FlaskClient, owner: Belongings) -> dict[str, str]:
    """Return every page and JSON a visitor or member gets, by address; files of bytes apart."""
    shown = {}
    for method, rule in addresses(app):
        if method != "GET" or not OPEN_TO & set(roles_of(app, rule.endpoint)):
            continue
        path = address_of(app, rule, owner.values(rule))
        for accept in ("text/html", "application/json"):
            answer = browser.get(path, headers={"Accept": accept})
            if answer.mimetype in {"application/pdf", "image/png", "image/jpeg"}:
                continue
            shown[f"{accept} {path}"] = answer.get_data(as_text=True)
    feed = f"/calendars/{agenda.feed_secret(owner.member)}.ics"
    return shown | {feed: browser.get(feed).get_data(as_text=True)}


def test_a_word_in_what_waits_is_nowhere_to_be_read(
    app: Flask,
    make: Factory,
    desk: Desk,
    belongings: Belongings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = pictures.keep(some_picture()).code
    revision = desk.change(belongings.performance.production, **planted(picture))
    desk.decide(revision, desk.first)
    stranger, member = app.test_client(), app.test_client()
    make.sign_in(member, belongings.member)
    printed: list[str] = []

    def to_paper(html: str, **_: str) -> bytes:
        printed.append(html)
        return b""

    for way in ("to_pdf", "to_png"):
        monkeypatch.setattr(printing, way, to_paper)

    for browser in (stranger, member):
        shown = everything_shown(app, browser, belongings)
        assert len(shown) > 20
        assert [path for path, text in shown.items() if PLANTED in text or picture in text] == []
    assert printed
    assert PLANTED not in "".join(printed)
    for size in ("", "small/"):
        assert stranger.get(f"/pictures/{size}{picture}.jpg").status_code == 404

    desk.decide(revision, desk.second)
    forget_the_programme(app)
    shown = everything_shown(app, stranger, belongings)
    assert any(PLANTED in text and picture in text for text in shown.values())
    answer = stranger.get(f"/pictures/{picture}.jpg")
    assert answer.mimetype == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_production_that_never_passed_has_no_page(app: Flask, make: Factory, desk: Desk) -> None:
    production = desk.write(title_zh=PLANTED)
    performance = make.performance(seats=2)
    performance.production_id = production.id
    db.session.flush()
    db.session.expire_all()
    browser = app.test_client()
    for path in ("/", f"/performances/{performance.id}", f"/productions/{production.id}"):
        assert PLANTED not in browser.get(path).text


def test_tickets_sold_before_a_change_keep_working(
    make: Factory, desk: Desk, show: tuple[Production, Performance], belongings: Belongings
) -> None:
    revision = desk.change(show[0], title_zh="话剧《龙须沟》")
    desk.decide(revision, desk.first)
    desk.decide(revision, desk.second)
    assert queries.is_reviewed(f"production:{show[0].id}")
    ticket = db.session.get_one(Ticket, belongings.ticket.id)
    assert ticket.state == "valid"
    assert isinstance(belongings.member, Member)
    assert clock.now() < ticket.performance.starts_at
