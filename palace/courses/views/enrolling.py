"""Taking a place: what it is and costs, by one more tap; and letting somebody in beyond a rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.companions.models import Companion
from palace.companions.queries import companions_of
from palace.companions.rules import Relation
from palace.courses import rules, services
from palace.courses.errors import Failure, MemberUnclear, NotAmongTheirs, RuleFailed
from palace.courses.forms import EnrolForm, ExcuseForm, PersonForm
from palace.courses.models import Enrolment, Offering
from palace.courses.queries import catalogue, facts
from palace.courses.queries.terms import facts_of
from palace.courses.rules import Excuse, Facts, Wish
from palace.courses.services.ending import back_until
from palace.courses.states import Channel
from palace.courses.views.base import bp
from palace.courses.views.told import enrolment_json
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.forms import new_key
from palace.members import queries as members
from palace.members.models import Member
from palace.members.posts import AT_PROGRAMME
from palace.members.queries import current_member
from palace.members.rules import Role, tidy_name
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

WAITABLE = {"full", "kept_in_person", "others_wait"}
"""Rules that waiting is for."""
IN_FORM = {"consent_needed", "age_unknown"}
"""Rules that who confirms can still keep: the form has the field."""


def back_to_class(offering_id: int) -> str:
    """Return the page that a stranger who would enrol goes on to."""
    return url_for("courses.ask", offering_id=offering_id)


@bp.get("/offerings/<id:offering_id>/enrol")
@allow(Role.MEMBER, Role.ACTING)
@reads(PersonForm)
def ask(offering_id: int) -> ResponseReturnValue:
    """Show what would be taken and what it costs, to be confirmed by one tap; or why not."""
    form = PersonForm(request.args)
    person = form.person.data if form.validate() else None
    return _page(offering_id, person)


@bp.post("/offerings/<id:offering_id>/enrol")
@allow(Role.MEMBER, Role.ACTING, back=back_to_class)
@reads(EnrolForm)
def enrol(offering_id: int) -> ResponseReturnValue:
    """Take a place in a class, for oneself or somebody one keeps."""
    form = EnrolForm()
    try:
        checked(form)
        with transaction():
            made = services.enrol(
                _wish(offering_id, form.person.data, form),
                by=current_user.actor,
                key=form.key.data,
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(offering_id, form.person.data, form, refusal)
    if wants_json():
        return enrolment_json(made, clock.now()), 201
    flash(gettext("报上了。") if not made.pay_by else gettext("名额给您留着，请按时交费。"))
    return redirect(url_for("courses.enrolment", code=made.code), 303)


def _wish(offering_id: int, person: int | None, form: EnrolForm | None = None) -> Wish:
    """Return the wish of who is signed in; before staff, somebody is there in person."""
    return Wish(
        offering_id=offering_id,
        member=current_member(),
        companion_id=person,
        channel=Channel.COUNTER if current_user.acts_for else Channel.ONLINE,
        guardian=bool(form and form.guardian.data),
        born_on=form.born_on if form else None,
    )


def _page(
    offering_id: int,
    person: int | None,
    form: EnrolForm | None = None,
    refusal: PalaceError | None = None,
) -> Response:
    """Show the page a place is confirmed on; a person who is not kept is nobody: the member is shown."""
    found, who, now = facts.offering(offering_id), current_member(), clock.now()
    people = [one for one in companions_of(who.id) if one.relation is not Relation.SELF]
    chosen = next((one for one in people if one.id == person), None)
    wish = _wish(found.id, chosen.id if chosen else None)
    known = facts_of(wish)
    failures = rules.failed_rules(wish, known)
    return answer(
        "courses/enrol.html",
        lambda: _json(found, chosen, known, failures),
        status=refusal.status if refusal else 200,
        one=found,
        stub=catalogue.stubs_of([found], now)[0],
        people=people,
        chosen=chosen,
        known=known,
        told=[refusal_words(RuleFailed(one)) for one in failures if one.code not in IN_FORM],
        blocked=any(one.code not in IN_FORM for one in failures),
        may_wait=_may_wait(failures),
        excusable=bool(failures) and all(one.excusable for one in failures),
        form=form or EnrolForm(formdata=None),
        house=catalogue.sites()[found.term.site_id],
        pay_hours=facts.class_rules(found.term.site_id).pay_hours,
        back_until=back_until(found),
        key=new_key(),
        now=now,
        refusal=refusal_words(refusal) if refusal else "",
    )


def _may_wait(failures: Sequence[Failure]) -> bool:
    """Return whether only a place is missing."""
    missing = {one.code for one in failures} - IN_FORM
    return bool(missing) and missing <= WAITABLE


def _json(
    found: Offering, chosen: Companion | None, known: Facts, failures: Sequence[Failure]
) -> dict[str, Any]:
    return {
        "offering": found.id,
        "person": chosen.id if chosen else None,
        "fee": known.fee,
        "material_fee": known.material_fee,
        "free": known.free(Channel.ONLINE),
        "failures": [
            {"code": one.code, "why": refusal_words(RuleFailed(one)), "excusable": one.excusable}
            for one in failures
        ],
    }


@bp.get("/staff/offerings/<id:offering_id>/enrol")
@allow(*AT_PROGRAMME)
def ask_excuse(offering_id: int) -> ResponseReturnValue:
    """Ask whom to let into a class beyond a rule, and why."""
    return _excuse_page(offering_id)


@bp.post("/staff/offerings/<id:offering_id>/enrol")
@allow(*AT_PROGRAMME)
@reads(ExcuseForm)
def excuse(offering_id: int) -> ResponseReturnValue:
    """Give somebody who asked a place beyond a rule, with a reason; a full class stays full."""
    form = ExcuseForm()
    try:
        checked(form)
        found = facts.staff_offering(offering_id, current_user.sites(*AT_PROGRAMME))
        with transaction():
            made = _excused(found, form)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        form.key.data = new_key()
        return _excuse_page(offering_id, form, refusal)
    if wants_json():
        return enrolment_json(made, clock.now()), 201
    flash(gettext("给%(name)s报上了，也告诉本人了。", name=made.member.name))
    return redirect(url_for("courses.offering", offering_id=offering_id), 303)


def _excused(found: Offering, form: ExcuseForm) -> Enrolment:
    member = _member_on(form.number, tidy_name(form.name.data or ""))
    acts_for = current_user.acts_for
    asks = current_user.actor if acts_for and acts_for.id == member.id else f"member:{member.id}"
    wish = Wish(
        offering_id=found.id,
        member=member,
        companion_id=_companion_of(member, tidy_name(form.child.data or "")),
        guardian=form.guardian.data,
        channel=Channel.COUNTER,
        excused=Excuse(by=current_user.actor, why=form.why.data or ""),
    )
    return services.enrol(wish, by=asks, key=form.key.data)


def _member_on(phone: str, name: str) -> Member:
    """Return the one member of a number, or the one of this name.

    Raises:
        MemberUnclear: there is none, or several.
    """
    found = [one for one in members.members_on(phone) if name in ("", one.name)]
    if len(found) != 1:
        raise MemberUnclear
    return found[0]


def _companion_of(member: Member, name: str) -> int | None:
    """Return the one a member keeps by this name; no name: themselves.

    Raises:
        NotAmongTheirs: there is none, or several.
    """
    if not name:
        return None
    found = [one.id for one in companions_of(member.id) if one.name == name]
    if len(found) != 1:
        raise NotAmongTheirs
    return found[0]


def _excuse_page(
    offering_id: int, form: ExcuseForm | None = None, refusal: PalaceError | None = None
) -> Response:
    found = facts.staff_offering(offering_id, current_user.sites(*AT_PROGRAMME))
    stub = catalogue.stubs_of([found], clock.now())[0]
    return answer(
        "courses/excuse.html",
        lambda: {"offering": found.id, "left": stub.free(Channel.COUNTER)},
        status=refusal.status if refusal else 200,
        one=found,
        stub=stub,
        form=form or ExcuseForm(key=new_key()),
        refusal=refusal_words(refusal) if refusal else "",
    )
