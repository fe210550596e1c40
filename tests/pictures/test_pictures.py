"""Pictures: read with care, made anew without what they tell, bounded in size."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageFile

from palace import clock, retention
from palace.db import db
from palace.pictures import queries, services
from palace.pictures.errors import NotAPicture, PictureTooLarge, PictureTooSmall
from palace.pictures.rules import LARGE, MEGABYTES, SMALL, SMALLEST, check_bytes, check_size, fitted
from tests.factory import Factory
from tests.review.conftest import Desk, desk

__all__ = ["desk"]

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def sent(
    mode: str = "RGB", size: tuple[int, int] = (800, 500), to: str = "PNG", **how: Any
) -> bytes:
    """Return a picture as somebody uploads it."""
    kept = io.BytesIO()
    Image.new(mode, size, how.pop("colour", 0)).save(kept, to, **how)
    return kept.getvalue()


def kept(content: bytes) -> Image.Image:
    """Keep a picture; return what stands in the database."""
    code = services.keep(io.BytesIO(content)).code
    return Image.open(io.BytesIO(queries.any_bytes(code, "large") or b""))


@pytest.mark.parametrize("to", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_three_formats_become_jpeg(make: Factory, to: str, mode: str) -> None:
    found = kept(sent(mode, to=to))
    assert (found.format, found.mode, found.size) == ("JPEG", "RGB", (800, 500))


@pytest.mark.parametrize("mode", ["P", "1", "LA", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(make: Factory, mode: str) -> None:
    assert kept(sent(mode)).mode == "RGB"


def test_printers_colours_are_read(make: Factory) -> None:
    assert kept(sent("CMYK", to="JPEG")).mode == "RGB"


def test_what_is_clear_becomes_white(make: Factory) -> None:
    red, green, blue = kept(sent("RGBA", colour=(0, 0, 0, 0))).getpixel((5, 5))  # type: ignore[misc]  # three of RGB
    assert min(red, green, blue) > 250


def test_nothing_is_told_of_place_and_camera_and_it_stands_upright(make: Factory) -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, "某牌手机"
    exif.get_ifd(GPS)[1] = "N"
    found = kept(sent(to="JPEG", exif=exif, comment=b"secret", size=(900, 600)))
    assert found.size == (600, 900)
    assert dict(found.getexif()) == {}
    assert {"exif", "comment", "icc_profile", "xmp"}.isdisjoint(found.info)


def test_it_is_kept_in_two_bounded_sizes_and_once(make: Factory) -> None:
    content = sent(size=(4000, 2000), to="JPEG")
    first, again = (services.keep(io.BytesIO(content)) for _ in range(2))
    assert first.code == again.code
    assert (first.width, first.height) == (LARGE, LARGE // 2)
    small = Image.open(io.BytesIO(queries.any_bytes(first.code, "small") or b""))
    assert small.size == (SMALL, SMALL // 2)


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of some bytes that says it is huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (200_000, 300), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_header(make: Factory, size: tuple[int, int]) -> None:
    with pytest.raises((PictureTooLarge, NotAPicture)):
        services.keep(io.BytesIO(bomb(*size)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        sent()[:200],
        sent(to="JPEG")[:400],
        sent(to="GIF"),
        sent(to="BMP"),
        sent(to="TIFF"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 500,
        b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 200,
    ],
)
def test_what_is_no_picture_is_refused(
    make: Factory, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    with pytest.raises(NotAPicture):
        services.keep(io.BytesIO(content))


def test_the_edges_of_size() -> None:
    check_bytes(MEGABYTES << 20)
    with pytest.raises(PictureTooLarge):
        check_bytes((MEGABYTES << 20) + 1)
    check_size(8000, 5000)
    with pytest.raises(PictureTooLarge):
        check_size(8000, 5001)
    check_size(SMALLEST, 1)
    with pytest.raises(PictureTooSmall):
        check_size(SMALLEST - 1, SMALLEST - 1)
    assert (fitted(100, 50, 480), fitted(4000, 1, 480)) == ((100, 50), (480, 1))


def test_one_that_stands_nowhere_is_let_go_after_a_week(make: Factory, desk: Desk) -> None:
    waiting, shown, lost = (
        services.keep(io.BytesIO(sent(colour=colour))).code for colour in ("red", "green", "blue")
    )
    desk.write(picture=waiting)
    services.show(shown, clock.now())
    rules, after = make.rules(), clock.now() + timedelta(days=make.rules().export_keep_days)
    assert retention.tidy(rules, after - timedelta(minutes=1))["pictures"] == 0
    assert retention.tidy(rules, after)["pictures"] == 1
    left = [code for code in (waiting, shown, lost) if queries.any_bytes(code, "small")]
    assert left == [waiting, shown]


def test_the_public_gets_it_only_once_it_is_shown(client: FlaskClient, make: Factory) -> None:
    make.site()
    picture = services.keep(io.BytesIO(sent()))
    paths = [f"/pictures/{picture.code}.jpg", f"/pictures/small/{picture.code}.jpg"]
    assert [client.get(path).status_code for path in paths] == [404, 404]
    services.show(picture.code, clock.now())
    db.session.flush()
    for path in paths:
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in answer.headers


TAKES = """
import re, sys
from palace.pictures.services import _drawn
def most(): return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) >> 10
before = most()
print(_drawn(sys.stdin.buffer.read()).size, most() - before)
"""


def test_the_largest_picture_takes_two_copies_of_its_points_and_no_more() -> None:
    largest = sent("RGBA", (8000, 5000), colour=(200, 10, 10, 90))

    told = subprocess.run(
        [sys.executable, "-c", TAKES], input=largest, capture_output=True, check=True, timeout=60
    )

    size, _, megabytes = told.stdout.decode().strip().rpartition(" ")
    assert size == "(1280, 800)"
    assert int(megabytes) < 450  # 160 MB unfolded, 160 MB to blend
