"""Steps a revision passes, who may decide, and what of a thing is reviewed: plain values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from palace.review.errors import DecidedBefore, OwnRevision
from palace.text import N_

Fields = Mapping[str, Any]


class RevisionState(StrEnum):
    """How a revision stands; one that waits or was sent back is its subject's open one."""

    WAITING = "waiting"
    SENT_BACK = "sent_back"
    PASSED = "passed"
    WITHDRAWN = "withdrawn"


OPEN = (RevisionState.WAITING, RevisionState.SENT_BACK)
STATES = {
    RevisionState.WAITING: N_("等审核"),
    RevisionState.SENT_BACK: N_("退回修改"),
    RevisionState.PASSED: N_("已通过"),
    RevisionState.WITHDRAWN: N_("已撤回"),
}


class FieldKind(StrEnum):
    """How a reviewed field is shown."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    WORD = "word"
    PICTURE = "picture"


@dataclass(frozen=True, kw_only=True)
class Field:
    """A reviewed field of a thing: its name, what people call it, how it is shown."""

    name: str
    words: str
    kind: FieldKind = FieldKind.LINE
    choices: Mapping[Any, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A kind of thing whose fields the public sees only once they were reviewed.

    Attributes:
        words: what people call such a thing, a message id.
        fields: in the order of the page.
        title: the name of its title's field, without the language.
        page: the endpoint of its author's page, and the name of its number there.
        read: returns the fields as the public sees them.
        write: writes passed fields where the public sees them.
        site_of: returns the house it belongs to; None: the whole palace's.
    """

    words: str
    fields: Sequence[Field]
    title: str
    page: tuple[str, str]
    read: Callable[[int], dict[str, Any]]
    write: Callable[[int, Fields, datetime], None]
    site_of: Callable[[int], int | None]


reviewed: dict[str, Reviewed] = {}
"""What is reviewed, by the word before the colon of a subject; wired in palace/wiring.py."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the review, as a revision was sent into it; `another_person` than the steps before."""

    position: int
    name_zh: str
    name_en: str
    another_person: bool = True


def parts_of(subject: str) -> tuple[str, int]:
    """Return what a subject is and its number: "production:5".

    Raises:
        ValueError: it is no subject.
    """
    kind, _, number = subject.partition(":")
    return kind, int(number)


def next_step(steps: Sequence[Step], passed: Collection[int]) -> Step | None:
    """Return the first step that has not been passed; None: all have."""
    return next((step for step in steps if step.position not in passed), None)


def check_may_decide(
    step: Step, who: str, *, authors: Collection[str], deciders: Collection[str]
) -> None:
    """Refuse a decision by an author, or by who decided a step before where another is wanted.

    Raises:
        OwnRevision, DecidedBefore: it is not theirs to decide.
    """
    if who in authors:
        raise OwnRevision
    if step.another_person and who in deciders:
        raise DecidedBefore


def changed_fields(before: Fields, after: Fields) -> list[str]:
    """Return the names of fields that differ; what is missing counts as empty."""
    names = [*before, *(name for name in after if name not in before)]
    return [name for name in names if (before.get(name) or None) != (after.get(name) or None)]


def seen_as(revision_id: int, version: int) -> str:
    """Return what a form carries of the revision it was made from."""
    return f"{revision_id}.{version}"
