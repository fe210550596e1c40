"""The printing process: HTML in, PDF or PNG out, over a unix socket; one job at a time, recycled.

WeasyPrint crashes without fonts, must not share font state between threads and grows in memory,
so it lives here, alone, with its own fontconfig file and nothing it could fetch.
"""

from __future__ import annotations

import functools
import gc
import io
import json
import logging
import math
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import pypdfium2
from PIL import Image

from palace import printing_fonts
from palace.config import Settings
from palace.lifecycle import log_to_stderr

try:
    from weasyprint import CSS, HTML
    from weasyprint.logger import LOGGER as WEASY_LOG
    from weasyprint.text import ffi as native
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher
except OSError:  # Pango is not installed; `unfit` says so
    HTML = None

JOB_SECONDS = 20
JOBS_BEFORE_RECYCLING = 500
MEMORY_BYTES = 1536 * 1024 * 1024
PAGE_BYTES = 4 * 1024 * 1024
SHEETS_KEPT = 8
PICTURE_DPI = 300
DOTS_PER_MM = 96 / 25.4  # of CSS
PICTURE_COLOURS = 128
INHERITED_SOCKET = "PALACE_PRINTING_FD"

log = logging.getLogger("palace.printing")


class TooSlow(BaseException):
    """The alarm of a job; not an Exception, so that WeasyPrint does not swallow it."""


class GlyphMissing(Exception):
    """A character of the page is in none of our fonts: it would print as an empty box."""


class _GlyphWatch(logging.Handler):
    """Hears WeasyPrint draw an empty box, which it only warns of and text extraction hides."""

    seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.seen = self.seen or record.getMessage().startswith(".notdef glyph")


def main(settings: Settings, jobs: int = JOBS_BEFORE_RECYCLING) -> NoReturn:
    """Serve printing jobs until ended; start afresh in place, socket kept open, after so many jobs."""
    log_to_stderr()
    signal.signal(signal.SIGALRM, _ring)
    plug = _listen(settings.printing_socket)
    reason = unfit(settings.printing_socket.parent)
    if reason:
        log.error("printing unfit: %s", reason)
    else:
        _harden()
        make("pdf", "<!doctype html><title>票</title><b>票</b>票", title="票", lang="zh-CN")
        gc.freeze()  # what is here stays: no job's rubbish is looked for among it
        log.info("printing ready")
    for _ in range(jobs):
        serve_one(plug, reason)
    plug.set_inheritable(True)
    os.environ[INHERITED_SOCKET] = str(plug.fileno())
    os.execv(sys.executable, [sys.executable, "-m", "palace.printing_process"])  # noqa: S606 - ourselves again


def unfit(run_folder: Path) -> str | None:
    """Point fontconfig at our fonts alone; return why we cannot print, as a sentence with the command."""
    if HTML is None:
        return "Pango is missing: apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0"
    if native.harfbuzz_subset is None:
        return "libharfbuzz-subset is missing: apt-get install --no-install-recommends libharfbuzz-subset0"
    if not (printing_fonts.REGULAR.exists() and printing_fonts.BOLD.exists()):
        return f"The print fonts are missing in {printing_fonts.OUR_FONTS}: make run fetches them"
    printing_fonts.install(run_folder)
    if not _resolves(printing_fonts.EVERYDAY_FACE):
        return f"fontconfig does not find our fonts: remove {run_folder / 'fonts'} and start again"
    return None


def _resolves(family: str) -> bool:
    """Return whether fontconfig finds this very family; asked before Pango, which crashes without fonts."""
    ffi, fontconfig = native.ffi, native.fontconfig
    config = ffi.gc(fontconfig.FcInitLoadConfigAndFonts(), fontconfig.FcConfigDestroy)
    pattern = ffi.gc(fontconfig.FcPatternCreate(), fontconfig.FcPatternDestroy)
    fontconfig.FcPatternAddString(pattern, b"family", family.encode())
    fontconfig.FcConfigSubstitute(config, pattern, fontconfig.FcMatchFont)
    fontconfig.FcDefaultSubstitute(pattern)
    found = fontconfig.FcFontMatch(config, pattern, ffi.new("FcResult *"))
    name = ffi.new("FcChar8 **")
    if found == ffi.NULL or fontconfig.FcPatternGetString(found, b"family", 0, name):
        return False
    return bool(ffi.string(name[0]) == family.encode())


def _harden() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    WEASY_LOG.handlers = [logging.NullHandler()]
    WEASY_LOG.propagate = False  # its warnings quote the page


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


def _listen(path: Path) -> socket.socket:
    """Return the listening socket, in a folder nobody else enters; after recycling, the same one."""
    if number := os.environ.pop(INHERITED_SOCKET, ""):
        return socket.socket(fileno=int(number))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    os.chdir(
        path.parent
    )  # a relative name: the kernel takes 107 bytes, the whole path may be longer
    path.unlink(missing_ok=True)
    plug = socket.socket(socket.AF_UNIX)
    plug.bind(path.name)
    plug.listen(128)
    os.chdir("/")
    return plug


def serve_one(plug: socket.socket, reason: str | None) -> None:
    """Take one connection, do its job and answer; whatever goes wrong ends this job only."""
    caller, _ = plug.accept()
    with Connection(caller.detach()) as connection, _time_limit():
        try:
            verdict, body = _answer(connection, reason)
            connection.send_bytes(json.dumps({"refused": verdict}).encode())
            connection.send_bytes(body)
        except (OSError, EOFError, ValueError, KeyError, TooSlow) as error:
            log.warning("printing job broken off", extra={"values": {"why": type(error).__name__}})


@contextmanager
def _time_limit() -> Iterator[None]:
    signal.alarm(JOB_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def _answer(connection: Connection, reason: str | None) -> tuple[str | None, bytes]:
    """Return why the job is refused (None: it is not) and the printed bytes."""
    header = json.loads(connection.recv_bytes(PAGE_BYTES))
    page = connection.recv_bytes(PAGE_BYTES).decode()
    if reason:
        return "unfit", b""
    began = time.process_time()
    refused, body = None, b""
    try:
        body = make(header["kind"], page, title=header["title"], lang=header["lang"])
    except TooSlow:
        refused = "too_slow"
    except GlyphMissing:
        refused = "glyph_missing"
    except Exception as error:
        refused = type(error).__name__
    values = {"kind": header["kind"], "refused": refused, "bytes": len(body)}
    log.info(
        "printed",
        extra={"values": values | {"cpu_ms": round((time.process_time() - began) * 1000, 1)}},
    )
    return refused, body


@functools.cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@functools.lru_cache(maxsize=SHEETS_KEPT)
def _sheet(css: str) -> CSS:
    return CSS(string=css, font_config=_fonts(), url_fetcher=_fetcher())


def _own_sheets(page: Any) -> list[CSS]:
    """Take the style sheets out of a page: they are the same for every ticket, so they are read once."""
    sheets = []
    for head in page.findall("head"):
        for style in head.findall("style"):
            head.remove(style)
            sheets.append(_sheet(style.text or ""))
    return sheets


def _fetcher() -> URLFetcher:
    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)


def make(kind: str, page: str, *, title: str, lang: str) -> bytes:
    """Print a page, fetching nothing but data: URLs.

    One font configuration serves every job: safe in one thread, and one per document cost 10 MB each.

    Raises:
        GlyphMissing: some character would be an empty box.
    """
    watch = _GlyphWatch()
    WEASY_LOG.addHandler(watch)
    try:
        read = HTML(string=page, url_fetcher=_fetcher())
        sheets = [_sheet(printing_fonts.faces_css(page)), *_own_sheets(read.etree_element)]
        document = _drawn(read, sheets)
        if kind == "roll":
            document = _drawn(read, [*sheets, _sheet(_length(document))])
        document.metadata.title, document.metadata.lang = title, lang
        pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    finally:
        WEASY_LOG.removeHandler(watch)
    if watch.seen:
        raise GlyphMissing
    return _picture(pdf) if kind == "png" else pdf


def _drawn(read: Any, sheets: list[CSS]) -> Any:
    return read.render(font_config=_fonts(), stylesheets=sheets, pdf_variant="pdf/ua-1")


def _length(document: Any) -> str:
    """Return the style that cuts a roll's one long page below what has the id `end`, at whole millimetres."""
    page = document.pages[0]
    lowest = max(page.anchors["end"][1::2])
    return f"@page {{ size: {page.width / DOTS_PER_MM:.2f}mm {math.ceil(lowest / DOTS_PER_MM)}mm }}"


def _picture(pdf: bytes) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    try:
        image = document[0].render(scale=PICTURE_DPI / 72).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    image.quantize(PICTURE_COLOURS, dither=Image.Dither.NONE).save(
        out, "png", dpi=(PICTURE_DPI, PICTURE_DPI)
    )
    return out.getvalue()


if __name__ == "__main__":
    main(Settings.from_env())
