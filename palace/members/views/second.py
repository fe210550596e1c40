"""Staff set a second factor up of their own accord, and drop it where none of their posts asks for it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import db, transaction
from palace.errors import NotFound
from palace.members import services
from palace.members.errors import EnrolmentGone, SecondHeld, WrongSecondCode
from palace.members.forms import SecondForm
from palace.members.models import Staff
from palace.members.posts import OF_STAFF
from palace.members.views.signing_in import show, show_again
from palace.members.views.staff import bp, enrolment
from palace.throttle import limiter
from palace.web import allow, reads, wants_json

TEMPLATE = "members/staff_second.html"


@bp.get("/second")
@allow(*OF_STAFF)
def second() -> ResponseReturnValue:
    """Show whether codes are asked of this person, and what they began to set up in this browser.

    Teachers who are members have nothing to set up: they sign in by codes to the phone.
    """
    if current_user.staff is None:
        return redirect(url_for("staff.home"), 303)
    staff = _own()
    return _state(staff) if wants_json() else _page(staff)


@bp.post("/second/begin")
@allow(*OF_STAFF, fresh=True)
def begin_second() -> ResponseReturnValue:
    """Begin to set codes up: a new secret for this browser; one begun before fits nothing any more.

    Raises:
        SecondHeld: they have codes; those are dropped first.
    """
    staff = _own()
    if services.need_of(staff).code:
        raise SecondHeld
    cookie["begun"] = services.begin(staff, _here())
    return _state(staff) if wants_json() else redirect(url_for("staff.second"), 303)


@bp.post("/second")
@allow(*OF_STAFF, fresh=True)
@reads(SecondForm)
@limiter.limit("10 per 15 minutes", key_func=lambda: f"second:{current_user.actor}")
def set_second() -> ResponseReturnValue:
    """Take the first code; the recovery codes are shown once, other browsers are signed out.

    Raises:
        EnrolmentGone: this browser did not begin, or signed in anew since.
    """
    staff, form = _own(), SecondForm()
    secret = _begun(staff)
    if secret is None:
        raise EnrolmentGone
    state, words = _state(staff), _words(staff)
    if not form.validate_on_submit():
        return show(TEMPLATE, form, state=state, **words)
    with transaction():
        codes = services.confirm(staff, secret, form.code.data or "")
        if codes:
            services.end_sign_ins(staff, clock.now(), but=current_user.id)
    if codes is None:
        return show_again(TEMPLATE, form, WrongSecondCode(), state=state, **words)
    cookie.pop("begun")
    if wants_json():
        return {"recovery_codes": codes}
    address = url_for("staff.second")
    return render_template("members/staff_recovery.html", codes=codes, onward=address, own=True)


@bp.post("/second/drop")
@allow(*OF_STAFF, fresh=True)
def drop_second() -> ResponseReturnValue:
    """Sign in by the password alone again; the proof that this asks for is a code."""
    staff = _own()
    with transaction():
        services.drop_second(staff, clock.now(), but=current_user.id)
    if wants_json():
        return _state(staff)
    flash(gettext("动态验证码取消了，登录只要密码。"))
    return redirect(url_for("staff.second"), 303)


def _own() -> Staff:
    """Return the staff who is signed in.

    Raises:
        NotFound: a member, who signs in by codes to the phone.
    """
    if current_user.staff is None:
        raise NotFound
    return db.session.get_one(Staff, current_user.staff.id)


def _page(staff: Staff) -> ResponseReturnValue:
    return render_template(TEMPLATE, form=SecondForm(), state=_state(staff), **_words(staff))


def _begun(staff: Staff) -> str | None:
    """Return the secret this browser is setting up."""
    return services.begun_secret(cookie.get("begun"), staff, _here())


def _here() -> str:
    """Return what stands for this browser's sign-in, also behind a proof, which gives it another token."""
    return f"sign-in {current_user.id}"


def _state(staff: Staff) -> dict[str, object]:
    """Return how somebody signs in: by codes or not, whether they must, and the secret that was begun."""
    has = services.need_of(staff).code
    secret = None if has else _begun(staff)
    return {"set": has, "needed": services.is_needed(staff), "secret": secret}


def _words(staff: Staff) -> dict[str, object]:
    """Return what the page shows of a secret that was begun."""
    secret = _begun(staff)
    return enrolment(staff, secret) if secret else {}
