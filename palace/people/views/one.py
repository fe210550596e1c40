"""One who works here: their posts, password, codes and sign-ins; every act is in the audit."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.errors import NotFound, PalaceError
from palace.members import services as members
from palace.members.models import Member, Staff
from palace.members.posts import AT_SITES, OF_MEMBERS, OF_STAFF
from palace.people import queries, services
from palace.people.forms import GrantForm
from palace.people.queries import Worker
from palace.people.rules import Reach
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
from palace.text import N_
from palace.troupes.queries import troupe_names
from palace.web import allow, answer, checked, reads, wants_json

GIVEN = N_("岗位加好了，对方重新登录后就能用。")
GIVEN_TO_SELF = N_("岗位加好了。它登录时要动态验证码，请重新登录，设置好再用。")
PERSON = "/<any(staff, member):kind>/<id:person_id>"


@bp.get(PERSON)
@allow(*ADMINISTRATORS)
def person(kind: str, person_id: int) -> ResponseReturnValue:
    """Show somebody's posts and sign-ins, and what can be done about them."""
    return _person(queries.get_worker(kind, person_id, sites_administered()))


@bp.post(f"{PERSON}/posts")
@allow(*ADMINISTRATORS, fresh=True)
@reads(GrantForm)
def grant(kind: str, person_id: int) -> ResponseReturnValue:
    """Give somebody a post; they sign in anew."""
    who, form = queries.get_worker(kind, person_id, sites_administered()).who, GrantForm()
    try:
        checked(form)
        with transaction():
            where = {"site": typed(form.site), "unit": typed(form.unit)}
            services.give_post(who, form.role.data or "", **where, within=sites_administered())
    except PalaceError as refusal:
        show_again(refusal, field_of(refusal, form, form.role))
        return _person(queries.worker(who, sites_administered()), form, refusal.status)
    is_self = current_user.actor == members.subject(who)
    return _done(who, GIVEN_TO_SELF if is_self and members.lacks_second(who) else GIVEN)


@bp.post("/posts/<id:post_id>/end")
@allow(*ADMINISTRATORS, fresh=True)
def end(post_id: int) -> ResponseReturnValue:
    """Take a post away; it ends at the next request of whoever had it.

    Raises:
        NotFound: to programs, where it ended before and whose it was works at the own sites no more.
    """
    post = queries.get_post(post_id)
    before = post.ended_at is not None
    with transaction():
        who = services.end_one(post, sites_administered())
    if before and wants_json() and not queries.worker(who, sites_administered()).reach:
        raise NotFound
    return _done(who, N_("岗位撤了，马上生效。"))


@bp.post(f"{PERSON}/sign-ins/end")
@allow(*ADMINISTRATORS, fresh=True)
def end_sign_ins(kind: str, person_id: int) -> ResponseReturnValue:
    """End every sign-in of somebody."""
    who = queries.get_worker(kind, person_id, sites_administered()).who
    with transaction():
        services.sign_out(who, sites_administered(), clock.now())
    return _done(who, N_("所有设备都已退出。"))


@bp.post(f"{OF_ONE}/password")
@allow(*ADMINISTRATORS, fresh=True)
def renew_password(person_id: int) -> ResponseReturnValue:
    """Give somebody a new password, shown once; every sign-in of theirs ends."""
    staff = staff_of(person_id)
    with transaction():
        password = services.new_password(staff, sites_administered(), clock.now())
    return show_password(staff.login, password)


@bp.post(f"{OF_ONE}/code")
@allow(*ADMINISTRATORS, fresh=True)
def forget_code(person_id: int) -> ResponseReturnValue:
    """Forget the codes of somebody whose phone is lost; the next sign-in sets others up."""
    staff = staff_of(person_id)
    with transaction():
        services.forget_code(staff, sites_administered(), clock.now())
    return _done(staff, N_("动态验证码重置了，下次登录时重新设置。"))


def _person(one: Worker, form: GrantForm | None = None, status: int = 200) -> ResponseReturnValue:
    kind, who = one.kind, one.who
    roles = given(OF_STAFF if kind == queries.STAFF else OF_MEMBERS)
    return answer(
        "people/person.html",
        lambda: worker_json(one),
        status=status,
        one=one,
        kind=kind,
        who=who,
        signing_in=one.reach is Reach.WHOLE,
        form=form or GrantForm(),
        whole=sites_administered() is None,
        roles=roles,
        placed=[role for role in roles if role in AT_SITES],
        sites=queries.sites_of(sites_administered()),
        site_names=queries.site_names(),
        troupe_names=troupe_names(),
        units=queries.unit_names() if kind == queries.MEMBER else [],
        sign_ins=queries.sign_in_count(who),
        second_factor=queries.has_second_factor(who),
    )


def _done(who: Staff | Member, said: str) -> ResponseReturnValue:
    """Answer an act: back to the person's page with a word that it is done, or their state as JSON.

    Who works at the own sites no more has no page for the administrator of a site.
    """
    one = queries.worker(who, sites_administered())
    if wants_json():
        return worker_json(one)
    flash(gettext(said))
    if not one.reach:
        return redirect(url_for("people.home"), 303)
    return redirect(url_for("people.person", kind=one.kind, person_id=who.id), 303)
