"""Signing in and out: members by phone and code; and what every sign-in does to the browser."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import AnonymousUserMixin, LoginManager, current_user, login_user, logout_user
from werkzeug.datastructures import MultiDict

from palace import clock
from palace.db import transaction
from palace.errors import BadInput, PalaceError, TooManyTries
from palace.forms import Form, sent_fields
from palace.members import queries, services
from palace.members.errors import CodeGone, CodesAway, FactNeeded, WrongCode
from palace.members.forms import CodeForm, PersonForm
from palace.members.models import Challenge, SignIn
from palace.members.phones import PhoneForm
from palace.members.rules import CODE_TRIES, Role, SignedIn, SignedInStaff
from palace.throttle import client_address, limiter
from palace.web import allow, public, reads, refusal_words, same_site_path, wants_json

HOME = "/"
JOINING = "/join/"  # who comes from a poster says their name later
LONGEST_NEXT = 500
PAGE_ONLY = frozenset({"demo", "joining"})
WIPE = '"cache", "storage"'

bp = Blueprint("members", __name__)
flask_login = LoginManager()
flask_login.session_protection = None


class Anonymous(AnonymousUserMixin):
    """Somebody who is not signed in."""

    roles: frozenset[Role] = frozenset()
    member = staff = acts_for = None


flask_login.anonymous_user = Anonymous


@flask_login.user_loader
def load_sign_in(token: str) -> SignedIn | None:
    """Return who a browser's token signs in while that lasts."""
    return queries.find_sign_in(token, services.token_hash(token))


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@reads(PhoneForm, query=["next", "choose"])
@limiter.limit("60 per minute; 300 per hour", methods=["POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for a phone number and send it a code; `choose` is for who finds somebody else signed in."""
    keep_next()
    choose = "1" if "choose" in request.args else None
    is_known = current_user.is_authenticated and current_user.member
    if is_known and not choose and request.method == "GET":
        return redirect(cookie.pop("next", HOME), 303)
    if not services.code_office["codes"].may_send():
        raise CodesAway
    form = PhoneForm()
    if not form.validate_on_submit():
        return show("members/sign_in.html", form)
    browser = cookie.setdefault("browser", services.new_browser())
    try:
        with transaction():
            challenge = services.ask_code(form.number, browser=browser, address=client_address())
    except PalaceError as error:
        again = isinstance(error, TooManyTries) and not wants_json()
        sent = _sent_before(form.number, browser) if again else None
        if sent is None:
            return show_again("members/sign_in.html", form, error)
        flash(gettext("验证码刚才发过了，请填收到的那一条。"))
        challenge = sent
    cookie["asked"] = challenge.id
    address = url_for("members.code", next=cookie.get("next"), choose=choose)
    return onward(address, phone_end=challenge.phone[-4:])


def _sent_before(number: str, browser: str) -> Challenge | None:
    """Return the code this browser asked for before, if it was for `number` and can still be entered."""
    sent = services.asked_challenge(cookie.get("asked"), browser)
    if sent is None or sent.phone != number or sent.passed_at is not None:
        return None
    return sent if sent.expires_at > clock.now() and sent.tries < CODE_TRIES else None


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
@reads(CodeForm, query=["choose"])
@limiter.limit("60 per minute; 600 per hour", methods=["POST"])
def code() -> ResponseReturnValue:
    """Take the code; on to the one person of this number, or to the choice."""
    challenge = services.asked_challenge(cookie.get("asked"), cookie.get("browser", ""))
    if challenge is None:
        return _start_again()
    form = CodeForm(choose="choose" in request.args)
    context = {
        "phone_end": challenge.phone[-4:],
        "demo": current_app.extensions["palace"].demo,
        "joining": cookie.get("next", "").startswith(JOINING),
        "scarce": services.is_scarce(clock.now()),
    }
    if not form.validate_on_submit():
        return show("members/code.html", form, **context)
    try:
        return _try_code(challenge, form)
    except (WrongCode, CodeGone) as error:
        return show_again("members/code.html", form, error, **context)


def _try_code(asked: Challenge, form: CodeForm) -> ResponseReturnValue:
    """Try a code; the try is committed also when it is wrong, the refusal comes after."""
    entered, browser = None, ""
    with transaction():
        guess = services.try_code(asked, form.code.data or "")
        if guess.challenge:
            entered = services.sign_in_only_person(guess.challenge, asks_who=form.choose.data)
            if entered is None and cookie.get("next", "").startswith(JOINING):
                entered = services.join_unnamed(guess.challenge)
            browser = "" if entered else services.hand_over(guess.challenge)
    if guess.challenge is None:
        raise WrongCode(left=guess.left) if guess.left else CodeGone()
    if entered:
        return enter(entered)
    cookie["asked"], cookie["browser"] = guess.challenge.id, browser
    return onward(url_for("members.choose"))


@bp.route("/sign-in/choose", methods=["GET", "POST"])
@public
@reads(PersonForm)
@limiter.limit("30 per minute", methods=["POST"])
def choose() -> ResponseReturnValue:
    """Ask who of a household is signing in, or the name of somebody new."""
    try:
        challenge = services.passed_challenge(cookie.get("asked"), cookie.get("browser", ""))
    except CodeGone:
        return _start_again()
    form = PersonForm()
    if not form.validate_on_submit():
        return show("members/choose.html", form, people=_people_on(challenge))
    if form.fact.data and not form.is_new:
        _count_fact()
    try:
        with transaction():
            if form.is_new:
                entered = services.join(challenge, form.name.data or "")
            else:
                entered = services.choose_person(
                    challenge, form.person.data or "", form.fact.data or ""
                )
    except FactNeeded as error:
        if wants_json():
            raise
        form.fact.errors = [refusal_words(error)]
        page = render_template("members/choose.html", form=form, people=_people_on(challenge))
        return page, error.status
    return enter(entered)


def _fact_key() -> str:
    return f"fact:{(sent_fields() or MultiDict()).get('person', '')}"


@limiter.shared_limit("5 per day", scope="facts", key_func=_fact_key)
def _count_fact() -> None:
    """Count what is tried to be somebody whose number was idle: four digits can be guessed."""


def _people_on(challenge: Challenge) -> list[dict[str, Any]]:
    people = services.people_on(challenge.phone, clock.now())
    return [{"id": one.id, "words": one.words, "fact": one.fact} for one in people]


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign this browser out."""
    return leave(HOME)


@bp.post("/sign-out-everywhere")
@allow(Role.MEMBER)
def sign_out_everywhere() -> ResponseReturnValue:
    """Sign the member out of every browser."""
    with transaction():
        services.sign_out_everywhere(queries.current_member(), clock.now())
    answered = leave(HOME)
    flash(gettext("所有设备都已退出。"))
    return answered


def keep_next() -> None:
    """Remember where the person wanted to go; the cookie has no room for long addresses."""
    target = request.values.get("next", "")
    if target or request.method == "GET":
        cookie.pop("next", None)
    if target and len(target) <= LONGEST_NEXT:
        cookie["next"] = same_site_path(target, HOME)


def show(template: str, form: Form, **context: Any) -> ResponseReturnValue:
    """Show a form, or what is wrong with it; JSON clients get the sentences alone."""
    if not form.is_submitted() and wants_json():
        return {name: value for name, value in context.items() if name not in PAGE_ONLY}
    if wants_json():
        raise BadInput(fields={name: str(sentences[0]) for name, sentences in form.errors.items()})
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200


def show_again(
    template: str, form: Form, error: PalaceError, **context: Any
) -> ResponseReturnValue:
    """Show a form again with the sentence of a refusal at its first field."""
    if wants_json():
        raise error
    first = next(iter(form))
    first.errors = [*first.errors, refusal_words(error)]
    return render_template(template, form=form, **context), error.status


def _start_again() -> ResponseReturnValue:
    """Send somebody without a code back to the phone number."""
    if request.method == "POST" or wants_json():
        raise CodeGone
    return redirect(url_for("members.sign_in"), 303)


def onward(address: str, **body: Any) -> ResponseReturnValue:
    if wants_json():
        return {"next": address, **body}
    return redirect(address, 303)


def enter(entered: SignIn, default: str = HOME, **body: Any) -> ResponseReturnValue:
    """Give the browser its sign-in; nothing it brought along stays, so nothing planted can."""
    address, was_somebody = cookie.get("next", default), "_user_id" in cookie
    _end_sign_in()
    cookie.permanent = True
    who = entered.staff
    staff = SignedInStaff(id=who.id, name=who.name) if who else None
    login_user(SignedIn(id=entered.id, token=entered.token, staff=staff))
    answered = onward(address, **body)
    return _forgetful(answered) if was_somebody else answered


def leave(address: str) -> ResponseReturnValue:
    """End the browser's sign-in, and have it forget the pages and tickets it kept."""
    _end_sign_in()
    return _forgetful(onward(address))


def _end_sign_in() -> None:
    if current_user.is_authenticated:
        with transaction():
            services.end_sign_in(current_user, clock.now())
    logout_user()
    cookie.clear()


def _forgetful(answered: ResponseReturnValue) -> Response:
    """Have the browser forget what it kept of whoever was signed in; its cookies stay."""
    response = make_response(answered)
    response.headers["Clear-Site-Data"] = WIPE
    return response
