"""What belongs to no part: the words and files every page uses, its display, about, health."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date
from importlib import metadata
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from palace import addresses, clock, compression, heartbeat, schema, words
from palace.addresses import YEAR, static_url
from palace.care.rules import WORKER_SILENCE
from palace.config import ROOT, Settings
from palace.db import db
from palace.members.rules import mask_name
from palace.venues import queries as venues
from palace.venues.errors import NotSetUp
from palace.venues.rules import NORMAL, Moded
from palace.web import page_before, public, reads, same_site_path

OFFLINE_FILES = ("palace.css", "palace.js", "roll.js", "icon.svg")
SIZES = frozenset({"large", "standard"})

bp = Blueprint("pages", __name__)


@dataclass(frozen=True)
class House:
    """The head house as every page names it: a copy, so that it outlives the database's session."""

    name_zh: str = "工人文化宫"
    name_en: str = "Workers' Cultural Palace"
    seal: str = "工人文宫"
    address_zh: str = ""
    address_en: str = ""
    phone: str = ""
    counter_zh: str = ""
    counter_en: str = ""


@dataclass(frozen=True)
class Component:
    """Something made by others that the palace is built with."""

    name: str
    version: str
    licence: str


def init_app(app: Flask) -> None:
    """Put the pages, the templates' words and the compression on the application."""
    app.extensions["palace_schema"] = schema.newest()
    app.jinja_env.globals.update(
        language=words.language,
        large_text=words.large_text,
        named=words.named,
        site=site,
        moded=moded,
        page_before=page_before,
        palace=app.extensions["palace"],
    )
    app.jinja_env.filters.update(
        day=words.day_words,
        time=words.time_words,
        clock_time=words.clock_words,
        instant=words.instant_words,
        money=words.money_words,
        yuan=words.yuan_words,
        seat=words.seat_words,
        month=month_words,
        weekday=weekday_words,
        palace_day=clock.palace_day,
        plain_day=words.date_words,
        masked=mask_name,
        called=words.called,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    addresses.init_app(app)
    compression.init_app(app)
    app.register_blueprint(bp)


def month_words(day: date) -> str:
    """Return the month of a day as a stub shows it: 11月, Nov."""
    month: str = format_date(day, "MMM")
    return month


def weekday_words(day: date) -> str:
    """Return the weekday of a day as a stub shows it: 周六, Sat."""
    weekday: str = format_date(day, "EEE")
    return weekday


def site() -> House:
    """Return the head house; its name is read once, and pages work before it is known."""
    known: House | None = current_app.extensions.get("palace_house")
    if known:
        return known
    try:
        found = venues.head_site()
    except NotSetUp:
        return House()
    except SQLAlchemyError:
        db.session.rollback()
        return House()
    told = {field.name: getattr(found, field.name) for field in fields(House)}
    house = current_app.extensions["palace_house"] = House(**told)
    return house


def moded(*space_ids: int) -> Moded:
    """Return how the palace, or the spaces that a page is about, stand; pages work before it is known."""
    try:
        return venues.modes().of_all(space_ids)
    except SQLAlchemyError:
        db.session.rollback()
        return NORMAL


@bp.get("/display")
@public
@reads(query=["next", "size", "lang"])
def display() -> ResponseReturnValue:
    """Remember text size and language in this browser, and go back."""
    response = make_response(redirect(same_site_path(request.args.get("next"), "/"), 303))
    size, language = request.args.get("size"), request.args.get("lang")
    if size in SIZES:
        _remember(response, words.SIZE_COOKIE, size)
    if language in words.LOCALES:
        _remember(response, words.LANGUAGE_COOKIE, language)
    return response


def _remember(response: Response, cookie: str, value: str) -> None:
    settings: Settings = current_app.extensions["palace"]
    response.set_cookie(
        cookie, value, max_age=YEAR, secure=settings.secure, httponly=True, samesite="Lax"
    )


@bp.get("/about")
@public
def about() -> str:
    """Say who runs the house, its rules in words, and what the software is made of."""
    return render_template("about.html", rules=venues.house_rules(), components=components())


@functools.cache
def components() -> list[Component]:
    """Return the packages and files of others with version and licence."""
    return [*_front_files(), *_packages()]


def _packages() -> list[Component]:
    pinned = (
        line.partition("==")
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if "==" in line
    )
    return [Component(name, version, _licence(name)) for name, _, version in pinned]


def _licence(package: str) -> str:
    """Return a package's licence in one line; old packages name it only in their classifiers."""
    try:
        told = metadata.metadata(package.partition("[")[0])
    except metadata.PackageNotFoundError:
        return ""
    classified = [
        line.rpartition(":: ")[2]
        for line in told.get_all("Classifier", [])
        if line.startswith("License")
    ]
    return (
        told["License-Expression"]
        or " ".join(classified)
        or (told["License"] or "").partition("\n")[0]
    )[:60]


def _front_files() -> list[Component]:
    lock = ROOT / "package-lock.json"
    packages = json.loads(lock.read_text())["packages"] if lock.exists() else {}
    return [
        Component(
            path.removeprefix("node_modules/"), entry["version"], str(entry.get("license", ""))
        )
        for path, entry in packages.items()
        if path and not entry.get("dev")
    ]


@bp.get("/offline")
@public
def offline() -> str:
    """Show what still works without a network; the service worker keeps this page."""
    return render_template("offline.html")


@bp.get("/sw.js")
@public
def service_worker() -> Response:
    """Serve the service worker from the root, so that it may answer for every page."""
    files = [static_url(name) for name in OFFLINE_FILES]
    script = (Path(current_app.static_folder or "") / "sw.js").read_text()
    version = hashlib.sha256("".join([*files, script]).encode()).hexdigest()[:12]
    kept = [*files, url_for("pages.offline")]
    head = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(kept)};\n"
    return _plain(head + script, "text/javascript")


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """Serve what a phone needs to keep the palace on its home screen."""
    name = words.named(site())
    described = {
        "name": name,
        "short_name": name[:12],
        "lang": "en" if words.language() == "en" else "zh-CN",
        "start_url": "/",
        "display": "standalone",
        "background_color": "#fbf6ea",
        "theme_color": "#7c1013",
        "icons": [{"src": static_url("icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return _plain(json.dumps(described, ensure_ascii=False), "application/manifest+json")


@bp.get("/livez")
@public
def livez() -> Response:
    """Say that the process is up."""
    return _plain("ok\n", "text/plain")


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say part by part whether the palace can work: 200, or 503 where one cannot."""
    parts = {"database": False, "schema": False, "worker": False}
    try:
        parts["database"] = db.session.execute(text("SELECT 1")).scalar_one() == 1
        version = db.session.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar_one_or_none()
        parts["schema"] = version == current_app.extensions["palace_schema"]
        parts["worker"] = _worker_lives()
    except SQLAlchemyError:
        db.session.rollback()
    response = jsonify(ok=all(parts.values()), parts=parts)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if all(parts.values()) else 503


def _worker_lives() -> bool:
    """Return whether a worker gave a sign of life lately."""
    beat = heartbeat.last_beat()
    return beat is not None and clock.now() - beat < WORKER_SILENCE


def _plain(body: str, mimetype: str) -> Response:
    return Response(body, mimetype=mimetype, headers={"Cache-Control": "no-cache"})
