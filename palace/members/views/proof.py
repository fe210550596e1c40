"""Dangerous acts ask once more who somebody is; what was typed waits meanwhile in the page."""

from __future__ import annotations

from datetime import timedelta

from flask import session as cookie
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from palace import clock
from palace.db import db, transaction
from palace.errors import ProofNeeded, TooManyTries
from palace.forms import sent_fields
from palace.members import services
from palace.members.errors import CodeGone, WrongCode, WrongPassword, WrongSecondCode
from palace.members.models import Staff
from palace.members.posts import Proof
from palace.members.views.staff import demo_code_of
from palace.throttle import client_address, limiter
from palace.web import refusal_words

FIELD = "proof"


def check_proof() -> None:
    """Let a dangerous act pass whose person proved who they are lately, or does so with it.

    Raises:
        ProofNeeded: the act has to be sent again with a proof; a wrong one is in the audit.
    """
    now, minutes = clock.now(), services.proof_rules["house"]().proof_minutes
    if current_user.proven_at > now - timedelta(minutes=minutes):
        return
    typed = (sent_fields() or MultiDict()).get(FIELD, "")
    (_prove_staff if current_user.staff else _prove_member)(typed)
    with transaction():
        token = services.renew_sign_in(current_user, clock.now())
    cookie["_user_id"] = token


@limiter.shared_limit(
    "10 per 15 minutes", scope="proofs", key_func=lambda: f"second:{current_user.actor}"
)
def _count_try() -> None:
    """Count a proof that is tried, as a password's tries are."""


def _prove_staff(typed: str) -> None:
    staff = db.session.get_one(Staff, current_user.staff.id)
    by_code = services.need_of(staff).code
    way = Proof.CODE if by_code else Proof.PASSWORD
    demo = demo_code_of(staff) if by_code else None
    if not typed:
        raise ProofNeeded(way=way, demo=demo)
    _count_try()
    with transaction():
        fits = (
            services.try_second(staff, typed)
            if by_code
            else services.check_password(staff.login, typed) is not None
        )
    if not fits:
        wrong = WrongSecondCode() if by_code else WrongPassword()
        raise ProofNeeded(way=way, demo=demo, wrong=refusal_words(wrong))


def _prove_member(typed: str) -> None:
    """Ask a member with a post for a new one-time code; the first time it is sent."""
    browser = cookie.setdefault("browser", services.new_browser())
    if not typed:
        _send_code(browser)
        raise ProofNeeded(way=Proof.MESSAGE, demo=None)
    asked = services.asked_challenge(cookie.get("asked"), browser)
    if asked is None or asked.phone != current_user.member.phone:
        raise ProofNeeded(way=Proof.MESSAGE, demo=None, wrong=refusal_words(CodeGone()))
    with transaction():
        try:
            guess = services.try_code(asked, typed)
        except CodeGone as gone:
            raise ProofNeeded(way=Proof.MESSAGE, demo=None, wrong=refusal_words(gone)) from None
        if guess.challenge:
            services.use_up(guess.challenge, clock.now())
    if guess.challenge is None:
        wrong = WrongCode(left=guess.left) if guess.left else CodeGone()
        raise ProofNeeded(way=Proof.MESSAGE, demo=None, wrong=refusal_words(wrong))


def _send_code(browser: str) -> None:
    """Send a code to the member's own phone; one that was sent within the minute is still good."""
    phone = current_user.member.phone
    try:
        with transaction():
            asked = services.ask_code(phone, browser=browser, address=client_address())
        cookie["asked"] = asked.id
    except TooManyTries:
        sent = services.asked_challenge(cookie.get("asked"), browser)
        if sent is None or sent.phone != phone or sent.expires_at <= clock.now():
            raise
