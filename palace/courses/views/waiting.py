"""排队等班: joining the queue for a class, where one stands, one's turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.clock import iso
from palace.companions import queries as companions
from palace.companions.models import Companion
from palace.companions.rules import Relation
from palace.courses.forms import TakeOfferForm, WaitForm
from palace.courses.models import ClassWait, Offering
from palace.courses.queries import facts, waits
from palace.courses.queries.clashes import Clash, clashes_with
from palace.courses.queries.terms import facts_of
from palace.courses.queries.waits import Standing
from palace.courses.rules import Wish
from palace.courses.services import offering, waiting
from palace.courses.states import Channel, WaitState
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Known, Role
from palace.text import N_
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

ONE = "/offerings/<id:offering_id>/wait"
ENTRY = "/class-waits/<code:code>"
bp = Blueprint("class_waits", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this page; lend other pages who waits, and what clashes with a class."""
    app.register_blueprint(bp)
    app.jinja_env.globals["waits_for_classes"] = waits_for_classes
    app.jinja_env.globals["class_clashes"] = class_clashes


def waits_for_classes(offering_id: int | None = None) -> list[Standing]:
    """Return where the signed-in member, and those they keep, wait or are offered a place."""
    member = current_user.member if current_user.is_authenticated else None
    found = waits.standings(member, clock.now()) if member else []
    return [one for one in found if offering_id in (None, one.wait.offering_id)]


def class_clashes(offering_id: int) -> list[Clash]:
    """Return what the signed-in member has while a class is on."""
    member = current_user.member if current_user.is_authenticated else None
    return clashes_with(member, offering_id, clock.now()) if member else []


def bring_up(offering_id: int) -> None:
    """Pass on what is over or came free, where somebody looks: pages tell what is true now."""
    if waits.due(offering_id):
        with transaction():
            offering.pass_on(offering_id)


def wait_path(offering_id: int) -> str:
    """Return the page of a queue: where a stranger goes on after signing in."""
    return url_for("class_waits.home", offering_id=offering_id)


@bp.get(ONE)
@allow(Role.MEMBER, Role.ACTING)
def home(offering_id: int) -> ResponseReturnValue:
    """Show where the member stands in the queue of a class, or let them join it."""
    of = facts.offering(offering_id)
    bring_up(offering_id)
    return _page(of)


@bp.post(ONE)
@allow(Role.MEMBER, Role.ACTING, back=wait_path)
@reads(WaitForm)
def join(offering_id: int) -> ResponseReturnValue:
    """Wait for a place in a class."""
    form, of = WaitForm(), facts.offering(offering_id)
    try:
        checked(form)
        wish = Wish(
            offering_id=of.id,
            member=current_member(),
            companion_id=form.person.data,
            channel=channel(),
        )
        with transaction():
            wait = waiting.join(wish, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(of, form, refusal)
    if wants_json():
        return _json(waits.standing_of(wait, clock.now())), 201
    return redirect(url_for("class_waits.entry", code=wait.code), 303)


def channel() -> Channel:
    """Return how whoever is signed in asks: by themselves, or in person with staff acting for them."""
    return Channel.COUNTER if current_user.acts_for else Channel.ONLINE


def _page(
    of: Offering, form: WaitForm | None = None, refusal: PalaceError | None = None
) -> Response:
    member, now = current_member(), clock.now()
    there = [one for one in waits.standings(member, now) if one.wait.offering_id == of.id]
    return answer(
        "courses/wait.html",
        lambda: {
            "offering": of.id,
            "length": waits.next_place(of.id) - 1,
            "waits": [_json(one) for one in there],
        },
        status=refusal.status if refusal else 200,
        of=of,
        figures=facts.class_rules(of.term.site_id),
        there=there,
        place=waits.next_place(of.id),
        people=_people(member, there),
        form=form or WaitForm(formdata=None),
        refusal=refusal_words(refusal) if refusal else "",
    )


def _people(member: Known, there: Sequence[Standing]) -> list[Companion | None]:
    """Return for whom a member may still join: themselves, and those they keep."""
    waiting_for = {one.wait.companion_id for one in there}
    kept = [one for one in companions.companions_of(member.id) if one.relation != Relation.SELF]
    everybody: list[Companion | None] = [None, *kept]
    return [one for one in everybody if (one.id if one else None) not in waiting_for]


@bp.get(ENTRY)
@allow(Role.MEMBER, Role.ACTING)
def entry(code: str) -> ResponseReturnValue:
    """Show where somebody stands who waits, and in their turn what they are offered."""
    wait = waits.wait_for(current_member(), code)
    bring_up(wait.offering_id)
    return _entry_page(code)


def _entry_page(
    code: str, refusal: PalaceError | None = None, form: TakeOfferForm | None = None
) -> Response:
    wait = waits.wait_for(current_member(), code)
    standing = waits.standing_of(wait, clock.now())
    offered = standing.state is WaitState.OFFERED
    return answer(
        "courses/wait_entry.html",
        lambda: _json(standing),
        status=refusal.status if refusal else 200,
        standing=standing,
        wait=wait,
        of=wait.offering,
        figures=facts.class_rules(wait.offering.term.site_id),
        starts=[start for start in waits.starts_of(wait.offering_id) if start > clock.now()],
        terms=facts_of(offering.wish_of(wait)) if offered else None,
        taken=waits.enrolment_of(wait),
        form=form or TakeOfferForm(formdata=None),
        refusal=refusal_words(refusal) if refusal else "",
    )


@bp.post(f"{ENTRY}/take")
@allow(Role.MEMBER, Role.ACTING)
@reads(TakeOfferForm)
def take(code: str) -> ResponseReturnValue:
    """Take the place that was offered."""
    form = TakeOfferForm()
    wait = waits.wait_for(current_member(), code)
    try:
        checked(form)
        with transaction():
            waiting.take(
                wait,
                by=current_user.actor,
                guardian=bool(form.guardian.data),
                born_on=form.born_on,
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        bring_up(wait.offering_id)
        return _entry_page(code, refusal, form)
    return _told(code, N_("报上了。"))


@bp.post(f"{ENTRY}/leave")
@allow(Role.MEMBER, Role.ACTING)
def leave(code: str) -> ResponseReturnValue:
    """Wait no longer, or give up what was offered, for the next."""
    wait = waits.wait_for(current_member(), code)
    with transaction():
        waiting.leave(wait, by=current_user.actor)
    return _told(code, N_("不再等了，让给后面的人。"))


def _told(code: str, said: str) -> ResponseReturnValue:
    if wants_json():
        return _json(waits.standing_of(waits.wait_for(current_member(), code), clock.now()))
    flash(gettext(said))
    return redirect(url_for("class_waits.entry", code=code), 303)


def _json(standing: Standing) -> dict[str, Any]:
    """Return where somebody stands, as JSON clients read it."""
    wait: ClassWait = standing.wait
    taken = waits.enrolment_of(wait)
    return {
        "offering": wait.offering_id,
        "person": wait.companion_id,
        "code": wait.code,
        "state": standing.state,
        "place": standing.place or None,
        "lapses_at": iso(standing.lapses_at) if standing.lapses_at else None,
        "enrolment": taken.code if taken else None,
    }
