"""Staff sign in by login and password, and where their post asks for it by a code of the half minute."""

from __future__ import annotations

import segno
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from palace import clock
from palace.db import transaction
from palace.members import queries, services
from palace.members.errors import PasswordGone, WrongPassword, WrongSecondCode
from palace.members.forms import SecondForm, StaffForm
from palace.members.models import Staff
from palace.members.posts import first_pages
from palace.members.views.signing_in import enter, keep_next, leave, onward, show, show_again
from palace.throttle import by_address_and, limiter
from palace.web import public, reads, wants_json

bp = Blueprint("staff", __name__, url_prefix="/staff")


def passed_key() -> str:
    """Return the key that stands for whose code is being tried, wherever the tries come from."""
    kept = cookie.get("passed") or {}
    return f"second:{kept.get('staff', 0)}"


@bp.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@public
@reads(StaffForm, query=["next"])
@limiter.limit("100 per hour", methods=["POST"])
@limiter.limit("10 per 15 minutes", methods=["POST"], key_func=lambda: by_address_and("login"))
def sign_in() -> ResponseReturnValue:
    """Sign staff in by login and password; those whose post asks for a code go on to it."""
    keep_next()
    form = StaffForm()
    if not form.validate_on_submit():
        return show("members/staff_sign_in.html", form)
    with transaction():
        staff = services.check_password(form.login.data or "", form.password.data or "")
        need = services.need_of(staff) if staff else None
        ready = staff is not None and need is not None and not (need.code or need.enrolment)
        entered = services.open_sign_in(staff, clock.now()) if staff and ready else None
    if staff is None or need is None:
        return show_again("members/staff_sign_in.html", form, WrongPassword())
    if entered:
        return enter(entered, _first_page(staff))
    cookie["passed"] = services.passed(staff, clock.now())
    return onward(url_for("staff.code" if need.code else "staff.enrol"))


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
@reads(SecondForm)
@limiter.limit("100 per hour", methods=["POST"])
@limiter.limit("10 per 15 minutes", methods=["POST"], key_func=passed_key)
def code() -> ResponseReturnValue:
    """Take the code of the half minute, or a recovery code, from somebody whose password fitted."""
    staff = services.who_passed(cookie.get("passed"))
    if staff is None or not services.need_of(staff).code:
        return _start_again()
    form = SecondForm()
    demo_code = demo_code_of(staff)
    if not form.validate_on_submit():
        return show("members/staff_code.html", form, demo=demo_code)
    with transaction():
        fits = services.try_second(staff, form.code.data or "")
        entered = services.open_sign_in(staff, clock.now()) if fits else None
    if entered is None:
        return show_again("members/staff_code.html", form, WrongSecondCode(), demo=demo_code)
    return enter(entered, _first_page(staff))


@bp.route("/sign-in/enrol", methods=["GET", "POST"])
@public
@reads(SecondForm)
@limiter.limit("100 per hour", methods=["POST"])
@limiter.limit("10 per 15 minutes", methods=["POST"], key_func=passed_key)
def enrol() -> ResponseReturnValue:
    """Set up the codes of somebody whose post asks for them; the recovery codes are shown once."""
    staff = services.who_passed(cookie.get("passed"))
    if staff is None or services.need_of(staff).code:
        return _start_again()
    bound = str(cookie["passed"]["of"])
    secret = services.begun_secret(cookie.get("begun"), staff, bound)
    if secret is None:
        if request.method == "POST":
            return _start_again()
        cookie["begun"] = services.begin(staff, bound)
        secret = services.begun_secret(cookie["begun"], staff, bound) or ""
    form = SecondForm()
    words = enrolment(staff, secret)
    if not form.validate_on_submit():
        return show("members/staff_enrol.html", form, **words)
    with transaction():
        codes = services.confirm(staff, secret, form.code.data or "")
        entered = services.open_sign_in(staff, clock.now()) if codes else None
    if codes is None or entered is None:
        return show_again("members/staff_enrol.html", form, WrongSecondCode(), **words)
    address = cookie.get("next") or _first_page(staff)
    answered = enter(entered, address, recovery_codes=codes)
    if wants_json():
        return answered
    return render_template("members/staff_recovery.html", codes=codes, onward=address)


@bp.post("/sign-out", endpoint="sign_out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign this browser out."""
    return leave(url_for("staff.sign_in"))


def demo_code_of(staff: Staff) -> str | None:
    """Return the code the demonstration shows in the place of a phone; None in a real palace."""
    return services.shown_code(staff) if current_app.extensions["palace"].demo else None


def enrolment(staff: Staff, secret: str) -> dict[str, object]:
    """Return what the enrolment page shows: the QR, the key to type instead, the demonstration's code."""
    address = services.address_of(staff, secret, request.host)
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=5, border=4, omitsize=True)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    demo = services.code_now(secret) if current_app.extensions["palace"].demo else None
    told: dict[str, object] = {"demo": demo, "secret": groups}
    return told if wants_json() else told | {"qr": Markup(drawn)}  # noqa: S704 - segno's drawing of our own text


def _first_page(staff: Staff) -> str:
    """Return where this person's day begins."""
    roles = {post.role for post in queries.posts_of(staff)}
    return url_for((first_pages(roles) or ["staff.home"])[0])


def _start_again() -> ResponseReturnValue:
    """Send somebody whose password was not asked, or too long ago, back to it."""
    if request.method == "POST" or wants_json():
        raise PasswordGone
    return redirect(url_for("staff.sign_in", next=cookie.get("next")), 303)
