"""How rooms are lent: every policy of one's houses, its figures, and what other houses live by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from palace import clock
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.hours.queries.weeks import get_site, houses
from palace.roomdesk.forms import (
    POLICY_FORMS,
    MemberPolicyForm,
    NewPolicyForm,
    TroupePolicyForm,
)
from palace.roomdesk.queries.policies import (
    default_of,
    figures_of,
    get_policy,
    policies,
    presets,
    room_counts,
    taken_since,
)
from palace.roomdesk.rules import WORDS, of_preset, would_fail
from palace.roomdesk.services.policies import make_policy, set_figures, take_preset
from palace.roomdesk.views.base import ADMINISTRATORS, DESK, TAKERS, bp, own_sites, saved
from palace.rooms.figures import TITLES, figures_for
from palace.rooms.policies import Policy, PolicyPreset
from palace.rooms.wishes import Takers
from palace.venues.errors import FiguresChanged
from palace.venues.fields import FiguresForm, PresetForm, SeenForm, say_what_moved
from palace.venues.figure import seen_as
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json
from palace.words import named

POLICIES = f"{DESK}/policies"
ONE = f"{POLICIES}/<id:policy_id>"


@bp.get(POLICIES)
@allow(*ADMINISTRATORS)
def list_policies() -> ResponseReturnValue:
    """Show how rooms of one's houses are lent, and for how many rooms each way is."""
    return _all()


@bp.post(POLICIES)
@allow(*ADMINISTRATORS, fresh=True)
@reads(NewPolicyForm)
def make() -> ResponseReturnValue:
    """Make another way to lend rooms."""
    form = NewPolicyForm()
    try:
        checked(form)
        site = get_site(int(form.site.data or 0), own_sites())
        with transaction():
            made = make_policy(site.id, Takers(form.takers.data or ""), *form.names)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _all(form, refusal)
    if wants_json():
        return _json(made), 201
    return redirect(url_for("roomdesk.policy", policy_id=made.id), 303)


@bp.get(ONE)
@allow(*ADMINISTRATORS)
def policy(policy_id: int) -> ResponseReturnValue:
    """Show the figures of a policy, and where they are changed."""
    return _page(get_policy(policy_id, own_sites()))


@bp.post(ONE)
@allow(*ADMINISTRATORS, fresh=True)
@reads(TroupePolicyForm, MemberPolicyForm)
def set_policy(policy_id: int) -> ResponseReturnValue:
    """Set the figures of a policy."""
    found = get_policy(policy_id, own_sites())
    form = MemberPolicyForm() if found.takers is Takers.MEMBER else TroupePolicyForm()
    return _do(
        found,
        form,
        lambda: set_figures(
            found, form.figures, seen=form.seen.data or "", why=form.why.data or ""
        ),
    )


@bp.post(f"{ONE}/look")
@allow(*ADMINISTRATORS)
@reads(TroupePolicyForm, MemberPolicyForm)
def look(policy_id: int) -> ResponseReturnValue:
    """Say how many dates to come would not keep other figures; nothing is changed."""
    found = get_policy(policy_id, own_sites())
    form = MemberPolicyForm() if found.takers is Takers.MEMBER else TroupePolicyForm()
    try:
        checked(form)
    except PalaceError as refusal:
        pass_on(refusal)
        return _page(found, form, refusal)
    failing = would_fail(form.figures, taken_since(clock.now()), found.id)
    if wants_json():
        return {"failing": failing}
    return _page(found, form, failing=failing)


@bp.post(f"{ONE}/preset")
@allow(*ADMINISTRATORS, fresh=True)
@reads(PresetForm)
def take(policy_id: int) -> ResponseReturnValue:
    """Lend rooms as another house does."""
    found, form = get_policy(policy_id, own_sites()), PresetForm()
    return _do(
        found,
        form,
        lambda: take_preset(
            found, form.preset.data or "", seen=form.seen.data or "", why=form.why.data or ""
        ),
    )


def _do(found: Policy, form: SeenForm, act: Callable[[], list[str]]) -> ResponseReturnValue:
    try:
        checked(form)
        with transaction():
            changed = act()
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        typed = form if isinstance(form, FiguresForm) else None
        if typed and isinstance(refusal, FiguresChanged):
            say_what_moved(typed, refusal, figures_of(get_policy(found.id, own_sites())))
        return _page(found, typed, refusal)
    if wants_json():
        return _page(found)
    flash(saved(changed=bool(changed)))
    return redirect(url_for("roomdesk.policy", policy_id=found.id), 303)


def _all(form: NewPolicyForm | None = None, refusal: PalaceError | None = None) -> Response:
    own, shown = houses(own_sites()), policies(own_sites())
    return answer(
        "roomdesk/policies.html",
        lambda: {"policies": [_line(one) for one in shown]},
        status=refusal.status if refusal else 200,
        own=own,
        shown=shown,
        counts=room_counts(),
        takers=TAKERS,
        form=form or NewPolicyForm(formdata=None, site=str(own[0].id), takers=Takers.TROUPE.value),
        told=refusal_words(refusal) if refusal and form and not form.errors else "",
    )


def _page(
    found: Policy,
    form: FiguresForm | None = None,
    refusal: PalaceError | None = None,
    *,
    failing: dict[str, int] | None = None,
) -> Response:
    figures = figures_of(found)
    shown = form or POLICY_FORMS[found.takers](formdata=None, seen=seen_as(figures), **figures)
    refused = refusal and not (form and form.errors and "fields" in refusal.values)
    return answer(
        "roomdesk/policy.html",
        lambda: _json(found),
        status=refusal.status if refusal else 200,
        policy=found,
        takers=TAKERS,
        sections=figures_for(found.takers),
        titles=TITLES,
        form=shown,
        default_of=default_of,
        choices=[(one, _in_force(one, figures)) for one in presets(found.takers)],
        failing=failing,
        whys=WORDS,
        told=refusal_words(refusal) if refusal and refused else "",
    )


def _in_force(preset: PolicyPreset, figures: dict[str, Any]) -> bool:
    return all(figures[name] == value for name, value in of_preset(preset.figures).items())


def _line(found: Policy) -> dict[str, Any]:
    return {
        "policy": found.id,
        "site": found.site_id,
        "takers": found.takers.value,
        "name": named(found),
    }


def _json(found: Policy) -> dict[str, Any]:
    figures = figures_of(found)
    return {
        **_line(found),
        "seen": seen_as(figures),
        "figures": [
            {"name": name, "value": value, "default": default_of(name)}
            for name, value in figures.items()
        ],
        "presets": [
            {
                "preset": one.code,
                "name": named(one),
                "source": named(one, "source"),
                "in_force": _in_force(one, figures),
            }
            for one in presets(found.takers)
        ],
    }
