"""取消班级: whom it concerns, proposed by one person, confirmed by another; classes that wait for either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock, words
from palace.coursedesk.fields import ConfirmForm, DecideForm
from palace.coursedesk.forms import WhyForm
from palace.coursedesk.models import CallOff
from palace.coursedesk.queries import calling, classes
from palace.coursedesk.queries.calling import Preview
from palace.coursedesk.services import calling_off, ending
from palace.coursedesk.views.base import (
    LOOKS,
    MAY,
    bp,
    class_json,
    done,
    looked_at,
    own_sites,
    told,
)
from palace.courses.models import Offering
from palace.courses.queries.facts import planned_of, staff_offering
from palace.courses.services.telling import OFF, titles
from palace.courses.states import OfferingState
from palace.db import transaction
from palace.errors import PalaceError
from palace.forms import Form
from palace.notices.senders import text_of
from palace.proposals import seen_as
from palace.text import N_
from palace.web import allow, answer, checked, reads, wants_json

OF = "/classes/<id:offering_id>/call-off"


def call_offs_to_confirm() -> int:
    """Return how many proposals wait for whoever is signed in to be the second person."""
    if current_user.roles.isdisjoint(LOOKS):
        return 0
    return calling.count_to_confirm(looked_at(), current_user.actor)


@bp.get("/decisions")
@allow(*LOOKS)
def decisions() -> ResponseReturnValue:
    """Show what waits for a second person, then the classes below their minimum, the most pressing first."""
    found = classes.to_decide(own_sites(), clock.now())
    waiting = calling.proposed(looked_at())
    return answer(
        "coursedesk/decisions.html",
        lambda: {
            "classes": [class_json(one.offering) for one in found],
            "call_offs": [_told(one) for one in waiting],
        },
        found=found,
        waiting=waiting,
        asked={one.offering_id for one in waiting},
        called=classes.called,
        may_plan=not current_user.roles.isdisjoint(MAY),
    )


@bp.get(OF)
@allow(*LOOKS)
def ask_call_off(offering_id: int) -> ResponseReturnValue:
    """Show whom it concerns to call a class off, and what is proposed."""
    return _page(offering_id)


@bp.post(OF)
@allow(*MAY)
@reads(WhyForm)
def call_off(offering_id: int) -> ResponseReturnValue:
    """Propose to call a class off; a draft is dropped at once."""
    form = WhyForm()

    def act(found: Offering) -> str:
        why = (form.why.data or "").strip()
        made = calling_off.propose(found, why=why, by=current_user.actor)
        return N_("已提出，等另一位同事确认。还没有改任何东西。") if made else N_("取消了。")

    staff_offering(offering_id, own_sites())
    return _do(offering_id, form, act)


@bp.post(f"{OF}/confirm")
@allow(*LOOKS, fresh=True)
@reads(ConfirmForm)
def confirm_call_off(offering_id: int) -> ResponseReturnValue:
    """Call a class off as the second person: rooms and teacher are free, money goes back, all are told."""
    form = ConfirmForm()

    def act(found: Offering) -> str:
        number, seen = form.call_off.data or 0, form.seen.data or ""
        calling_off.confirm(found.id, number, seen=seen, by=current_user.actor)
        return N_("取消了。教室和老师空出来了，交过的费会退，都通知了。")

    return _do(offering_id, form, act)


@bp.post(f"{OF}/withdraw")
@allow(*LOOKS)
@reads(DecideForm)
def withdraw_call_off(offering_id: int) -> ResponseReturnValue:
    """Withdraw a proposal."""
    form = DecideForm()

    def act(found: Offering) -> str:
        calling_off.withdraw(found.id, form.call_off.data or 0, by=current_user.actor)
        return N_("撤回了，什么都没有改。")

    return _do(offering_id, form, act)


def _do(offering_id: int, form: Form, act: Callable[[Offering], str]) -> ResponseReturnValue:
    """Do one step and go back to the page, or show there why it was refused, with what was typed."""
    found = staff_offering(offering_id, looked_at())
    try:
        checked(form)
        with transaction():
            said = act(found)
    except PalaceError as refusal:
        sentence = told(refusal)
        return _page(offering_id, form if isinstance(form, WhyForm) else None, sentence, refusal)
    if wants_json():
        return _page(offering_id)
    return done(said, "coursedesk.ask_call_off", offering_id=offering_id)


def _page(
    offering_id: int,
    form: WhyForm | None = None,
    sentence: str = "",
    refusal: PalaceError | None = None,
) -> Response:
    found, now = staff_offering(offering_id, looked_at()), clock.now()
    call_off, shown = calling.latest(found.id), calling.preview(found, now)
    cancelled = found.state is OfferingState.CANCELLED
    is_draft = found.state is OfferingState.DRAFT
    return answer(
        "coursedesk/calling_off.html",
        lambda: _json(found, call_off, shown),
        status=refusal.status if refusal else 200,
        one=found,
        title=classes.called(found),
        call_off=call_off,
        shown=shown,
        seen=seen_as(shown.figures),
        texts=[] if is_draft else _texts(found),
        is_mine=call_off is not None and call_off.proposed_by == current_user.actor,
        is_draft=is_draft,
        is_over=cancelled or ending.is_taught(planned_of(found.id), now),
        may_plan=not current_user.roles.isdisjoint(MAY),
        form=form or WhyForm(formdata=None),
        told=sentence,
    )


def _texts(found: Offering) -> list[tuple[str, str]]:
    """Return what everybody in the class will be told, in each language by its code."""
    texts = []
    for language in words.LOCALES:
        with words.spoken(language):
            texts.append((language, text_of(OFF, f"offering:{found.id}", {"title": titles(found)})))
    return texts


def _told(one: CallOff) -> dict[str, Any]:
    return {
        "call_off": one.id,
        "class": one.offering_id,
        "state": one.state.value,
        "why": one.why,
        "proposed_at": clock.iso(one.proposed_at),
    }


def _json(found: Offering, call_off: CallOff | None, shown: Preview) -> dict[str, Any]:
    """Return what calling a class off would do or did, with what it takes to confirm it."""
    return {
        "class": found.id,
        "state": found.state.value,
        "call_off": _told(call_off) if call_off else None,
        "seen": seen_as(shown.figures),
        "people": shown.figures.people,
        "places": shown.figures.places,
        "waiting": shown.figures.waiting,
        "back": [
            {"state": one.state.value, "count": one.count, "amount": one.amount}
            for one in shown.back
        ],
    }
