"""One-time codes: derived from a challenge and a key whenever they are needed, stored nowhere."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, update

from palace import clock
from palace.db import db
from palace.errors import TooManyTries
from palace.members import queries, rules
from palace.members.errors import CodeGone, CodesAway, CodesSpent
from palace.members.models import Challenge
from palace.members.rules import CODE_DIGITS, CODE_LIFE, CODE_TRIES, DAY, HOUR, CodeBudget
from palace.security import digest, keys

CODES_LOCK = 7_215_002
SUBJECT = "challenge:"

log = logging.getLogger("palace")


@dataclass(frozen=True)
class CodeOffice:
    """What members ask of the parts above them: whether codes can be sent, to send one, how many."""

    may_send: Callable[[], bool]
    owe: Callable[[Challenge, datetime], None]
    budget: Callable[[], CodeBudget]


code_office: dict[str, CodeOffice] = {}
"""The one office, under "codes"; wired in palace/wiring.py."""


@dataclass(frozen=True)
class Guess:
    """A code that was tried: the challenge it passed, or None and how many tries are left."""

    challenge: Challenge | None
    left: int


def ask_code(phone: str, *, browser: str, address: str) -> Challenge:
    """Owe a phone number a code that this browser alone can use for ten minutes.

    Known and unknown numbers go the same way; once the day's codes for unknown numbers are spent,
    theirs is not sent, without a word that would tell which number is known.

    Raises:
        CodesAway: nothing here can send a code.
        TooManyTries: the number's or the address's budget is spent; older codes stay valid.
        CodesSpent: the palace's budget of the day is.
    """
    office = code_office["codes"]
    if not office.may_send():
        raise CodesAway
    # Budgets are counts of rows: only one may count and add at a time, whatever the number.
    db.session.execute(select(func.pg_advisory_xact_lock(CODES_LOCK)))
    now, budget, address_hash = clock.now(), office.budget(), digest(f"address:{address}")
    _check_budgets(phone, address_hash, budget, now)
    known, today = queries.is_known(phone), queries.asked_today(now)
    if budget.sent(today.known, today.unknown) >= budget.per_day:
        log.warning("sign-in codes of the day are spent")
        raise CodesSpent
    challenge = Challenge(
        browser_hash=browser_hash(browser),
        address_hash=address_hash,
        phone=phone,
        known=known,
        created_at=now,
        expires_at=now + CODE_LIFE,
    )
    db.session.add(challenge)
    db.session.flush()
    if known or today.unknown < budget.for_unknown:
        office.owe(challenge, now)
    return challenge


def _check_budgets(phone: str, address_hash: bytes, budget: CodeBudget, now: datetime) -> None:
    asked = queries.asked_by_phone(phone, now - DAY, budget.per_phone_day)
    wait = rules.wait_for_code(asked, budget, now)
    nth = queries.nth_asked_from(address_hash, budget.per_address_hour, now)
    if nth is not None:
        wait = max(wait, nth + HOUR - now)
    if wait:
        raise TooManyTries(minutes=rules.whole_minutes(wait))


def is_scarce(now: datetime) -> bool:
    """Return whether codes go to known numbers only for the rest of the day; told to everybody alike."""
    return queries.asked_today(now).unknown >= code_office["codes"].budget().for_unknown


def asked_challenge(challenge_id: int | None, browser: str) -> Challenge | None:
    """Return the challenge this browser asked for, or None."""
    return queries.find_challenge(challenge_id, browser_hash(browser))


def try_code(asked: Challenge, typed: str) -> Guess:
    """Count a try against every code this browser may still use for its number, and say whether one fits.

    The count must be committed also when the code is wrong, so this does not raise then.

    Raises:
        CodeGone: there is no code left to try.
    """
    now = clock.now()
    open_ids = queries.open_challenges(asked, now)
    counted = (
        update(Challenge)
        .where(Challenge.id.in_(open_ids), Challenge.tries < CODE_TRIES)
        .values(tries=Challenge.tries + 1)
        .returning(Challenge)
        .execution_options(populate_existing=True)
    )
    tried = (
        sorted(db.session.scalars(counted), key=lambda challenge: challenge.id) if open_ids else []
    )
    if not tried:
        raise CodeGone
    fits = [challenge for challenge in tried if hmac.compare_digest(derived(challenge), typed)]
    left = max(CODE_TRIES - challenge.tries for challenge in tried)
    if not fits:
        return Guess(None, left)
    fits[0].passed_at, fits[0].expires_at = now, now + CODE_LIFE
    db.session.flush()
    return Guess(fits[0], left)


def hand_over(challenge: Challenge) -> str:
    """Bind a passed challenge to a new browser id and return it: a planted cookie is worth nothing."""
    browser = new_browser()
    challenge.browser_hash = browser_hash(browser)
    db.session.flush()
    return browser


def passed_challenge(challenge_id: int | None, browser: str) -> Challenge:
    """Return the challenge this browser has passed and not yet signed in with.

    Raises:
        CodeGone: there is none, or it took too long.
    """
    challenge = queries.find_challenge(challenge_id, browser_hash(browser))
    if challenge is None or challenge.passed_at is None or challenge.expires_at <= clock.now():
        raise CodeGone
    return challenge


def use_up(challenge: Challenge, now: datetime) -> None:
    """Use a passed challenge for the one sign-in it is good for.

    Raises:
        CodeGone: it was used in the meantime.
    """
    used = (
        update(Challenge)
        .where(
            Challenge.id == challenge.id,
            Challenge.passed_at.is_not(None),
            Challenge.expires_at > now,
        )
        .values(expires_at=Challenge.passed_at)  # before the clock of whoever waits for this row
        .returning(Challenge.id)
    )
    if db.session.execute(used).first() is None:
        raise CodeGone


def derived(challenge: Challenge) -> str:
    """Return the six digits of a challenge."""
    asked_at = challenge.created_at.astimezone(UTC).isoformat()
    mac = (
        keys().at("code", challenge.created_at).mac(f"{challenge.id}:{challenge.phone}:{asked_at}")
    )
    return f"{int.from_bytes(mac[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def code_of(subject: str) -> str:
    """Return the code a notice about "challenge:5" is to say; empty if the challenge is gone."""
    challenge = db.session.get(Challenge, int(subject.removeprefix(SUBJECT)))
    return derived(challenge) if challenge else ""


def new_browser() -> str:
    """Return a random id for a browser that asks for a code."""
    return secrets.token_urlsafe(16)


def browser_hash(browser: str) -> bytes:
    """Return what stands for a browser in the table."""
    return digest(f"browser:{browser}")
