"""A poster as a print job: A4, to be read from two steps away and scanned from one."""

from __future__ import annotations

import segno
from flask import current_app, render_template, url_for
from flask_babel import gettext

from palace import printing, words
from palace.joining.models import Poster
from palace.venues.queries import head_site


def address(poster: Poster) -> str:
    """Return what the QR says: the palace's own address, whoever scans it."""
    return str(current_app.extensions["palace"].public_url) + url_for(
        "joining.poster_scanned", code=poster.code
    )


def pdf(poster: Poster) -> bytes:
    """Return a poster as a tagged A4 PDF.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    site, lang = head_site(), "zh-CN" if words.language() == "zh" else "en"
    title = gettext("扫码加入，看演出、上课、排练")
    html = render_template(
        "joining/paper/poster.html",
        lang=lang,
        title=printing.covered(title),
        palace_name=printing.covered(words.named(site)),
        seal=printing.covered(site.seal[:4]),
        unit=printing.covered(poster.unit.name_zh),
        qr=segno.make(address(poster), error="q", micro=False).png_data_uri(scale=8, border=4),
        address=address(poster),
    )
    return printing.to_pdf(html, title=title, lang=lang)
