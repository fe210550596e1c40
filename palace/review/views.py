"""审核: what waits, a revision beside what the public sees, the decision, the sheet, the steps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.db import transaction
from palace.errors import PalaceError
from palace.lists.services import answer as listed
from palace.members.posts import AT_PROGRAMME, AT_REVIEW
from palace.members.rules import Role
from palace.review import printing, queries, rules, services
from palace.review.forms import PASS, DecideForm, StepForm
from palace.review.models import Revision
from palace.review.queries import READERS
from palace.review.rules import Reviewed, RevisionState, reviewed
from palace.text import N_
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

bp = Blueprint("review", __name__, url_prefix="/staff/review")

PASSED = N_("这一步通过了，等下一步。")
PUBLISHED = N_("审核通过，已经公开。")
SENT_BACK = N_("退回给作者了。")


def init_app(app: Flask) -> None:
    """Register the pages of the review."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(waiting_revisions=_waiting, step_of=_step)
    app.jinja_env.filters["staff_name"] = lambda actor, names: names.get(actor, actor)


def _waiting() -> list[Revision] | None:
    """Return what waits for who asks; None: they do not review."""
    if current_user.roles.isdisjoint(AT_REVIEW):
        return None
    return queries.waiting_for(current_user.actor, current_user.sites(*AT_REVIEW))


def _step(found: Revision) -> rules.Step | None:
    """Return the step a revision is at."""
    return rules.next_step(found.way, found.passed)


@bp.get("")
@allow(*READERS)
@reads(query=queries.REVISIONS.words)
def home() -> ResponseReturnValue:
    """Show what waits for a decision, the oldest first; what was decided is found by its state."""
    return listed(queries.REVISIONS)


def _get(revision_id: int) -> Revision:
    return queries.get_revision(revision_id, current_user.sites(*READERS))


def _thing(revision: Revision) -> tuple[Reviewed, int]:
    kind, number = rules.parts_of(revision.subject)
    return reviewed[kind], number


@bp.get("/<id:revision_id>")
@allow(*READERS)
def revision(revision_id: int) -> ResponseReturnValue:
    """Show a revision beside what the public sees, and what was decided of it."""
    return _page(_get(revision_id))


@bp.post("/<id:revision_id>/decide")
@allow(*AT_REVIEW)
@reads(DecideForm)
def decide(revision_id: int) -> ResponseReturnValue:
    """Pass a revision at the step where it is, or send it back with the reason."""
    found = queries.get_revision(revision_id, current_user.sites(*AT_REVIEW))
    form = DecideForm()
    try:
        checked(form)
        with transaction():
            services.decide(
                found,
                step=int(form.step.data or 0),
                version=int(form.version.data or 0),
                reason=(form.reason.data or "").strip(),
                by=current_user.actor,
                passed=form.verdict.data == PASS,
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        return _page(_get(revision_id), form, refusal)
    return _decided(found, passed=form.verdict.data == PASS)


def _decided(found: Revision, *, passed: bool) -> ResponseReturnValue:
    """Answer a decision: on to what waits next, or the revision as JSON."""
    if wants_json():
        return _json(found)
    is_public = found.state is RevisionState.PASSED
    flash(gettext((PUBLISHED if is_public else PASSED) if passed else SENT_BACK))
    return redirect(url_for("review.home"), 303)


def _page(
    found: Revision, form: DecideForm | None = None, refusal: PalaceError | None = None
) -> Response:
    thing, number = _thing(found)
    at = rules.next_step(found.way, found.passed)
    waits = found.state is RevisionState.WAITING and at is not None
    endpoint, word = thing.page
    about: dict[str, Any] = {word: number}
    return answer(
        "review/revision.html",
        lambda: _json(found),
        status=refusal.status if refusal else 200,
        revision=found,
        thing=thing,
        address=url_for(endpoint, **about),
        writes=not current_user.roles.isdisjoint(AT_PROGRAMME),
        reviews=not current_user.roles.isdisjoint(AT_REVIEW),
        at=at if waits else None,
        barred=_barred(found, at) if waits and at else "",
        changed=rules.changed_fields(found.before, found.fields),
        names=queries.names_of([*found.authors, *(one.decided_by for one in found.decisions)]),
        form=form or DecideForm(formdata=None),
        refusal=refusal_words(refusal) if refusal else "",
        states=rules.STATES,
    )


def _barred(found: Revision, at: rules.Step) -> str:
    """Return why this person may not decide a revision, in words; nothing where they may."""
    deciders = {one.decided_by for one in found.current}
    try:
        rules.check_may_decide(at, current_user.actor, authors=found.authors, deciders=deciders)
    except PalaceError as refusal:
        return refusal_words(refusal)
    return ""


def _json(found: Revision) -> dict[str, Any]:
    at = rules.next_step(found.way, found.passed)
    return {
        "revision": found.id,
        "subject": found.subject,
        "version": found.version,
        "state": found.state.value,
        "step": at.position if at and found.state is RevisionState.WAITING else None,
        "before": found.before,
        "fields": found.fields,
        "changed": rules.changed_fields(found.before, found.fields),
        "decisions": [
            {"version": one.version, "step": one.step, "passed": one.passed, "reason": one.reason}
            for one in found.decisions
        ],
    }


@bp.get("/<id:revision_id>.pdf")
@allow(*READERS)
def sheet(revision_id: int) -> ResponseReturnValue:
    """Send a revision's sheet on A4, with who passed which step and when."""
    found = _get(revision_id)
    names = queries.names_of([*found.authors, *(one.decided_by for one in found.decisions)])
    response = make_response(printing.pdf(found, _thing(found)[0], names))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="review-{found.id}.pdf"'
    return response


@bp.get("/steps")
@allow(*READERS)
def steps() -> ResponseReturnValue:
    """Show the steps that what is sent in has to pass."""
    return _steps()


@bp.post("/steps")
@allow(Role.ADMIN, fresh=True)
@reads(StepForm)
def add_step() -> ResponseReturnValue:
    """Put a step behind the others."""
    form = StepForm()
    try:
        checked(form)
        with transaction():
            services.add_step(
                (form.name_zh.data or "").strip(),
                (form.name_en.data or "").strip(),
                another_person=bool(form.another_person.data),
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        return _steps(form, refusal)
    return _steps_done(N_("加好了，以后送审的都要过这一步。"))


@bp.post("/steps/<id:step_id>/remove")
@allow(Role.ADMIN, fresh=True)
def remove_step(step_id: int) -> ResponseReturnValue:
    """Take a step away from what is sent in from now on."""
    try:
        with transaction():
            services.remove_step(step_id)
    except PalaceError as refusal:
        if wants_json():
            raise
        return _steps(refusal=refusal)
    return _steps_done(N_("去掉了。已经在审的，还照送审那天的步骤。"))


def _steps_done(said: str) -> ResponseReturnValue:
    if wants_json():
        return _steps()
    flash(gettext(said))
    return redirect(url_for("review.steps"), 303)


def _steps(form: StepForm | None = None, refusal: PalaceError | None = None) -> Response:
    shown = form or StepForm(formdata=None, another_person=True)
    there = queries.steps()
    told = [
        {"step": one.id, "name": one.name_zh, "another_person": one.another_person} for one in there
    ]
    return answer(
        "review/steps.html",
        {"steps": told},
        status=refusal.status if refusal else 200,
        steps=there,
        form=shown,
        refusal=refusal_words(refusal) if refusal and not shown.errors else "",
        may_change=Role.ADMIN in current_user.roles,
    )
