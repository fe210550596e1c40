"""工作人员与岗位: who works here, who comes and who goes, and whose sign-in needs codes."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.phones import PhoneForm
from palace.members.posts import OF_STAFF
from palace.members.queries import members_on
from palace.members.rules import Role
from palace.people import queries, services
from palace.people.forms import EmployForm, ProofForm
from palace.people.views.base import (
    ADMINISTRATORS,
    OF_ONE,
    bp,
    field_of,
    given,
    show_again,
    show_password,
    sites_administered,
    staff_of,
    typed,
    worker_json,
)
from palace.troupes.queries import troupe_names
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, reads, wants_json


@bp.get("")
@allow(*ADMINISTRATORS)
def home() -> ResponseReturnValue:
    """Show who works here and in which posts, and who else may be given one."""
    return _people()


@bp.post("")
@allow(*ADMINISTRATORS, fresh=True)
@reads(EmployForm)
def employ() -> ResponseReturnValue:
    """Let somebody work here with a first post; their password is shown once."""
    form = EmployForm()
    try:
        checked(form)
        with transaction():
            words = (form.login.data or "", form.name.data or "", form.role.data or "")
            password = services.take_on(*words, typed(form.site), within=sites_administered())
    except PalaceError as refusal:
        show_again(refusal, field_of(refusal, form, form.login))
        return _people(employ=form, status=refusal.status)
    return show_password((form.login.data or "").strip(), password, status=201)


@bp.post("/find")
@allow(Role.ADMIN)
@reads(PhoneForm)
def find() -> ResponseReturnValue:
    """Show the members of a phone number, to give one of them a post."""
    form = PhoneForm()
    try:
        checked(form)
    except PalaceError as refusal:
        show_again(refusal, form.phone)
        return _people(find=form, status=refusal.status)
    found = members_on(form.number)
    if wants_json():
        return {"people": [worker_json(queries.worker(one, None)) for one in found]}
    return _people(find=form, found=found)


@bp.post(f"{OF_ONE}/leave")
@allow(*ADMINISTRATORS, fresh=True)
def leave(person_id: int) -> ResponseReturnValue:
    """Let somebody go: login, posts and sign-ins end at once."""
    staff = staff_of(person_id)
    with transaction():
        services.let_go(staff, sites_administered(), clock.now())
    if wants_json():
        return _people()
    flash(gettext("已经办好离开，登录名和岗位都停用了。"))
    return redirect(url_for("people.home"), 303)


@bp.post("/proofs")
@allow(Role.ADMIN, fresh=True)
@reads(ProofForm)
def set_proofs() -> ResponseReturnValue:
    """Say which posts sign in by a code too, and how long a proof holds."""
    form = ProofForm()
    try:
        checked(form)
    except PalaceError as refusal:
        show_again(refusal, form.proof_minutes)
        return _people(proofs=form, status=refusal.status)
    with transaction():
        services.set_proofs(form.roles, form.proof_minutes.data or 1, clock.now())
    if wants_json():
        return _people()
    flash(gettext("登录规则改好了。"))
    return redirect(url_for("people.home"), 303)


def _people(status: int = 200, **shown: Any) -> ResponseReturnValue:
    """Show the whole list, with a form that was refused, or the members a number belongs to."""
    found, rules = queries.workers(sites_administered()), house_rules()
    proofs = ProofForm(
        formdata=None,
        proof_minutes=rules.proof_minutes,
        **{role.value: role.value in rules.second_factor_roles for role in OF_STAFF},
    )
    forms = {"employ": EmployForm, "find": PhoneForm}
    context = {name: shown.get(name) or form(formdata=None) for name, form in forms.items()}
    return answer(
        "people/people.html",
        lambda: {"people": [worker_json(one) for one in found]},
        status=status,
        workers=found,
        found=shown.get("found"),
        proofs=shown.get("proofs") or proofs,
        every_role=OF_STAFF,
        whole=sites_administered() is None,
        roles=given(OF_STAFF),
        sites=queries.sites_of(sites_administered()),
        site_names=queries.site_names(),
        troupe_names=troupe_names(),
        **context,
    )
