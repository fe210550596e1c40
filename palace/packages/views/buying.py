"""A package as people see it: its shows, what is free, taking it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock, words
from palace.agenda import queries as agenda
from palace.agenda.models import AgendaEntry
from palace.courses.belonging import BELONGING
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.forms import new_key
from palace.members.queries import current_member
from palace.members.rules import Known, Role, Standing
from palace.packages import queries, services
from palace.packages.errors import ShowRefused
from palace.packages.forms import TakeForm
from palace.packages.rules import Price, ladder_of
from palace.packages.services.taking import Asked, opens_at
from palace.packages.views.base import bp, order_json, package_json
from palace.programme.models import Performance
from palace.programme.queries import Stub
from palace.programme.rules import Qualifies, Shown
from palace.tickets import queries as tickets
from palace.tickets.errors import NoSeatsTogether, SeatTaken, SoldOut
from palace.tickets.models import PackageOrder
from palace.tickets.services import look_again
from palace.web import allow, answer, checked, public, reads, refusal_words, wants_json

NOTHING_THERE = (NoSeatsTogether, SeatTaken, SoldOut)
ON_SALE = (Shown.FREE, Shown.FEW)


@dataclass(frozen=True, kw_only=True)
class Date:
    """One show of a package as its page lists it, and what its reader has at that time already."""

    stub: Stub
    zone: str | None
    tickets: int
    clashes: Sequence[AgendaEntry]


@bp.get("/packages")
@public
def home() -> ResponseReturnValue:
    """List the packages that are or will be on sale."""
    found = queries.coming()
    listed = [{"package": one.id, "name_zh": one.name_zh, "name_en": one.name_en} for one in found]
    return answer("packages/home.html", {"packages": listed}, packages=found)


@bp.get("/packages/<id:package_id>")
@public
def package(package_id: int) -> ResponseReturnValue:
    """Show a package: its dates, what they cost together, how many are left."""
    return _page(package_id)


def package_path(package_id: int) -> str:
    """Return the page of a package: where a stranger goes on after signing in."""
    return url_for("packages.package", package_id=package_id)


def _page(
    package_id: int, form: TakeForm | None = None, refusal: PalaceError | None = None
) -> Response:
    found, now = queries.published(package_id), clock.now()
    shows, prices = queries.shows(found.id), queries.prices(found.id)
    member = current_user.member if current_user.is_authenticated else None
    dates = _dates(shows, member, now)
    opens = opens_at(found, member, now)
    held = queries.taken(found.id, member.id) if member else 0
    left = _left(dates, found.seats - queries.taken(found.id))
    most = max(0, min(found.seats_per_member - held, left))
    return answer(
        "packages/package.html",
        lambda: package_json(found, shows, prices) | {"left": left},
        status=refusal.status if refusal else 200,
        package=found,
        dates=dates,
        prices=[(price, _is_theirs(price, member, now)) for price in prices],
        singly=queries.singly(found.id),
        open=opens <= now < found.closes_at,
        opens_at=opens,
        closed=now >= found.closes_at,
        left=left,
        held=held,
        counts=range(1, most + 1),
        full=[date for date in dates if date.stub.shown is Shown.FULL],
        chosen=form,
        key=new_key(),
        ladder_id=ladder_of(show.ladder_id for show, _ in shows),
        refusal=refusal_words(refusal) if refusal else "",
    )


def _dates(
    shows: Sequence[tuple[Performance, str | None]], member: Known | None, now: datetime
) -> list[Date]:
    stubs = {stub.performance.id: stub for stub in queries.stubs([show for show, _ in shows], now)}
    return [
        Date(
            stub=stubs[show.id],
            zone=zone,
            tickets=len(tickets.tickets_for(member.id, [show.id])) if member else 0,
            clashes=_clashes(member, show) if member else [],
        )
        for show, zone in shows
    ]


def _clashes(member: Known, show: Performance) -> list[AgendaEntry]:
    """Return what else a member has while a show is on."""
    there = agenda.clashes(member.id, [(show.starts_at, show.ends_at)], BELONGING)
    return [entry for entry in there if entry.subject != f"performance:{show.id}"]


def _left(dates: Sequence[Date], packages: int) -> int:
    """Return how many packages can be had: as many as the fullest show has places."""
    places = [date.stub.left if date.stub.shown in ON_SALE else 0 for date in dates]
    waiting = any(date.stub.shown is Shown.NOT_OPEN for date in dates)
    return max(0, packages if waiting else min([packages, *places]))


def _is_theirs(price: Price, member: Known | None, now: datetime) -> bool:
    if price.qualifies == Qualifies.ANYONE or member is None:
        return True
    return member.standing(clock.palace_day(now)) is Standing.VALID


@bp.post("/packages/<id:package_id>/take")
@allow(Role.MEMBER, Role.ACTING, back=package_path)
@reads(TakeForm)
def take(package_id: int) -> ResponseReturnValue:
    """Take places of a package at every show of it, or none; `confirm=1` settles a free one at once."""
    form = TakeForm()
    try:
        checked(form)
        return _taken(form, package_id)
    except PalaceError as refusal:
        if wants_json() or refusal.status == NotFound.status:
            raise
        db.session.rollback()
        return _page(package_id, form, refusal)


def _taken(form: TakeForm, package_id: int) -> ResponseReturnValue:
    """Take a package; where a show has nothing left it is brought up to date, and tried once more."""
    try:
        with transaction():
            return done(_take(form, package_id), 201)
    except ShowRefused as refusal:
        if not isinstance(refusal.why, NOTHING_THERE):
            raise
        with transaction():
            changed = look_again(int(str(refusal.values["performance_id"])))
        if not changed:
            raise
        with transaction():
            return done(_take(form, package_id), 201)


def _take(form: TakeForm, package_id: int) -> PackageOrder:
    asked = Asked(
        count=form.count.data or 0,
        tier=form.tier.data or None,
        confirm=bool(form.confirm.data),
        large_text=words.large_text(),
        at_counter=current_user.acts_for is not None,
    )
    return services.take(current_member(), package_id, asked, key=form.key.data or "")


def done(found: PackageOrder, status: int = 200) -> ResponseReturnValue:
    """Answer a command on a package's order, in its transaction: on to its page, or the order as JSON."""
    if wants_json():
        body: dict[str, Any] = order_json(found)
        return body, status
    return redirect(url_for("packages.order", code=found.code), code=303)
