"""The sign that hangs at a door, as a print job: A4, scanned by who stands before it."""

from __future__ import annotations

import segno
from flask import render_template
from flask_babel import gettext

from palace import printing, words
from palace.rooms.models import Room


def pdf(room: Room, address: str) -> bytes:
    """Return a door's sign with its printed code as a tagged A4 PDF.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    lang = "zh-CN" if words.language() == "zh" else "en"
    site, title = room.space.site, words.named(room.space)
    html = render_template(
        "arrivals/paper/sign.html",
        lang=lang,
        title=printing.covered(title),
        palace_name=printing.covered(words.named(site)),
        seal=printing.covered(site.seal[:4]),
        minutes=room.policy.grace_minutes,
        qr=segno.make(address, error="q", micro=False).png_data_uri(scale=8, border=4),
        said=gettext("到了，扫码签到"),
    )
    return printing.to_pdf(html, title=title, lang=lang)
