"""The faces we print with: which characters they have, and the fontconfig file that names only them.

Three layers: a cut of Noto Sans SC to the everyday characters, made here because a small font costs
a third less per ticket; the whole of Noto for rarer ones; HanaMin for the names nobody else can write.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools import subset
from fontTools.ttLib import TTFont

from palace.config import ROOT

OUR_FONTS = ROOT / "static" / "vendor" / "fonts"
RARE_FONTS = Path("/usr/share/fonts/truetype/hanazono")
REGULAR, BOLD = OUR_FONTS / "NotoSansSC_400Regular.ttf", OUR_FONTS / "NotoSansSC_700Bold.ttf"
EVERYDAY_FACE = "Palace Sans"
RARER_FACES = ("Noto Sans SC", "HanaMinA", "HanaMinB")
LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x180))
PUNCTUATION = "·–—‘’“”…¥￥、。〈〉《》「」『』【】〓（），：；？！～"
FAMILY_NAMES = (1, 4, 16)
POSTSCRIPT_NAME = 6
LAST_CODE_POINT = 0x10FFFF


@functools.cache
def coverage() -> bytes:
    """Return one byte per code point: 1 where Noto in both weights, or a rare-name font, has the glyph."""
    shared = _code_points(REGULAR) & _code_points(BOLD)
    flags = bytearray(LAST_CODE_POINT + 1)
    for code_point in shared.union(*(_code_points(path) for path in RARE_FONTS.glob("*.ttf"))):
        flags[code_point] = 1
    return bytes(flags)


def _code_points(path: Path) -> set[int]:
    if not path.exists():
        return set()
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())


def install(run_folder: Path) -> None:
    """Make the everyday faces if they are missing or old, and point fontconfig at our folders alone."""
    own = run_folder / "fonts"
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    for source in (REGULAR, BOLD):
        cut = own / source.name
        if not cut.exists() or cut.stat().st_mtime < source.stat().st_mtime:
            _cut(source, cut)
    folders = "".join(
        f"<dir>{escape(str(folder))}</dir>" for folder in (own, OUR_FONTS, RARE_FONTS)
    )
    cache = escape(str(run_folder / "fontconfig"))
    path = run_folder / "fonts.conf"
    path.write_text(f"<fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>")
    os.environ["FONTCONFIG_FILE"] = str(path)


def _cut(source: Path, target: Path) -> None:
    """Write the everyday characters of a face under a family name of its own."""
    options = subset.Options(layout_features=["kern"], hinting=False)
    with subset.load_font(str(source), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=everyday())
        cutter.subset(font)
        for record in font["name"].names:
            if record.nameID in FAMILY_NAMES:
                record.string = EVERYDAY_FACE
            elif record.nameID == POSTSCRIPT_NAME:
                record.string = f"{EVERYDAY_FACE.replace(' ', '')}-{source.stem}"
        new = target.with_suffix(".new")
        subset.save_font(font, str(new), options)
    new.rename(target)


def faces_css(page: str) -> str:
    """Return the rule that names the faces of a page; rarer ones only where it needs them, each is dear."""
    needed = {ord(character) for character in set(page) if not character.isspace()}
    rarer = () if needed <= everyday() else RARER_FACES
    faces = ", ".join(f'"{face}"' for face in (EVERYDAY_FACE, *rarer))
    return f"html {{ font-family: {faces} }}"


@functools.cache
def everyday() -> frozenset[int]:
    """Return the code points of Latin, our punctuation and the 6,763 characters of GB 2312."""
    rows = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    han = "".join(row.decode("gb2312", errors="ignore") for row in rows)
    return frozenset([*LATIN, *map(ord, han), *map(ord, PUNCTUATION)])
