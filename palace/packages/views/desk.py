"""The programme's desk: packages put together, priced, put on sale and taken off."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.db import db, transaction
from palace.desk.errors import ChangedMeanwhile
from palace.desk.rules import seen_as
from palace.errors import NotFound, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.money import yuan_of
from palace.packages import queries
from palace.packages.forms import NewPackageForm, PackageForm
from palace.packages.rules import LEAST_SHOWS, MOST_SHOWS, RETURNS
from palace.packages.services import making
from palace.packages.views.base import bp, package_json
from palace.programme.models import Package
from palace.programme.rules import Returns
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

MAY = AT_PROGRAMME
HOME = "/staff/programme/packages"
ONE = f"{HOME}/<id:package_id>"


def _sites() -> Collection[int] | None:
    """Return the houses where this person puts shows on; None: all."""
    found: Collection[int] | None = current_user.sites(*MAY)
    return found


@bp.get(HOME)
@allow(*MAY)
def desk() -> ResponseReturnValue:
    """Show the packages of these houses, and where a new one is put together."""
    found = queries.listed_at_desk(_sites())
    return answer(
        "packages/desk.html",
        lambda: {"packages": [_desk_json(one) for one in found]},
        packages=[(one, queries.taken(one.id)) for one in found],
    )


def _desk_json(package: Package) -> dict[str, Any]:
    """Return a package as the desk's programs read it, with what a change sends back as `seen`."""
    public = package_json(package, queries.shows(package.id), queries.prices(package.id))
    return public | {
        "published": package.published_at is not None,
        "taken": queries.taken(package.id),
        "seen": seen_as(making.values(package)),
    }


@bp.get(f"{HOME}/new")
@allow(*MAY)
def new() -> ResponseReturnValue:
    """Show the form for a new package."""
    return _new_page()


def _new_page(
    form: NewPackageForm | None = None, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    offered = queries.to_choose(_sites())
    form = form or NewPackageForm(formdata=None, returns=Returns.EACH.value, singly=True)
    return answer(
        "packages/new.html",
        {"performances": [show.id for show in offered]},
        status=refusal.status if refusal else 200,
        form=form,
        offered=offered,
        told=_told(form, refusal),
        returns=RETURNS,
        least=LEAST_SHOWS,
        most=MOST_SHOWS,
    )


def _told(form: NewPackageForm | PackageForm, refusal: PalaceError | None) -> str:
    """Return what stands above a form; what a field says stands there."""
    return refusal_words(refusal) if refusal and not form.errors else ""


@bp.post(f"{HOME}/new")
@allow(*MAY)
@reads(NewPackageForm)
def make() -> ResponseReturnValue:
    """Put shows together as a draft."""
    form = NewPackageForm()
    try:
        checked(form)
        with transaction():
            made = making.make(form.terms, [int(one) for one in form.shows.data or ()], _sites())
    except PalaceError as refusal:
        if wants_json() or refusal.status == NotFound.status:
            raise
        db.session.rollback()
        return _new_page(form, refusal)
    if wants_json():
        return _desk_json(made), 201
    flash(gettext("套票建好了，接着定价。"))
    return redirect(url_for("packages.one", package_id=made.id), 303)


@bp.get(ONE)
@allow(*MAY)
def one(package_id: int) -> ResponseReturnValue:
    """Show a package at the desk: how it is sold, its prices, how many are taken."""
    return _one_page(queries.at_desk(package_id, _sites()))


def _one_page(
    package: Package, form: PackageForm | None = None, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    prices = queries.prices(package.id)
    seen = seen_as(making.values(package))
    if form is None:
        form = PackageForm(
            formdata=None,
            seen=seen,
            opens=package.opens_at,
            members_open=package.members_open_at,
            closes=package.closes_at,
            returns=package.returns.value,
            **{
                name: getattr(package, name)
                for name in ("name_zh", "name_en", "seats", "seats_per_member", "singly")
            },
        )
        form.tiers.data = [price.code for price in prices]
        form.prices.data = [yuan_of(price.total) for price in prices]
        form.zones.data = [zone or "" for _, zone in queries.shows(package.id)]
    if isinstance(refusal, ChangedMeanwhile):
        form.seen.data = seen
    return answer(
        "packages/one.html",
        lambda: _desk_json(package),
        status=refusal.status if refusal else 200,
        package=package,
        form=form,
        told=_told(form, refusal),
        shows=queries.shows(package.id),
        zones=queries.zones_at(package.id),
        tiers=queries.tiers_at(package.id),
        singly={tier: sum(costs.values()) for tier, costs in queries.singly(package.id).items()},
        spread=prices,
        taken=queries.taken(package.id),
        returns=RETURNS,
    )


@bp.post(ONE)
@allow(*MAY)
@reads(PackageForm)
def change(package_id: int) -> ResponseReturnValue:
    """Change how a package is sold; what is sold stays sold, at its price."""
    queries.at_desk(package_id, _sites())
    form = PackageForm()
    try:
        checked(form)
        zones = [zone or None for zone in form.zones.data or ()]
        with transaction():
            changed = making.change(
                package_id, form.terms, zones, form.amounts(), seen=form.seen.data or ""
            )
    except PalaceError as refusal:
        if wants_json() or refusal.status == NotFound.status:
            raise
        db.session.rollback()
        return _one_page(queries.at_desk(package_id, _sites()), form, refusal)
    return _done(package_id, gettext("改好了。") if changed else gettext("和原来一样，没有改。"))


@bp.post(f"{ONE}/publish")
@allow(*MAY)
def publish(package_id: int) -> ResponseReturnValue:
    """Let the public see a package."""
    found = queries.at_desk(package_id, _sites())
    try:
        with transaction():
            making.publish(package_id)
    except PalaceError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        return _one_page(queries.at_desk(found.id, _sites()), None, refusal)
    return _done(package_id, gettext("套票发布了。"))


@bp.post(f"{ONE}/withdraw")
@allow(*MAY)
def withdraw(package_id: int) -> ResponseReturnValue:
    """Take a package off sale; what is sold stays sold."""
    queries.at_desk(package_id, _sites())
    with transaction():
        making.withdraw(package_id)
    return _done(package_id, gettext("套票撤下了，已经订出的照常有效。"))


def _done(package_id: int, sentence: str) -> ResponseReturnValue:
    if wants_json():
        return _desk_json(queries.at_desk(package_id, _sites()))
    flash(sentence)
    return redirect(url_for("packages.one", package_id=package_id), 303)
