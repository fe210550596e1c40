"""工作人员与岗位: who works here in which posts; every act is in the audit and asks for a fresh proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.models import Member, Post, Staff
from palace.members.phones import PhoneForm
from palace.members.posts import AT_SITES, OF_MEMBERS, OF_SITES, OF_STAFF
from palace.members.queries import members_on
from palace.members.rules import Role
from palace.people import queries, services
from palace.people.forms import EmployForm, GrantForm, ProofForm
from palace.people.queries import Worker
from palace.people.rules import Reach, Sites
from palace.text import N_
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

ADMINISTRATORS = (Role.ADMIN, Role.SITE_ADMIN)
PERSON = "/<any(staff, member):kind>/<int(max=9223372036854775807):person_id>"
OF_ONE = "/staff/<int(max=9223372036854775807):person_id>"

bp = Blueprint("people", __name__, url_prefix="/staff/people")


def init_app(app: Flask) -> None:
    """Register the pages of who works here."""
    app.register_blueprint(bp)


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
            typed = (form.login.data or "", form.name.data or "", form.role.data or "")
            password = services.take_on(*typed, _typed(form.site), within=_sites())
    except PalaceError as refusal:
        _show_again(refusal, form.login)
        return _people(employ=form, status=refusal.status)
    return _password((form.login.data or "").strip(), password, status=201)


@bp.post("/find")
@allow(Role.ADMIN)
@reads(PhoneForm)
def find() -> ResponseReturnValue:
    """Show the members of a phone number, to give one of them a post."""
    form = PhoneForm()
    try:
        checked(form)
    except PalaceError as refusal:
        _show_again(refusal, form.phone)
        return _people(find=form, status=refusal.status)
    found = members_on(form.number)
    if wants_json():
        return {"people": [_json(queries.worker(one, None)) for one in found]}
    return _people(find=form, found=found)


@bp.get(PERSON)
@allow(*ADMINISTRATORS)
def person(kind: str, person_id: int) -> ResponseReturnValue:
    """Show somebody's posts and sign-ins, and what can be done about them."""
    return _person(queries.get_worker(kind, person_id, _sites()))


@bp.post(f"{PERSON}/posts")
@allow(*ADMINISTRATORS, fresh=True)
@reads(GrantForm)
def grant(kind: str, person_id: int) -> ResponseReturnValue:
    """Give somebody a post; they sign in anew."""
    who, form = queries.get_worker(kind, person_id, _sites()).who, GrantForm()
    try:
        checked(form)
        with transaction():
            where = {"site": _typed(form.site), "unit": _typed(form.unit)}
            services.give_post(who, form.role.data or "", **where, within=_sites())
    except PalaceError as refusal:
        _show_again(refusal, form.role)
        return _person(queries.worker(who, _sites()), form, refusal.status)
    return _done(who, N_("岗位加好了，对方重新登录后就能用。"))


@bp.post("/posts/<int(max=9223372036854775807):post_id>/end")
@allow(*ADMINISTRATORS, fresh=True)
def end(post_id: int) -> ResponseReturnValue:
    """Take a post away; it ends at the next request of whoever had it."""
    with transaction():
        who = services.end_one(queries.get_post(post_id), _sites())
    return _done(who, N_("岗位撤了，马上生效。"))


@bp.post(f"{PERSON}/sign-ins/end")
@allow(*ADMINISTRATORS, fresh=True)
def end_sign_ins(kind: str, person_id: int) -> ResponseReturnValue:
    """End every sign-in of somebody."""
    who = queries.get_worker(kind, person_id, _sites()).who
    with transaction():
        services.sign_out(who, _sites(), clock.now())
    return _done(who, N_("所有设备都已退出。"))


@bp.post(f"{OF_ONE}/password")
@allow(*ADMINISTRATORS, fresh=True)
def renew_password(person_id: int) -> ResponseReturnValue:
    """Give somebody a new password, shown once; every sign-in of theirs ends."""
    staff = _staff(person_id)
    with transaction():
        password = services.new_password(staff, _sites(), clock.now())
    return _password(staff.login, password)


@bp.post(f"{OF_ONE}/code")
@allow(*ADMINISTRATORS, fresh=True)
def forget_code(person_id: int) -> ResponseReturnValue:
    """Forget the codes of somebody whose phone is lost; the next sign-in sets others up."""
    staff = _staff(person_id)
    with transaction():
        services.forget_code(staff, _sites(), clock.now())
    return _done(staff, N_("动态验证码重置了，下次登录时重新设置。"))


@bp.post(f"{OF_ONE}/leave")
@allow(*ADMINISTRATORS, fresh=True)
def leave(person_id: int) -> ResponseReturnValue:
    """Let somebody go: login, posts and sign-ins end at once."""
    staff = _staff(person_id)
    with transaction():
        services.let_go(staff, _sites(), clock.now())
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
        _show_again(refusal, form.proof_minutes)
        return _people(proofs=form, status=refusal.status)
    with transaction():
        services.set_proofs(form.roles, form.proof_minutes.data or 1, clock.now())
    if wants_json():
        return _people()
    flash(gettext("登录规则改好了。"))
    return redirect(url_for("people.home"), 303)


def _sites() -> Sites:
    """Return the houses whose people this administrator looks after; None: all."""
    found: Sites = current_user.sites(*ADMINISTRATORS)
    return found


def _staff(person_id: int) -> Staff:
    """Return somebody of the staff by number."""
    found = queries.get_worker(queries.STAFF, person_id, _sites()).who
    if not isinstance(found, Staff):
        raise TypeError("staff expected")
    return found


def _typed(field: Any) -> str:
    return (field.data or "").strip()


def _show_again(refusal: PalaceError, first: Any) -> None:
    """Have a form shown again say why; a refusal of the whole stands at its first field.

    Raises:
        PalaceError: the refusal itself, to programs.
    """
    if wants_json():
        raise refusal
    if "fields" not in refusal.values:
        first.errors = [refusal_words(refusal)]


def _people(status: int = 200, **shown: Any) -> ResponseReturnValue:
    """Show the whole list, with a form that was refused, or the members a number belongs to."""
    found, rules = queries.workers(_sites()), house_rules()
    proofs = ProofForm(
        formdata=None,
        proof_minutes=rules.proof_minutes,
        **{role.value: role.value in rules.second_factor_roles for role in OF_STAFF},
    )
    forms = {"employ": EmployForm, "find": PhoneForm}
    context = {name: shown.get(name) or form(formdata=None) for name, form in forms.items()}
    return answer(
        "people/people.html",
        lambda: {"people": [_json(one) for one in found]},
        status=status,
        workers=found,
        found=shown.get("found"),
        proofs=shown.get("proofs") or proofs,
        every_role=OF_STAFF,
        whole=_sites() is None,
        roles=_given(OF_STAFF),
        sites=queries.sites_of(_sites()),
        site_names=queries.site_names(),
        **context,
    )


def _given(roles: Sequence[Role]) -> list[Role]:
    """Return those of some roles that this administrator gives."""
    return [role for role in roles if _sites() is None or role in OF_SITES]


def _person(one: Worker, form: GrantForm | None = None, status: int = 200) -> ResponseReturnValue:
    kind, who = one.kind, one.who
    roles = _given(OF_STAFF if kind == queries.STAFF else OF_MEMBERS)
    return answer(
        "people/person.html",
        lambda: _json(one),
        status=status,
        one=one,
        kind=kind,
        who=who,
        signing_in=one.reach is Reach.WHOLE,
        form=form or GrantForm(),
        whole=_sites() is None,
        roles=roles,
        placed=[role for role in roles if role in AT_SITES],
        sites=queries.sites_of(_sites()),
        site_names=queries.site_names(),
        units=queries.unit_names() if kind == queries.MEMBER else [],
        sign_ins=queries.sign_in_count(who),
        second_factor=queries.has_second_factor(who),
    )


def _password(login: str, password: str, status: int = 200) -> ResponseReturnValue:
    return answer(
        "people/password.html",
        {"login": login, "password": password},
        status=status,
        login=login,
        password=password,
    )


def _done(who: Staff | Member, said: str) -> ResponseReturnValue:
    """Answer an act: back to the person's page with a word that it is done, or their state as JSON.

    Who works at the own sites no more has no page for the administrator of a site.
    """
    one = queries.worker(who, _sites())
    if wants_json():
        return _json(one)
    flash(gettext(said))
    if not one.reach:
        return redirect(url_for("people.home"), 303)
    return redirect(url_for("people.person", kind=one.kind, person_id=who.id), 303)


def _json(one: Worker) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": one.who.id,
        "name": one.who.name,
        "posts": [_post_json(post) for post in one.posts],
    }


def _post_json(post: Post) -> dict[str, Any]:
    return {
        "post": post.id,
        "role": post.role.value,
        "site": post.site_id,
        "unit": post.unit.code if post.unit else None,
    }
