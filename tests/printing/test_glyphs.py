"""Every character that counts as printable really is drawn, and not as an empty box.

Extracting text proves nothing here: WeasyPrint writes the character beside the box it drew.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from palace import printing
from palace.errors import PrintingAway
from palace.printing_fonts import RARE_FONTS, REGULAR, everyday, faces_css

pytestmark = pytest.mark.paper

SIDE = 64
PAGE = (
    "<!doctype html><html lang=zh-CN><title>字</title><style>@page{{size:30mm;margin:5mm}}"
    'body{{margin:0;font:40pt "Palace Sans","Noto Sans SC",HanaMinA,HanaMinB}}</style><p>{}'
)


def shape(picture: Image.Image) -> Image.Image:
    """Return the ink of a picture, cut out and brought to one size."""
    ink = ImageChops.invert(picture.convert("L"))
    return ink.crop(ink.getbbox()).resize((SIDE, SIDE))


def drawn(character: str, font: Path) -> Image.Image:
    picture = Image.new("L", (400, 400), 255)
    face = ImageFont.truetype(str(font), 200)
    ImageDraw.Draw(picture).text((80, 40), character, font=face, fill=0)
    return shape(picture)


def difference(one: Image.Image, other: Image.Image) -> float:
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]


@pytest.mark.usefixtures("printer")
@pytest.mark.parametrize(
    ("character", "font"),
    [
        ("文", REGULAR),
        ("龑", REGULAR),
        ("㛃", REGULAR),
        ("䶮", REGULAR),
        ("𠮷", RARE_FONTS / "HanaMinB.ttf"),
    ],
)
def test_a_rare_character_is_drawn_and_no_box(app: Flask, character: str, font: Path) -> None:
    with app.test_request_context():
        png = printing.to_png(PAGE.format(character), title="字", lang="zh-CN")

    printed = shape(Image.open(io.BytesIO(png)))
    assert difference(printed, drawn(character, font)) < 12
    assert difference(printed, drawn("\U000f0001", font)) > 40


@pytest.mark.usefixtures("printer")
def test_a_character_nobody_has_is_refused_rather_than_drawn_as_a_box(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with app.test_request_context(), pytest.raises(PrintingAway):
        printing.to_pdf(PAGE.format("\U000f0001"), title="字", lang="zh-CN")

    assert caplog.records[-1].__dict__["values"]["why"] == "glyph_missing"


def test_rarer_faces_are_named_only_where_a_page_needs_them() -> None:
    assert faces_css("<p>票 1\n一人一票，扫二维码</p>") == 'html { font-family: "Palace Sans" }'
    for rarer in ("<p>票龑</p>", "<p>𠮷</p>"):
        assert '"Palace Sans", "Noto Sans SC", "HanaMinA", "HanaMinB"' in faces_css(rarer)


def test_every_character_of_gb2312_and_the_rare_ones_of_names_is_covered() -> None:
    han = {point for point in everyday() if 0x4E00 <= point <= 0x9FFF}

    assert len(han) == 6763
    assert printing.missing("".join(map(chr, everyday()))) == set()
    assert printing.missing("㛃䶮𠮷𬭚𬍛𬱖𫍯𫖯𫝀𪚥𬎆·—“”《》（）张建华 Ä é") == set()


def test_missing_glyphs_are_named_and_replaced() -> None:
    assert printing.missing("张\U000f0001华") == {"\U000f0001"}
    assert printing.covered("张\U000f0001华") == "张〓华"
    assert printing.covered("张\U000f0001华", "") == "张华"
