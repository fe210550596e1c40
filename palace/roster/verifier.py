"""Asks another office whether somebody is a member: the interface, and one way over HTTP.

The wire format is in docs/roster.md. Both sides sign with one secret; the answer's signature covers
the question's nonce, so that an old answer fits no new question.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

TIMEOUT = 5.0
LARGEST_ANSWER = 16 * 1024
PIECE = 4096
OK = 200


class Vouched(StrEnum):
    """What the office knows of somebody."""

    VALID = "valid"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """What the office says; unit and card are empty for somebody it does not know."""

    standing: Vouched
    unit_code: str = ""
    card_number: str = ""
    valid_until: date | None = None


class Verifier(Protocol):
    """Whoever can say who is a member."""

    def check(self, card_number: str, name: str, phone: str) -> Verdict:
        """Ask about somebody; never inside a transaction.

        Raises:
            VerifierAway: no answer, or one that cannot be trusted.
        """


class VerifierAway(RuntimeError):
    """The office does not answer, or not as it should; the word says which, without personal data."""


@dataclass(frozen=True, repr=False)
class SignedPost:
    """The example: a signed POST to one address, answered by signed JSON."""

    url: str
    secret: str
    timeout: float = TIMEOUT

    def check(self, card_number: str, name: str, phone: str) -> Verdict:
        """Ask about somebody.

        Raises:
            VerifierAway: it is down, slow, refuses, or its answer is no answer to this question.
        """
        body = json.dumps({"card_number": card_number, "name": name, "phone": phone}).encode()
        nonce, at = secrets.token_hex(16), str(int(time.time()))
        signature = sign(self.secret, at.encode(), nonce.encode(), body)
        headers = {
            "Content-Type": "application/json",
            "X-Palace-Timestamp": at,
            "X-Palace-Nonce": nonce,
            "X-Palace-Signature": signature,
        }
        try:
            status, signed, answered = self._post(body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise VerifierAway(type(error).__name__) from None
        if status != OK:
            raise VerifierAway(f"status {status}")
        right = sign(self.secret, nonce.encode(), answered)
        if not hmac.compare_digest(right.encode(), signed.encode()):
            raise VerifierAway("signature")
        return _verdict(answered)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
        """Return status, signature and body; the whole of it within the timeout."""
        until = time.monotonic() + self.timeout
        parts = urlsplit(self.url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        line = kind(parts.hostname or "", parts.port, timeout=self.timeout)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.request("POST", path, body, dict(headers))
            answer, read = line.getresponse(), b""
            while piece := answer.read1(PIECE):
                read += piece
                if len(read) > LARGEST_ANSWER or time.monotonic() > until:
                    raise VerifierAway("too long")
            return answer.status, answer.headers.get("X-Palace-Signature", ""), read
        finally:
            line.close()


def sign(secret: str, *parts: bytes) -> str:
    """Return the HMAC-SHA256 of parts with a line feed between them, as hexadecimal digits."""
    return hmac.new(secret.encode(), b"\n".join(parts), hashlib.sha256).hexdigest()


def _verdict(answered: bytes) -> Verdict:
    """Read an answer that is signed; what it says may still be nonsense."""
    try:
        found = json.loads(answered)
        until = found.get("valid_until")
        verdict = Verdict(
            standing=Vouched(found["standing"]),
            unit_code=_text(found.get("unit", "")),
            card_number=_text(found.get("card_number", "")),
            valid_until=date.fromisoformat(until) if until else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise VerifierAway("answer") from None
    if verdict.standing is Vouched.VALID and not (verdict.unit_code and verdict.card_number):
        raise VerifierAway("answer")
    return verdict


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError
    return value
