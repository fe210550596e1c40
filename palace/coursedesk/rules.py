"""What of a course is reviewed, whom it concerns that a class is called off: plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from palace import proposals
from palace.review.rules import Field, FieldKind
from palace.teachers.rules import LEVELS, SUBJECTS
from palace.text import N_

FIELDS = (
    Field(name="subject", words=N_("门类"), kind=FieldKind.WORD, choices=SUBJECTS),
    Field(name="title_zh", words=N_("课程名称")),
    Field(name="title_en", words=N_("课程名称（英文）")),
    Field(name="picture", words=N_("图片"), kind=FieldKind.PICTURE),
    Field(name="about_zh", words=N_("介绍"), kind=FieldKind.TEXT),
    Field(name="about_en", words=N_("介绍（英文）"), kind=FieldKind.TEXT),
    Field(name="bring_zh", words=N_("要带什么"), kind=FieldKind.TEXT),
    Field(name="bring_en", words=N_("要带什么（英文）"), kind=FieldKind.TEXT),
    Field(name="level", words=N_("程度"), kind=FieldKind.WORD, choices=LEVELS),
    Field(name="min_age", words=N_("最小几岁"), kind=FieldKind.NUMBER),
    Field(name="max_age", words=N_("最大几岁"), kind=FieldKind.NUMBER),
)
WORDS = {field.name: field.words for field in FIELDS}
OLDEST = 120


class CallOffState(StrEnum):
    """How a proposal to call a class off stands: until a second person decides, and after that."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Figures(proposals.Figures):
    """Whom it concerns that a class is called off: people, their places, who waits, what goes back."""

    places: int
    waiting: int


def seen_as(parts: Iterable[object]) -> str:
    """Return what a form carries of what its page showed."""
    told = "\n".join(str(part) for part in parts)
    return hashlib.blake2s(told.encode(), digest_size=12).hexdigest()
