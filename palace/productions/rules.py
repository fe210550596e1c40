"""What of a production the public reads, and so what is reviewed: plain values."""

from __future__ import annotations

from palace.programme.rules import KINDS, LATE_ENTRY
from palace.review.rules import Field, FieldKind
from palace.text import N_

FIELDS = (
    Field(name="kind", words=N_("类型"), kind=FieldKind.WORD, choices=KINDS),
    Field(name="title_zh", words=N_("剧目名称")),
    Field(name="title_en", words=N_("剧目名称（英文）")),
    Field(name="picture", words=N_("图片"), kind=FieldKind.PICTURE),
    Field(name="about_zh", words=N_("介绍"), kind=FieldKind.TEXT),
    Field(name="about_en", words=N_("介绍（英文）"), kind=FieldKind.TEXT),
    Field(name="minutes", words=N_("演出几分钟"), kind=FieldKind.NUMBER),
    Field(name="age_zh", words=N_("年龄、身高要求")),
    Field(name="age_en", words=N_("年龄、身高要求（英文）")),
    Field(name="late_entry", words=N_("迟到的人"), kind=FieldKind.WORD, choices=LATE_ENTRY),
    Field(name="late_minute", words=N_("中场休息在开演后几分钟"), kind=FieldKind.NUMBER),
    Field(name="entry_note_zh", words=N_("入场须知"), kind=FieldKind.TEXT),
    Field(name="entry_note_en", words=N_("入场须知（英文）"), kind=FieldKind.TEXT),
    Field(name="partner_zh", words=N_("合作单位")),
    Field(name="partner_en", words=N_("合作单位（英文）")),
    Field(name="permit_number", words=N_("批准文号")),
    Field(name="permit_authority", words=N_("批准机关")),
    Field(name="permit_until", words=N_("批准到哪天为止"), kind=FieldKind.DAY),
)
WORDS = {field.name: field.words for field in FIELDS}
LONGEST_MINUTES = 12 * 60
