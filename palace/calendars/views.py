"""Calendar feeds: a member's private one, opened by the secret in its address, and the public ones."""

from __future__ import annotations

import functools
from typing import Any

from flask import Blueprint, Flask, Response, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from palace import words
from palace.agenda import blocks
from palace.agenda import queries as agenda
from palace.calendars import queries, services
from palace.calendars.queries import Feed, Of
from palace.tickets.printing import qr_svg
from palace.troupes.belonging import BELONGING
from palace.venues import queries as venues
from palace.web import answer, public, reads

FEED_NAME = "工人文化宫"
PRIVATE, PUBLIC = "private, max-age=900", "public, no-cache"
LANGUAGE = "lang"

bp = Blueprint("calendars", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and let the programme show its feed."""
    app.register_blueprint(bp)
    app.jinja_env.globals["feed_links"] = links


@bp.get("/calendars/<secret>.ics")
@public
def feed(secret: str) -> ResponseReturnValue:
    """Send the feed; an unchanged one costs one query and no body."""
    mark = agenda.feed_mark(secret, BELONGING)
    if request.if_none_match.contains_weak(mark.tag):
        return _answer(b"", mark.tag, PRIVATE, status=304)
    body = blocks.ics(agenda.feed_blocks(mark), FEED_NAME)
    return _answer(body, mark.tag, PRIVATE, status=200)


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
    houses = [(one, links(Of.SITE, one.id)) for one in venues.sites()]
    halls = [(one, links(Of.SPACE, one.id)) for one in queries.halls()]
    return answer(
        "calendars/home.html",
        lambda: {
            "palace": links()["address"],
            "sites": [{"site": one.id, "feed": told["address"]} for one, told in houses],
            "spaces": [{"space": one.id, "feed": told["address"]} for one, told in halls],
        },
        palace=links(),
        houses=houses if len(houses) > 1 else [],
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
    path = url_for(endpoint, **values)
    address = current_app.extensions["palace"].public_url + path
    webcal = f"webcal://{address.partition('://')[2]}"
    return {"address": address, "webcal": webcal, "qr": _qr(address, language)}


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
