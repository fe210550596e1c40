"""What of a course is reviewed, the words of levels, and what a preview is known by: plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from palace.review.rules import Field, FieldKind
from palace.text import N_

SUBJECTS = {
    "calligraphy": N_("书法"),
    "painting": N_("绘画"),
    "vocal": N_("声乐"),
    "instrument": N_("器乐"),
    "dance": N_("舞蹈"),
    "fitness": N_("健身"),
    "photography": N_("摄影"),
    "go": N_("棋类"),
    "opera": N_("戏曲"),
    "handicraft": N_("手工"),
    "language": N_("语言"),
    "computer": N_("手机和电脑"),
    "health": N_("健康"),
    "talk": N_("讲座"),
    "other": N_("其他"),
}
"""The subjects that come with the tables, in their order."""
LEVELS = {
    0: N_("不分程度"),
    1: N_("零基础"),
    2: N_("初级"),
    3: N_("中级"),
    4: N_("高级"),
    5: N_("研修"),
}
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


def seen_as(parts: Iterable[object]) -> str:
    """Return what a form carries of what its page showed."""
    told = "\n".join(str(part) for part in parts)
    return hashlib.blake2s(told.encode(), digest_size=12).hexdigest()
