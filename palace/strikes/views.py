"""预约了没来: the ledger as staff see it, and forgiving with a reason."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.lists.services import answer as answer_list
from palace.members.posts import AT_COUNTERS
from palace.strikes import queries, services
from palace.strikes.forms import DecideForm, ForgiveForm
from palace.strikes.models import Strike
from palace.strikes.queries import STRIKES
from palace.strikes.rules import Verdict, check_decides
from palace.text import N_
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

FORGIVEN = N_("这一次不算了，马上生效，也告诉本人了。")
KEPT = N_("这一次还是算，也告诉本人了。")
ONE = "/<id:strike_id>"

bp = Blueprint("strikes", __name__, url_prefix="/staff/strikes")


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


@bp.get("")
@allow(*AT_COUNTERS)
@reads(query=STRIKES.words)
def home() -> ResponseReturnValue:
    """Show who booked and did not come, newest first."""
    return answer_list(STRIKES)


@bp.get(ONE)
@allow(*AT_COUNTERS)
def strike(strike_id: int) -> ResponseReturnValue:
    """Show one strike, and where it can be forgiven."""
    return _page(strike_id)


@bp.context_processor
def waiting() -> dict[str, object]:
    """Lend the list's page those who wait for an answer."""
    return {"open_appeals": queries.open_appeals, "who_of": queries.who}


@bp.post(f"{ONE}/forgive")
@allow(*AT_COUNTERS)
@reads(ForgiveForm)
def forgive(strike_id: int) -> ResponseReturnValue:
    """Let a strike count no more."""
    return _decided(strike_id, ForgiveForm())


@bp.post(f"{ONE}/decide")
@allow(*AT_COUNTERS)
@reads(DecideForm)
def decide(strike_id: int) -> ResponseReturnValue:
    """Answer a member who asked to have a strike looked at again."""
    return _decided(strike_id, DecideForm())


def _decided(strike_id: int, form: ForgiveForm) -> ResponseReturnValue:
    """Do what the form says; what was refused stands on the page again."""
    try:
        checked(form)
        with transaction():
            strike = _do(strike_id, form)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        form.why.errors = form.why.errors or [refusal_words(refusal)]
        return _page(strike_id, form, refusal.status)
    if wants_json():
        return _page(strike_id)
    flash(gettext(FORGIVEN if strike.forgiven_at else KEPT))
    return redirect(url_for("strikes.strike", strike_id=strike_id), 303)


def _do(strike_id: int, form: ForgiveForm) -> Strike:
    why, now = (form.why.data or "").strip(), clock.now()
    if isinstance(form, DecideForm):
        verdict = Verdict(form.verdict.data or "")
        return services.decide(strike_id, current_user.actor, verdict, why, now)
    return services.forgive(strike_id, current_user.actor, why, now)


def _page(
    strike_id: int, form: ForgiveForm | None = None, status: int = 200
) -> ResponseReturnValue:
    one = queries.get_strike(strike_id)
    appeal = one.appeal
    body = {
        "strike": one.id,
        "subject": one.subject,
        "happened_at": one.happened_at.astimezone(clock.SHANGHAI).isoformat(),
        "forgiven": one.forgiven_at is not None,
        "appeal": appeal and {"words": appeal.words, "verdict": appeal.verdict},
    }
    return answer(
        "strikes/strike.html",
        body,
        status=status,
        strike=one,
        who=queries.who(one),
        form=form or DecideForm(formdata=None),
        not_yours=_not_yours(one),
    )


def _not_yours(one: Strike) -> str:
    """Return why this person decides nothing about a strike, or nothing."""
    try:
        check_decides(current_user.actor, member_id=one.member_id, written_by=one.written_by)
    except PalaceError as refusal:
        return refusal_words(refusal)
    return ""
