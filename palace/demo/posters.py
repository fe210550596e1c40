"""Pictures of the demonstration's productions: drawn here, so that nobody's rights are in them."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1280, 720
SKIES = (
    ("#7c1013", "#e3be6c"),
    ("#1d3b4f", "#e8c98a"),
    ("#2d4a3a", "#f0dca8"),
    ("#3a2a55", "#e5a07a"),
    ("#5c2a1a", "#f2cf8d"),
)
Paint = Callable[[ImageDraw.ImageDraw], None]


def poster(number: int, kind: str) -> io.BytesIO:
    """Return the picture of a production as somebody would upload it."""
    dark, light = SKIES[number % len(SKIES)]
    drawn = _sky(dark, light)
    pen = ImageDraw.Draw(drawn)
    SCENES.get(kind, _stage)(pen)
    to = io.BytesIO()
    drawn.save(to, "JPEG", quality=92)
    to.seek(0)
    return to


def _sky(dark: str, light: str) -> Image.Image:
    """Return a field that goes from dark above to light below."""
    fade = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    above, below = Image.new("RGB", fade.size, dark), Image.new("RGB", fade.size, light)
    return Image.composite(below, above, fade)


def _stage(pen: ImageDraw.ImageDraw) -> None:
    """Draw a raised curtain over boards, and a light on them."""
    pen.polygon([(640, 0), (300, 640), (980, 640)], fill="#f7e6b8")
    pen.rectangle((0, 620, WIDTH, HEIGHT), fill="#4a2a1c")
    for side in (0, 1):
        for fold in range(6):
            edge = fold * 55
            left, right = (edge, edge + 55) if side == 0 else (WIDTH - edge - 55, WIDTH - edge)
            pen.rectangle((left, 0, right, 640 - fold * 40), fill=("#8f1519", "#6d0f12")[fold % 2])
    pen.rectangle((0, 0, WIDTH, 90), fill="#7c1013")
    for scallop in range(0, WIDTH, 160):
        pen.pieslice((scallop, 20, scallop + 160, 170), 0, 180, fill="#a61b1e", outline="#e3be6c")


def _strings(pen: ImageDraw.ImageDraw) -> None:
    """Draw waves as strings make them."""
    for line in range(9):
        points = [
            (x, 360 + (line - 4) * 46 + (60 - line * 5) * math.sin(x / 110 + line / 2))
            for x in range(0, WIDTH + 1, 8)
        ]
        pen.line(points, fill="#fff4d6", width=4)


def _frames(pen: ImageDraw.ImageDraw) -> None:
    """Draw pictures on a wall."""
    for column in range(4):
        left, top = 90 + column * 290, 150 + 50 * (column % 2)
        pen.rectangle(
            (left, top, left + 220, top + 300), fill="#fffdf7", outline="#8a6414", width=10
        )
        pen.polygon(
            [(left + 20, top + 280), (left + 90, top + 120), (left + 200, top + 280)],
            fill="#3c7f5e",
        )
        pen.ellipse((left + 130, top + 50, left + 180, top + 100), fill="#bd8820")


def _moon(pen: ImageDraw.ImageDraw) -> None:
    """Draw a moon over two hills and a bridge between them."""
    pen.ellipse((860, 80, 1060, 280), fill="#fff4d6")
    pen.pieslice((-200, 380, 620, 1200), 180, 360, fill="#2f3d2c")
    pen.pieslice((660, 380, 1480, 1200), 180, 360, fill="#26331f")
    pen.arc((430, 420, 850, 760), 180, 360, fill="#f2cf8d", width=16)


SCENES: dict[str, Paint] = {
    "concert": _strings,
    "exhibition": _frames,
    "film": _moon,
    "children": _moon,
}
