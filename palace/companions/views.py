"""同行人: the people a member brings along."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.companions import queries, rules, services
from palace.companions.forms import CompanionForm
from palace.companions.models import Companion
from palace.companions.rules import RELATIONS, Relation
from palace.db import db, transaction
from palace.errors import BadInput, PalaceError
from palace.identities.rules import NAMES
from palace.members.queries import current_member
from palace.members.rules import Role, tidy_name
from palace.text import N_
from palace.throttle import limiter
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

bp = Blueprint("companions", __name__, url_prefix="/mine/people")


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


@bp.get("")
@allow(Role.MEMBER, Role.ACTING)
def home() -> ResponseReturnValue:
    """Show whom the member keeps, and the form for one more."""
    return _page()


@bp.post("")
@allow(Role.MEMBER, Role.ACTING)
@reads(CompanionForm)
@limiter.limit("60 per hour")
def keep() -> ResponseReturnValue:
    """Keep somebody to bring along; a number is never kept nor shown again."""
    form = CompanionForm()
    try:
        checked(form)
        with transaction():
            services.keep(current_member(), _introduced(form), clock.now())
    except PalaceError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        if not isinstance(refusal, BadInput):
            form.form_errors.append(refusal_words(refusal))
        return _page(form, refusal.status)
    return _done(N_("存好了，订实名场时点一下就行。"), 201)


@bp.post("/<id:companion_id>/remove")
@allow(Role.MEMBER, Role.ACTING)
def remove(companion_id: int) -> ResponseReturnValue:
    """Take somebody off the list."""
    with transaction():
        services.remove(current_member(), companion_id)
    return _done(N_("删掉了。已经订好的票不受影响。"), 200)


def _introduced(form: CompanionForm) -> services.Introduced:
    return services.Introduced(
        name=tidy_name(form.name.data or ""),
        relation=Relation(form.relation.data or ""),
        born_on=form.born_on,
        declared=form.declared,
        by_guardian=form.guardian.data,
    )


def _page(form: CompanionForm | None = None, status: int = 200) -> Response:
    kept, house = queries.companions_of(current_member().id), house_rules()
    others = [one for one in kept if one.relation is not Relation.SELF]
    return answer(
        "companions/people.html",
        _json(kept),
        status=status,
        form=form or CompanionForm(formdata=None),
        kept=kept,
        room=house.companions_kept - len(others),
        limit=house.companions_kept,
        relations=RELATIONS,
        documents=NAMES,
        has_self=len(others) < len(kept),
    )


def _json(kept: list[Companion]) -> dict[str, Any]:
    today = clock.palace_day(clock.now())
    return {
        "people": [
            {
                "id": one.id,
                "name": one.name,
                "relation": one.relation,
                "minor": rules.is_minor(one.born_on, house_rules().minor_age, today),
                "document": one.document,
                "end": one.last_four,
            }
            for one in kept
        ]
    }


def _done(said: str, status: int) -> ResponseReturnValue:
    if wants_json():
        return _json(queries.companions_of(current_member().id)), status
    flash(gettext(said))
    return redirect(url_for("companions.home"), code=303)
