"""个人信息: the texts people agree to, how long things are kept, and erasing who asks at the counter."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.consents import queries as consents
from palace.consents import services as consent
from palace.consents.rules import NAMES, Purpose
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.phones import PhoneForm
from palace.members.queries import members_on
from palace.members.rules import Role, mask_name
from palace.privacy import queries, services
from palace.privacy.forms import DaysForm, ErasureForm, TextForm
from palace.privacy.views.base import bp
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

ONE = "/staff/people/member/<id:person_id>/erase"


@bp.get("/staff/privacy")
@allow(Role.ADMIN)
def staff() -> ResponseReturnValue:
    """Show the texts that hold, how long things are kept, and how many were erased."""
    return _page()


@bp.post("/staff/privacy/texts")
@allow(Role.ADMIN, fresh=True)
@reads(TextForm)
def publish() -> ResponseReturnValue:
    """Publish a new version of a text; members are asked for it the next time."""
    form = TextForm()
    try:
        checked(form)
        with transaction():
            consent.publish(
                Purpose(form.purpose.data or ""),
                form.words,
                after=form.after.data or 1,
                actor=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        return _again(refusal, form.body_zh, text=form)
    return _done(gettext("新的一版发布了，会员下次来时会看到。"))


@bp.post("/staff/privacy/days")
@allow(Role.ADMIN, fresh=True)
@reads(DaysForm)
def set_days() -> ResponseReturnValue:
    """Say how long things are kept."""
    form = DaysForm()
    try:
        checked(form)
    except PalaceError as refusal:
        return _again(refusal, form.entrant_keep_days, days=form)
    with transaction():
        services.set_days(form.days)
    return _done(gettext("保存天数改好了，到期的一小时内开始删。"))


@bp.post("/staff/privacy/find")
@allow(Role.ADMIN)
@reads(PhoneForm)
def find() -> ResponseReturnValue:
    """Show the members of a phone number, to erase the one who asks."""
    form = PhoneForm()
    try:
        checked(form)
    except PalaceError as refusal:
        return _again(refusal, form.phone, find=form)
    found = members_on(form.number)
    if wants_json():
        return {"members": [{"id": one.id, "name": mask_name(one.name)} for one in found]}
    return _page(find=form, found=found)


def _again(refusal: PalaceError, first: Any, **shown: Any) -> ResponseReturnValue:
    """Show a refused form as it was filled in; programs get the refusal."""
    if wants_json():
        raise refusal
    if "fields" not in refusal.values:
        first.errors = [refusal_words(refusal)]
    return _page(refusal.status, **shown)


def _page(status: int = 200, **shown: Any) -> ResponseReturnValue:
    rules, now = house_rules(), clock.now()
    texts = [consents.current(purpose, now) for purpose in Purpose]
    days = shown.get("days") or DaysForm(
        formdata=None, **{name: getattr(rules, name) for name in DaysForm(formdata=None).days}
    )
    erased = queries.erased_count()
    return answer(
        "privacy/staff.html",
        lambda: {
            "texts": [{"purpose": one.purpose, "version": one.version} for one in texts],
            "days": {name: getattr(rules, name) for name in days.days},
            "erased": erased,
        },
        status=status,
        texts=texts,
        typed=shown.get("text"),
        names=NAMES,
        days=days,
        erased=erased,
        find=shown.get("find") or PhoneForm(formdata=None),
        found=shown.get("found"),
    )


def _done(said: str) -> ResponseReturnValue:
    if wants_json():
        return _page()
    flash(said)
    return redirect(url_for("privacy.staff"), 303)


@bp.get(ONE)
@allow(Role.ADMIN)
def ask_erase_person(person_id: int) -> ResponseReturnValue:
    """Say what erasing somebody does, and what has to be settled before."""
    return _person(person_id)


def _person(
    person_id: int, form: ErasureForm | None = None, status: int = 200
) -> ResponseReturnValue:
    member = queries.get_member(person_id)
    ahead = queries.ahead(person_id, clock.now())
    return answer(
        "privacy/person.html",
        lambda: {
            "tickets": len(ahead.tickets),
            "orders": len(ahead.orders),
            "reservations": len(ahead.dates),
            "classes": len(ahead.classes),
            "teaching": len(ahead.teaching),
        },
        status=status,
        member=member,
        ahead=ahead,
        form=form or ErasureForm(formdata=None),
    )


@bp.post(ONE)
@allow(Role.ADMIN, fresh=True)
@reads(ErasureForm)
def erase_person(person_id: int) -> ResponseReturnValue:
    """Erase somebody who asks at the counter; the reason is in the audit."""
    form = ErasureForm()
    queries.get_member(person_id)
    try:
        checked(form)
        with transaction():
            services.erase(
                person_id, clock.now(), asked_by=current_user.actor, why=form.why.data or ""
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        if "fields" not in refusal.values:
            form.why.errors = [refusal_words(refusal)]
        return _person(person_id, form, refusal.status)
    services.keep_ledger(current_app.extensions["palace"])
    return _done(gettext("已经注销。留下的订单和入场记录不再写着是谁。"))
