"""Calendar feeds: a member's private one, opened by the secret in its address, and the public ones."""

from __future__ import annotations

import functools
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup

from palace import clock, words
from palace.agenda import blocks
from palace.agenda import queries as agenda
from palace.agenda.secrets import FeedOf, secret_of
from palace.calendars import queries, services
from palace.calendars.queries import Feed, Of
from palace.clock import palace_day
from palace.courses.belonging import BELONGING
from palace.courses.models import Offering
from palace.db import transaction
from palace.errors import NotFound
from palace.members.posts import AT_PROGRAMME
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.tickets.printing import qr_svg
from palace.troupes.models import Troupe
from palace.venues import queries as venues
from palace.web import allow, answer, page_before, public, reads, wants_json

FEED_NAME = "工人文化宫"
PRIVATE, PUBLIC = "private, max-age=900", "public, no-cache"
LANGUAGE = "lang"

bp = Blueprint("calendars", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and let the programme show its feed."""
    app.register_blueprint(bp)
    app.jinja_env.globals["feed_links"] = links
    app.jinja_env.globals["class_feed_links"] = class_links


@bp.get("/calendars/<secret>.ics")
@public
def feed(secret: str) -> ResponseReturnValue:
    """Send the feed; an unchanged one costs one query and no body."""
    mark = agenda.feed_mark(secret, BELONGING)
    if request.if_none_match.contains_weak(mark.tag):
        return _answer(b"", mark.tag, PRIVATE, status=304)
    body = blocks.ics(agenda.feed_blocks(mark), FEED_NAME)
    return _answer(body, mark.tag, PRIVATE, status=200)


@bp.get("/calendars/troupes/<secret>.ics")
@public
def troupe(secret: str) -> ResponseReturnValue:
    """Send a troupe's feed, as `feed`; its address is for the troupe's people."""
    mark = queries.troupe_mark(secret)
    if request.if_none_match.contains_weak(mark.tag):
        return _answer(b"", mark.tag, PRIVATE, status=304)
    body = blocks.ics(agenda.feed_blocks(mark), queries.troupe_name(mark))
    return _answer(body, mark.tag, PRIVATE, status=200)


@bp.get("/calendars/classes/<secret>.ics")
@public
def class_feed(secret: str) -> ResponseReturnValue:
    """Send the feed of a class, as `feed`; its address is for who is in it."""
    mark = queries.class_mark(secret)
    if request.if_none_match.contains_weak(mark.tag):
        return _answer(b"", mark.tag, PRIVATE, status=304)
    body = blocks.ics(agenda.feed_blocks(mark), queries.class_name(mark))
    return _answer(body, mark.tag, PRIVATE, status=200)


@bp.get("/mine/calendars")
@allow(Role.MEMBER)
def own() -> ResponseReturnValue:
    """Show the secret addresses: the member's own, those of their troupes and of their classes."""
    member = current_member()
    mine = _links(url_for("calendars.feed", secret=agenda.feed_secret(member)))
    troupes = [(one, _of_troupe(one)) for one in queries.troupes_of(member.id)]
    leads = current_user.troupes()
    classes = _classes(member.id)
    return answer(
        "calendars/own.html",
        {
            "own": mine["address"],
            "troupes": [
                {"troupe": one.id, "feed": links["address"], "leads": one.id in leads}
                for one, links in troupes
            ],
            "classes": [
                {"offering": one.id, "feed": links["address"], "teaches": teaches}
                for one, links, teaches in classes
            ],
        },
        own=mine,
        troupes=troupes,
        leads=leads,
        classes=classes,
    )


def _classes(member_id: int) -> list[tuple[Offering, dict[str, Any], bool]]:
    """Return the classes of a member, each with its feed's address and whether they teach it."""
    found = queries.classes_of(member_id, palace_day(clock.now()))
    taught = queries.taught(member_id)
    return [(one, class_links(one), one.id in taught) for one in found]


@bp.post("/calendars/classes/<id:offering_id>/renew")
@allow(Role.TEACHER, *AT_PROGRAMME)
def renew_class(offering_id: int) -> ResponseReturnValue:
    """Give the feed of a class a new address, as its teacher or its house's office; the old one is dead."""
    member_id = current_user.member.id if current_user.member else None
    found = queries.class_to_renew(offering_id, member_id, current_user.sites(*AT_PROGRAMME))
    with transaction():
        services.renew_class(found)
    if wants_json():
        return {"offering": found.id, "feed": class_links(found)["address"]}
    flash(gettext("班级日历的地址换好了，旧的已经失效。"))
    return redirect(page_before() or url_for("calendars.own"), code=303)


@bp.post("/mine/calendars/<id:troupe_id>")
@allow(Role.MEMBER)
def renew(troupe_id: int) -> ResponseReturnValue:
    """Give the feed of a troupe one leads a new address; the old one is dead at once."""
    if troupe_id not in current_user.troupes():
        raise NotFound
    with transaction():
        services.renew(troupe_id)
    if wants_json():
        return own()
    flash(gettext("团队日历的地址换好了，旧的已经失效。"))
    return redirect(url_for("calendars.own"), code=303)


@bp.get("/calendars/programme.ics")
@public
@reads(query=(LANGUAGE,))
def programme() -> ResponseReturnValue:
    """Send what is on in the whole palace; `lang` is zh or en."""
    return _public(Of.PALACE)


@bp.get("/calendars/sites/<id:site_id>.ics")
@public
@reads(query=(LANGUAGE,))
def site(site_id: int) -> ResponseReturnValue:
    """Send what is on in one house; `lang` is zh or en."""
    return _public(Of.SITE, site_id)


@bp.get("/calendars/spaces/<id:space_id>.ics")
@public
@reads(query=(LANGUAGE,))
def space(space_id: int) -> ResponseReturnValue:
    """Send what is on in one hall or room: shows, and which troupe has it when; `lang` is zh or en."""
    return _public(Of.SPACE, space_id)


@bp.get("/calendars/sites/<id:site_id>/rooms.ics")
@public
@reads(query=(LANGUAGE,))
def rooms(site_id: int) -> ResponseReturnValue:
    """Send what is on in all halls and rooms of one house; `lang` is zh or en."""
    return _public(Of.ROOMS, site_id)


@bp.get("/calendars")
@public
def home() -> ResponseReturnValue:
    """Show the addresses of the public feeds: the palace's, each house's, each hall's."""
    sites = venues.sites()
    houses = [(one, links(Of.SITE, one.id)) for one in sites]
    rooms = [(one, links(Of.ROOMS, one.id)) for one in sites]
    halls = [(one, links(Of.SPACE, one.id)) for one in queries.halls()]
    return answer(
        "calendars/home.html",
        lambda: {
            "palace": links()["address"],
            "sites": [{"site": one.id, "feed": told["address"]} for one, told in houses],
            "rooms": [{"site": one.id, "feed": told["address"]} for one, told in rooms],
            "spaces": [{"space": one.id, "feed": told["address"]} for one, told in halls],
        },
        palace=links(),
        houses=houses if len(houses) > 1 else [],
        rooms=rooms,
        halls=halls,
    )


def links(of: str = Of.PALACE, of_id: int = 0) -> dict[str, Any]:
    """Return the address of a feed in the language in force, for a browser and for a calendar, and its QR."""
    where: dict[Of, tuple[str, dict[str, Any]]] = {
        Of.PALACE: ("calendars.programme", {}),
        Of.SITE: ("calendars.site", {"site_id": of_id}),
        Of.SPACE: ("calendars.space", {"space_id": of_id}),
        Of.ROOMS: ("calendars.rooms", {"site_id": of_id}),
    }
    endpoint, values = where[Of(of)]
    language = words.language()
    values |= {LANGUAGE: "en"} if language == "en" else {}
    return _links(url_for(endpoint, **values))


def _of_troupe(troupe: Troupe) -> dict[str, Any]:
    secret = secret_of(FeedOf.TROUPE, troupe.id, troupe.calendar_generation)
    return _links(url_for("calendars.troupe", secret=secret))


def class_links(of: Offering) -> dict[str, Any]:
    """Return the address of a class's feed, for a browser and for a calendar, and its QR."""
    secret = secret_of(FeedOf.CLASS, of.id, of.calendar_generation)
    return _links(url_for("calendars.class_feed", secret=secret))


def _links(path: str) -> dict[str, Any]:
    """Return an address of ours for a browser and for a calendar, and its QR."""
    address = current_app.extensions["palace"].public_url + path
    webcal = f"webcal://{address.partition('://')[2]}"
    return {"address": address, "webcal": webcal, "qr": _qr(address, words.language())}


@functools.lru_cache(maxsize=64)
def _qr(address: str, language: str) -> Markup:  # noqa: ARG001 - the language in force, which its name is in
    return qr_svg(address, gettext("日历订阅二维码"))


def _public(of: Of, of_id: int = 0) -> Response:
    language = "en" if request.args.get(LANGUAGE) == "en" else "zh"
    wanted = Feed(of, of_id, language)
    mark = queries.mark(wanted)
    if request.if_none_match.contains_weak(mark.tag):
        return _answer(b"", mark.tag, PUBLIC, status=304)
    return _answer(services.write(wanted, mark), mark.tag, PUBLIC, status=200)


def _answer(body: bytes, tag: str, kept: str, *, status: int) -> Response:
    response = make_response(body, status)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Cache-Control"] = kept
    response.headers["Content-Disposition"] = 'inline; filename="palace.ics"'
    response.set_etag(tag)
    return response
