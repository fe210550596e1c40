"""What hangs at the doors: links of screens, printed codes, and the networks of each house."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.arrivals import printing, queries, services, tokens
from palace.arrivals.forms import NetworksForm
from palace.arrivals.views.base import bp, here_address, screen_address
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.members.rules import Role
from palace.rooms.models import Room
from palace.venues.models import Site
from palace.venues.queries import sites
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

ADMINISTRATORS = (Role.SITE_ADMIN, Role.ADMIN)


@bp.get("/staff/doors")
@allow(*ADMINISTRATORS)
def doors() -> ResponseReturnValue:
    """Show what a tablet at each door opens, what hangs printed there, and each house's networks."""
    return _page()


@bp.post("/staff/doors/<id:space_id>/renew")
@allow(*ADMINISTRATORS)
def renew(space_id: int) -> ResponseReturnValue:
    """Give a door other codes; what was in strangers' hands is dead at once."""
    room = queries.get_room(space_id, _sites())
    with transaction():
        services.renew_door(room.space_id)
    if wants_json():
        return _page()
    flash(gettext("换好了。请在平板上打开新的链接，并换上新印的码。"))
    return redirect(url_for("arrivals.doors"), 303)


@bp.get("/staff/doors/<id:space_id>.pdf")
@allow(*ADMINISTRATORS)
def printed(space_id: int) -> ResponseReturnValue:
    """Send the sign of a door on A4."""
    room = queries.get_room(space_id, _sites())
    response = make_response(printing.pdf(room, here_address(room, tokens.printed_code(room))))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="door-{room.space_id}.pdf"'
    return response


@bp.post("/staff/doors/networks/<id:site_id>")
@allow(*ADMINISTRATORS)
@reads(NetworksForm)
def set_networks(site_id: int) -> ResponseReturnValue:
    """Set the networks from which the printed codes of a house count."""
    form, own = NetworksForm(), _sites()
    if site_id not in {site.id for site in sites() if own is None or site.id in own}:
        raise NotFound
    try:
        checked(form)
        with transaction():
            services.set_networks(site_id, form.networks.data or "")
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        form.networks.errors = form.networks.errors or [refusal_words(refusal)]
        return _page(site_id, form, refusal.status)
    if wants_json():
        return _page()
    flash(gettext("馆内网络改好了。"))
    return redirect(url_for("arrivals.doors"), 303)


def _sites() -> frozenset[int] | None:
    found: frozenset[int] | None = current_user.sites(*ADMINISTRATORS)
    return found


def _page(site_id: int = 0, typed: NetworksForm | None = None, status: int = 200) -> Response:
    own = _sites()
    houses = [site for site in sites() if own is None or site.id in own]
    rooms = queries.rooms(own)
    return answer(
        "arrivals/doors.html",
        lambda: {
            "sites": [{"site": one.id, "networks": one.networks} for one in houses],
            "doors": [_json(room) for room in rooms],
        },
        status=status,
        houses=[(one, _form(one, site_id, typed), _of(one, rooms)) for one in houses],
        screen_address=screen_address,
        address=request.remote_addr,
    )


def _of(site: Site, rooms: list[Room]) -> list[Room]:
    return [room for room in rooms if room.space.site_id == site.id]


def _form(site: Site, site_id: int, typed: NetworksForm | None) -> NetworksForm:
    if typed is not None and site.id == site_id:
        return typed
    return NetworksForm(formdata=None, networks="\n".join(site.networks))


def _json(room: Room) -> dict[str, Any]:
    printed_link = here_address(room, tokens.printed_code(room))
    return {"space": room.space_id, "screen": screen_address(room), "printed": printed_link}
