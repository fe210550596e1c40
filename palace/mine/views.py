"""A member's own page: what they have, their personal QR and calendar, and what they may change."""

from __future__ import annotations

from collections.abc import Sequence
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
from palace.agenda import queries as agenda
from palace.agenda.models import AgendaEntry
from palace.config import Settings
from palace.courses.belonging import BELONGING
from palace.db import transaction
from palace.errors import PalaceError
from palace.joining import queries as joining
from palace.members import services
from palace.members.queries import current_member, row_of
from palace.members.rules import Known, Role, Standing
from palace.mine import queries
from palace.mine.forms import AccessForm, AppealForm, RenameForm
from palace.strikes import services as strikes
from palace.text import N_
from palace.tickets import printing, tokens
from palace.tickets.models import Ticket
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

LAST_PAGE = 500

bp = Blueprint("mine", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


@bp.get("/mine")
@allow(Role.MEMBER, Role.ACTING)
def home() -> ResponseReturnValue:
    """Show what the member has, their QR, their calendar and what they may change."""
    return _page()


def _page(form: RenameForm | None = None, status: int = 200, **refused: object) -> Response:
    """Return the member's page, with a form that was refused as it was filled in."""
    member, now = current_member(), clock.now()
    has = queries.belongings(member, now)
    standing = member.standing(clock.palace_day(now))
    return answer(
        "mine/acting.html" if current_user.acts_for else "mine/home.html",
        _json(member, has) | {"standing": standing},
        status=status,
        form=form or RenameForm(name=member.name),
        member=member,
        standing=standing,
        unit=member.unit_zh,
        application=joining.standing_application(member.id)
        if standing is Standing.PENDING
        else None,
        qr=_personal_qr(member),
        entries=has.entries,
        tickets=has.tickets,
        orders=has.orders,
        free_left=has.free_left,
        feed_url=_feed_url(member),
        access=has.access,
        strikes=has.strikes,
        barred_until=has.barred_until,
        unread=has.unread,
        troupes=has.troupes,
        near_until=has.near_until,
        **({"appealed": None, "refusal": ""} | refused),
    )


def _json(member: Known, has: queries.Belongings) -> dict[str, Any]:
    return {
        "name": member.name,
        "free_left": has.free_left,
        "unread": has.unread,
        "feed": None if current_user.acts_for else _feed_url(member),
        "missed": [
            {"strike": one.id, "subject": one.subject, "appealed": one.appeal is not None}
            for one in has.strikes
        ],
        "barred_until": has.barred_until.isoformat() if has.barred_until else None,
        "entries": [
            _entry_json(entry, has.tickets.get(entry.subject, [])) for entry in has.entries
        ],
        "orders": [order.code for order in has.orders],
    }


def _entry_json(entry: AgendaEntry, tickets: Sequence[Ticket] = ()) -> dict[str, Any]:
    starts_at = entry.during.lower
    return {
        "subject": entry.subject,
        "title": words.named(entry, "title"),
        "place": words.named(entry, "place"),
        "starts_at": starts_at.astimezone(clock.SHANGHAI).isoformat() if starts_at else None,
        "status": entry.status,
        "tickets": [ticket.code for ticket in tickets],
    }


def _feed_url(member: Known) -> str:
    """Return the whole address of the member's feed: calendars ask for it from elsewhere."""
    settings: Settings = current_app.extensions["palace"]
    return settings.public_url + url_for("calendars.feed", secret=agenda.feed_secret(member))


def _personal_qr(member: Known) -> Markup:
    return printing.qr_svg(tokens.member_token(member.id, clock.now()), gettext("我的二维码"))


@bp.get("/mine/history")
@allow(Role.MEMBER, Role.ACTING)
@reads(query=["page"])
def history() -> ResponseReturnValue:
    """Show what the member has been to, newest first."""
    asked = request.args.get("page", 1, type=int)
    page = min(max(asked, 1), LAST_PAGE)
    member_id = current_member().id
    entries = agenda.past(member_id, clock.now(), BELONGING, page)
    return answer(
        "mine/history.html",
        {"entries": [_entry_json(entry) for entry in entries], "page": page},
        entries=entries,
        page=page,
        more=len(entries) == agenda.PAGE_LENGTH and page < LAST_PAGE,
    )


@bp.get("/mine/qr.svg")
@allow(Role.MEMBER)
def qr() -> ResponseReturnValue:
    """Send the personal QR of this minute."""
    response = make_response(_personal_qr(current_member()))
    response.mimetype = "image/svg+xml"
    return response


@bp.post("/mine/calendar")
@allow(Role.MEMBER)
def renew_calendar() -> ResponseReturnValue:
    """Give the feed a new secret; the old address is dead at once."""
    with transaction():
        services.renew_calendar(current_member())
    return _done(N_("日历地址换好了，旧的已经失效。"))


@bp.post("/mine/access")
@allow(Role.MEMBER, Role.ACTING)
@reads(AccessForm)
def access() -> ResponseReturnValue:
    """Open the kept wheelchair places to the member, or close them again."""
    form = AccessForm()
    checked(form)
    with transaction():
        services.ask_access(current_member(), form.wanted.data, clock.now())
    return _done(N_("轮椅席的设置改好了。"))


@bp.post("/mine/name")
@allow(Role.MEMBER)
@reads(RenameForm)
def rename() -> ResponseReturnValue:
    """Correct the member's name."""
    form = RenameForm()
    try:
        checked(form)
        with transaction():
            services.rename(current_member(), form.name.data or "")
    except PalaceError as refusal:
        if wants_json():
            raise
        form.name.errors = [refusal_words(refusal)]
        return _page(form, refusal.status)
    return _done(N_("姓名改好了。"))


@bp.post("/mine/strikes/<id:strike_id>/appeal")
@allow(Role.MEMBER)
@reads(AppealForm)
def appeal(strike_id: int) -> ResponseReturnValue:
    """Ask to have a show the member is said to have missed looked at again."""
    form, member = AppealForm(), current_member()
    try:
        checked(form)
        with transaction():
            strikes.appeal(member.id, strike_id, (form.words.data or "").strip(), clock.now())
    except PalaceError as refusal:
        pass_on(refusal)
        if not form.words.errors:
            return _page(status=refusal.status, refusal=refusal_words(refusal))
        typed = {
            "strike_id": strike_id,
            "words": form.words.data,
            "sentence": form.words.errors[0],
        }
        return _page(status=refusal.status, appealed=typed)
    return _done(N_("说好了，看好了会告诉您。"))


def _done(said: str) -> ResponseReturnValue:
    """Answer a change: back to the page with a word that it is done, or its new state as JSON."""
    if wants_json():
        member = row_of(current_member())
        return _json(member, queries.belongings(member, clock.now()))
    flash(gettext(said))
    return redirect(url_for("mine.home"), code=303)
