"""我的资料: what the palace keeps of me, all of it as a file, and leaving for good."""

from __future__ import annotations

from typing import Any

from flask import (
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    request,
    stream_with_context,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, logout_user

from palace import clock
from palace.consents import queries as consents
from palace.consents import services as consent
from palace.consents.models import ConsentText
from palace.consents.rules import NAMES, WITHDRAWABLE, Purpose
from palace.db import transaction
from palace.errors import NotFound
from palace.members.queries import current_member, row_of
from palace.members.rules import Role
from palace.privacy import queries, services
from palace.privacy.errors import ThingsAhead
from palace.privacy.views.base import MOST_VERSIONS, PURPOSE, bp
from palace.venues.queries import house_rules
from palace.web import allow, answer, reads, refusal_words, same_site_path, wants_json

FILE_NAME = "my-palace-data"
WIPE = '"cache", "storage"'


def consent_due() -> ConsentText | None:
    """Return the version of the palace's word about data that the member has not agreed to yet.

    Who acts for a member is not asked: it is the member's word.
    """
    if current_user.acts_for:
        return None
    return consents.due(current_member().id, Purpose.PRIVACY, clock.now())


@bp.get("/mine/data")
@allow(Role.MEMBER)
def home() -> ResponseReturnValue:
    """Show what the palace keeps of the member, how long, and what they agreed to."""
    member, now, rules = current_member(), clock.now(), house_rules()
    kept = queries.counts(queries.whose(row_of(member)))
    given = consents.given_by(member.id)
    left = max(0, rules.downloads_per_day - queries.downloads_today(member.id, now))
    return answer(
        "privacy/mine.html",
        lambda: {
            "kept": [{"table": one.name, "rows": count} for one, count in kept],
            "consents": [_consent_json(one) for one in given],
            "downloads_left": left,
        },
        kept=kept,
        given=given,
        names=NAMES,
        withdrawable=WITHDRAWABLE,
        due=consent_due(),
        rules=rules,
        left=left,
        fresh=queries.is_fresh(current_user.proven_at, now),
    )


def _consent_json(one: Any) -> dict[str, Any]:
    taken = one.withdrawn_at
    return {
        "purpose": one.text.purpose,
        "version": one.text.version,
        "given_at": one.given_at.astimezone(clock.SHANGHAI).isoformat(),
        "withdrawn_at": taken.astimezone(clock.SHANGHAI).isoformat() if taken else None,
    }


@bp.post("/mine/data/open")
@allow(Role.MEMBER, fresh=True)
def open_file() -> ResponseReturnValue:
    """Have the member prove who they are before everything leaves the house."""
    return _back(gettext("验证好了，点“下载”就行。"))


@bp.post("/mine/data/file")
@allow(Role.MEMBER, fresh=True)
def file() -> ResponseReturnValue:
    """Send everything the palace keeps of the member as one JSON file; it is counted and noted."""
    member = current_member()
    with transaction():
        services.count_download(member.id)
    name = f"{FILE_NAME}-{clock.palace_day(clock.now())}.json"
    return Response(
        stream_with_context(services.download(member.id)),
        mimetype="application/json",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


@bp.post("/mine/consents")
@allow(Role.MEMBER)
@reads(query=["next", "version"])
def agree() -> ResponseReturnValue:
    """Agree to the `version` of the palace's word that was shown, by default the one that holds."""
    version = request.args.get("version", type=int)
    if version is not None and not 0 < version <= MOST_VERSIONS:
        raise NotFound
    with transaction():
        consent.give(current_member().id, Purpose.PRIVACY, clock.now(), version)
    return _back(gettext("记下了，谢谢。"))


@bp.post(f"/mine/consents/{PURPOSE}/withdraw")
@allow(Role.MEMBER)
def withdraw(purpose: str) -> ResponseReturnValue:
    """Take back one's word about identity numbers or a child; booked shows still let in."""
    wanted = Purpose(purpose)
    if wanted not in WITHDRAWABLE:
        raise NotFound
    with transaction():
        services.withdraw(current_member().id, wanted, clock.now())
    return _back(gettext("收回了。看过的场次和同行人名单里存的已删；没看的场次，散场后到期删。"))


def _back(said: str) -> ResponseReturnValue:
    if wants_json():
        return home()
    flash(said)
    return redirect(same_site_path(request.args.get("next"), url_for("privacy.home")), 303)


@bp.get("/mine/erase")
@allow(Role.MEMBER)
def ask_erase() -> ResponseReturnValue:
    """Say what erasing does, and what has to be settled before."""
    return _erase_page()


def _erase_page(refusal: ThingsAhead | None = None) -> Response:
    found = queries.ahead(current_member().id, clock.now())
    return answer(
        "privacy/erase.html",
        lambda: {
            "tickets": [ticket.code for ticket in found.tickets],
            "orders": [order.code for order in found.orders],
            "refunds": len(found.refunds),
            "reservations": [date.reservation.code for date in found.dates],
            "classes": [enrolment.code for enrolment in found.classes],
            "teaching": len(found.teaching),
        },
        status=refusal.status if refusal else 200,
        ahead=found,
        refusal=refusal_words(refusal) if refusal else "",
    )


@bp.post("/mine/erase")
@allow(Role.MEMBER, fresh=True)
def erase() -> ResponseReturnValue:
    """Erase the member at once; refused while something is still to come for them."""
    member = current_member()
    try:
        with transaction():
            services.erase(member.id, clock.now(), asked_by=current_user.actor)
    except ThingsAhead as refusal:
        if wants_json():
            raise
        return _erase_page(refusal)
    services.keep_ledger(current_app.extensions["palace"])
    logout_user()
    cookie.clear()
    return _gone()


def _gone() -> Response:
    """Say goodbye; the browser forgets the pages and tickets it kept."""
    home_path = url_for("tickets.programme")
    if wants_json():
        response = make_response({"next": home_path})
    else:
        flash(gettext("已经注销，您的资料删掉了。什么时候想来，用手机号登录就行。"))
        response = make_response(redirect(home_path, 303))
    response.headers["Clear-Site-Data"] = WIPE
    return response
