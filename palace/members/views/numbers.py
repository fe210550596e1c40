"""换手机号: a member moves to another number by two codes; the desk sets one after seeing a document."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.db import db, transaction
from palace.errors import PalaceError
from palace.forms import Form
from palace.members import services
from palace.members.errors import CodeGone, SameNumber, WrongCode
from palace.members.forms import DeskFindForm, DeskNumberForm, MoveForm
from palace.members.models import Challenge, Member
from palace.members.phones import PhoneForm
from palace.members.posts import AT_COUNTERS
from palace.members.queries import current_member
from palace.members.rules import Role, mask_name
from palace.members.views.signing_in import onward
from palace.throttle import client_address, limiter
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

bp = Blueprint("numbers", __name__)


@bp.get("/mine/phone")
@allow(Role.MEMBER)
def mine() -> ResponseReturnValue:
    """Show how a member gets another number."""
    return _mine()


@bp.post("/mine/phone")
@allow(Role.MEMBER, fresh=True)
@reads(PhoneForm)
@limiter.limit("20 per hour")
def ask() -> ResponseReturnValue:
    """Send a code to the new number, whoever else has it; the old one is proven before."""
    form, browser = PhoneForm(), cookie.setdefault("browser", services.new_browser())
    try:
        checked(form)
        if form.number == current_member().phone:
            raise SameNumber
        with transaction():
            sent = services.ask_code(form.number, browser=browser, address=client_address())
    except PalaceError as refusal:
        return _again(refusal, form, _mine)
    cookie["moving"] = sent.id
    return onward(url_for("numbers.code"), phone_end=sent.phone[-4:])


@bp.get("/mine/phone/code")
@allow(Role.MEMBER)
def code() -> ResponseReturnValue:
    """Ask for the code that went to the new number."""
    return _code()


@bp.post("/mine/phone/code")
@allow(Role.MEMBER, fresh=True)
@reads(MoveForm)
@limiter.limit("60 per hour")
def move() -> ResponseReturnValue:
    """Take the code; the number is the member's, and other browsers sign in anew."""
    form, asked = MoveForm(), _asked()
    try:
        checked(form)
        if asked is None:
            raise CodeGone
        _move(asked, form.code.data or "")
    except PalaceError as refusal:
        return _again(refusal, form, _code)
    cookie.pop("moving", None)
    if not wants_json():
        flash(gettext("手机号换好了，以后用新号码登录。票和日历都还在。"))
    return onward(url_for("mine.home"))


def _move(asked: Challenge, typed: str) -> None:
    """Try a code; the try is committed also when it is wrong, the refusal comes after."""
    with transaction():
        guess = services.try_code(asked, typed)
        if guess.challenge:
            services.move_number(current_member().id, guess.challenge, sign_in=current_user.id)
    if guess.challenge is None:
        raise WrongCode(left=guess.left) if guess.left else CodeGone()


def _asked() -> Challenge | None:
    return services.asked_challenge(cookie.get("moving"), cookie.get("browser", ""))


def _mine(form: Form | None = None, status: int = 200) -> Response:
    phone = current_member().phone or ""
    return answer(
        "members/number.html",
        {"phone_end": phone[-4:]},
        status=status,
        form=form or PhoneForm(formdata=None),
        end=phone[-4:],
    )


def _code(form: Form | None = None, status: int = 200) -> Response:
    asked = _asked()
    end = asked.phone[-4:] if asked else ""
    return answer(
        "members/number_code.html",
        {"phone_end": end},
        status=status,
        form=form or MoveForm(formdata=None),
        end=end,
    )


def _again(refusal: PalaceError, form: Form, page: Any) -> ResponseReturnValue:
    """Show a form again with the sentence of a refusal at its first field."""
    if wants_json():
        raise refusal
    db.session.rollback()
    first = next(iter(form))
    first.errors = first.errors or ([] if form.errors else [refusal_words(refusal)])
    answered: ResponseReturnValue = page(form, refusal.status)
    return answered


@bp.get("/staff/numbers")
@allow(*AT_COUNTERS)
def desk() -> ResponseReturnValue:
    """Show where the desk finds a member to set their number."""
    return _desk()


@bp.post("/staff/numbers")
@allow(*AT_COUNTERS)
@reads(DeskFindForm)
@limiter.limit("200 per hour")
def find() -> ResponseReturnValue:
    """Show members by card or phone number, with names as masked as lists have them."""
    form = DeskFindForm()
    try:
        checked(form)
    except PalaceError as refusal:
        return _again(refusal, form, _desk)
    with transaction():
        found = services.look_up(form.who.data or "")
    return _desk(form, found=found)


@bp.get("/staff/numbers/<id:member_id>")
@allow(*AT_COUNTERS)
def one(member_id: int) -> ResponseReturnValue:
    """Show one member, to set their number."""
    return _one(services.get_member(member_id))


@bp.post("/staff/numbers/<id:member_id>")
@allow(*AT_COUNTERS, fresh=True)
@reads(DeskNumberForm)
def set_number(member_id: int) -> ResponseReturnValue:
    """Set a member's number after their document was seen; its first sign-in still asks what they know.

    An administrator of the palace sets also that of a member who has a post.
    """
    member, form = services.get_member(member_id), DeskNumberForm()
    try:
        checked(form)
        with transaction():
            of_posts = Role.ADMIN in current_user.roles
            services.set_number(member.id, form.number, of_posts=of_posts)
    except PalaceError as refusal:
        return _again(refusal, form, lambda shown, status: _one(member, shown, status))
    if wants_json():
        return _json(services.get_member(member_id))
    flash(
        gettext("号码设好了。第一次登录时，请本人填会员卡号、单位全称加全名，或存过的证件后四位。")
    )
    return redirect(url_for("numbers.one", member_id=member.id), 303)


def _desk(
    form: Form | None = None, status: int = 200, found: list[Member] | None = None
) -> Response:
    people = [_json(member) for member in found or ()]
    return answer(
        "members/numbers.html",
        {"people": people},
        status=status,
        form=form or DeskFindForm(formdata=None),
        people=people,
        searched=found is not None,
    )


def _one(member: Member, form: Form | None = None, status: int = 200) -> Response:
    shown = _json(member)
    return answer(
        "members/number_set.html",
        shown,
        status=status,
        form=form or DeskNumberForm(formdata=None),
        person=shown,
    )


def _json(member: Member) -> dict[str, Any]:
    return {
        "member": member.id,
        "name": mask_name(member.name) if member.name else "",
        "unit": member.unit.name_zh if member.unit else None,
        "phone_end": member.phone[-4:] if member.phone else None,
    }
