"""When a number may be somebody else's by now, and what its member knows besides."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

LONGEST_FACT = 100


def is_idle(proven_at: datetime | None, seen_at: datetime | None, since: datetime) -> bool:
    """Return whether a number may be somebody else's: not proven, nor its member seen, after `since`.

    A number that was never proven may be anybody's, also if its member was seen yesterday.
    """
    return proven_at is None or max(proven_at, seen_at or proven_at) <= since


def plain_fact(typed: str) -> str:
    """Return what somebody knows without what people write differently: width, case, gaps, dashes."""
    plain = unicodedata.normalize("NFKC", typed[:LONGEST_FACT]).upper()
    return "".join(letter for letter in plain if letter.isalnum())


def fact_fits(typed: str, facts: Sequence[str | None]) -> bool:
    """Return whether what was typed is one of the facts a member is known by."""
    plain = plain_fact(typed)
    return bool(plain) and plain in {plain_fact(fact) for fact in facts if fact}
