"""Palace: events and bookings for workers' cultural palaces. The only file that knows every part."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate, upgrade
from flask_wtf import CSRFProtect
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

from palace import db as database
from palace import lifecycle, overload, pages, throttle, web, words
from palace.acting import views as acting
from palace.approvals import views as approvals
from palace.arrivals import views as arrivals
from palace.audit import views as audit
from palace.blocks import views as blocks
from palace.books import views as books
from palace.boxoffice import views as boxoffice
from palace.broadcasts import views as broadcasts
from palace.calendars import views as calendars
from palace.care import views as care
from palace.certificates import views as certificates
from palace.charging import views as charging
from palace.classes import views as classes
from palace.codes import views as codes
from palace.companions import views as companions
from palace.complimentary import views as complimentary
from palace.config import ROOT, Settings
from palace.coupons import views as coupons
from palace.coursedesk import views as coursedesk
from palace.courses import views as courses
from palace.courts import views as courts
from palace.desk import views as desk
from palace.door import views as door
from palace.gifts import views as gifts
from palace.hours import views as hours
from palace.house import views as house
from palace.joining import views as joining
from palace.kept import views as kept
from palace.members import views as members
from palace.members.rules import MEMBER_SIGN_IN
from palace.mine import views as mine
from palace.moving import views as moving
from palace.notices import views as notices
from palace.packages import views as packages
from palace.paying import views as paying
from palace.payments.backends.loading import use_backends
from palace.people import views as people
from palace.pictures import views as pictures
from palace.plans import views as plans
from palace.privacy import views as privacy
from palace.productions import views as productions
from palace.reports import views as reports
from palace.review import views as review
from palace.rollcall import views as rollcall
from palace.roomdesk import views as roomdesk
from palace.rooms import views as rooms
from palace.roster import views as roster
from palace.schema import check_current, check_known, revision
from palace.security import Cookies, complete_keys, make_keys, use_keys
from palace.strikes import views as strikes
from palace.surveys import views as surveys
from palace.switch import views as switch
from palace.tickets import views as tickets
from palace.till import views as till
from palace.troupedesk import views as troupedesk
from palace.unions import views as unions
from palace.usage import views as usage
from palace.venues.queries import has_palace
from palace.venues.services import check_database
from palace.waiting import views as waiting
from palace.wiring import wire

COOKIE = "palace"
PATIENCE = 20.0  # seconds a web that starts waits for its database
RETRY = 0.25
LARGEST_BODY = 64 * 1024


PARTS = (
    throttle,
    pages,
    members,
    notices,
    pictures,
    tickets,
    waiting,
    gifts,
    moving,
    mine,
    privacy,
    companions,
    calendars,
    boxoffice,
    door,
    roster,
    care,
    people,
    acting,
    arrivals,
    house,
    joining,
    unions,
    strikes,
    desk,
    review,
    productions,
    kept,
    switch,
    blocks,
    codes,
    complimentary,
    coupons,
    books,
    audit,
    reports,
    plans,
    broadcasts,
    packages,
    hours,
    rooms,
    courts,
    approvals,
    troupedesk,
    roomdesk,
    usage,
    courses,
    rollcall,
    surveys,
    coursedesk,
    certificates,
    charging,
    classes,
    paying,
    till,
)
"""Everything that adds addresses, filters or hooks of its own."""


class NotFounded(RuntimeError):
    """No palace is set up here; the message says what to type."""


class Palace(Flask):
    """The application; all its views and hooks run in threads, so none is asked whether it is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view or hook as it is."""
        return func


def create_app(settings: Settings) -> Flask:
    """Build the application; its keys are read when they are first needed.

    Raises:
        UnsafeSettings, UndeclaredAddress: it must not start like this.
    """
    settings.check()
    app = Palace("palace", root_path=str(ROOT))
    app.extensions["palace"] = settings
    app.session_interface = Cookies()
    _configure(app, settings)
    app.url_map.converters |= {"code": web.CodeConverter, "id": web.IdConverter}
    database.init_app(app)
    Migrate(app, database.db, directory=str(ROOT / "migrations"))
    Babel(app, locale_selector=words.locale, default_locale=words.LOCALES["zh"])
    words.init_app(app)
    lifecycle.init_app(app)  # first: its hooks stand around those of everything below
    app.before_request(roster.let_a_roster_in)  # before anybody reads what was sent
    app.before_request(plans.let_a_plan_in)
    app.before_request(productions.let_a_picture_in)
    app.before_request(coursedesk.let_a_picture_in)
    app.before_request(coupons.let_codes_in)
    app.before_request(books.let_tables_in)
    app.before_request(classes.let_a_picture_in)
    CSRFProtect(app)
    overload.init_app(app)  # inside of what answers before Flask
    for part in PARTS:
        part.init_app(app)
    wire()
    use_backends(settings)
    web.check_addresses(app)
    if settings.proxies:
        proxied = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # Flask's documented way
    return app


def await_database(app: Flask, patience: float = PATIENCE) -> None:
    """Check that the database is of the settings' kind and of our schema, once it answers, and the keys.

    Raises:
        UnsafeSettings: a demonstration over a real palace's database, or the other way round.
        SchemaRefused: its tables are older or newer than this code.
        BadKeys: they are missing or damaged.
        OperationalError: it stayed away; whoever started this process starts it again.
    """
    until = time.monotonic() + patience
    while True:
        try:
            with app.app_context():
                check_database(app.extensions["palace"])
                check_current()
                use_keys(app)
                return
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(RETRY)


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    """Run a block inside the application, and close its connections."""
    app = create_app(settings)
    with app.app_context():
        try:
            yield app
        finally:
            database.db.session.remove()
            database.db.engine.dispose()
            app.extensions["palace_side_engine"].dispose()


@contextmanager
def at_home(settings: Settings) -> Iterator[Flask]:
    """Run a block inside a palace that is set up, with its tables and keys as they must be.

    Raises:
        NotFounded: nothing is set up here.
        UnsafeSettings, SchemaRefused, BadKeys: see `await_database`.
    """
    with opened(settings) as app:
        with database.transaction():
            check_database(settings)
            bare = revision(database.db.session.connection()) is None
            if not bare:
                check_current()
            if bare or not has_palace():
                raise NotFounded("No palace is set up here yet. Type: palace setup")
            use_keys(app)
        yield app


def bring_up_to_date(app: Flask) -> None:
    """Bring the tables up to date, and make the keys of a palace that is about to begin.

    Raises:
        UnsafeSettings, SchemaRefused: the tables are another kind's, or a newer version's.
        BadKeys: the palace that is here has lost its keys; a demonstration gets new ones.
    """
    settings: Settings = app.extensions["palace"]
    with database.transaction():
        check_database(settings)
        check_known()
        bare = revision(database.db.session.connection()) is None
        if settings.demo or bare or not has_palace():
            make_keys(settings.keys_file)
        complete_keys(settings.keys_file)
        use_keys(app)
    upgrade()


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SESSION_COOKIE_NAME=f"__Host-{COOKIE}" if settings.secure else COOKIE,
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=MEMBER_SIGN_IN,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_TRANSLATION_DIRECTORIES=words.CATALOGUES,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
    )
