"""A batch as a print job: slips to be cut from A4, each with its code and its QR."""

from __future__ import annotations

from collections.abc import Sequence

import segno
from flask import current_app, render_template, url_for

from palace import printing, words
from palace.codes.models import CodeBatch
from palace.codes.rules import in_groups
from palace.venues.queries import head_site


def address(text: str) -> str:
    """Return what a slip's QR says: the palace's own address, in capitals and so in a smaller picture."""
    public_url = str(current_app.extensions["palace"].public_url)
    return public_url + url_for("codes.link", typed=text)


def slips(batch: CodeBatch, codes: Sequence[tuple[int, str]]) -> bytes:
    """Return the slips of numbered codes as a tagged A4 PDF, ten a page.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    show, lang = batch.performance, "zh-CN" if words.language() == "zh" else "en"
    title = words.named(show.production, "title")
    html = render_template(
        "codes/paper/slips.html",
        lang=lang,
        palace_name=printing.covered(words.named(head_site())),
        title=printing.covered(title),
        when=words.instant_words(show.starts_at),
        hall=printing.covered(words.named(show.space)),
        until=words.instant_words(batch.ends_at),
        label=printing.covered(batch.label),
        each=batch.each,
        tier=printing.covered(words.named(batch.tier)) if batch.tier else "",
        slips=[
            {"number": number, "code": in_groups(text), "qr": _qr(address(text))}
            for number, text in codes
        ],
    )
    return printing.to_pdf(html, title=title, lang=lang)


def _qr(text: str) -> str:
    return segno.make(text, error="m", micro=False).svg_data_uri(border=2)
