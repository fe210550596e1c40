"""Message ids: Chinese source strings, marked here and translated where people read them; codes of things."""

import re
from collections.abc import Iterable

LONGEST_CODE = 16


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate yet"
    """Mark a message id for the catalogue and return it unchanged."""
    return message


def slug(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return a code made from an English name, or `otherwise` where it has no letters; unlike those known."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_CODE].strip("-")
    words, taken = words or otherwise, set(known)
    if words not in taken:
        return words
    return next(code for n in range(2, len(taken) + 3) if (code := f"{words}-{n}") not in taken)
