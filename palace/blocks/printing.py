"""A block on paper: the poster with its link, the tickets of a batch, and the sheet people sign."""

from __future__ import annotations

import segno
from flask import current_app, render_template, url_for
from flask_babel import gettext

from palace import printing, words
from palace.blocks import queries
from palace.blocks.models import Block
from palace.blocks.queries import Given
from palace.errors import NotFound
from palace.tickets import printing as tickets
from palace.tickets.seatmap import spoken
from palace.venues.queries import head_site


def address(block: Block) -> str:
    """Return the link of a block as a chat group gets it: the palace's own address, whoever opens it."""
    path = url_for("blocks.link", code=block.code)
    return str(current_app.extensions["palace"].public_url) + path


def poster(block: Block) -> bytes:
    """Return the link on A4, to be scanned from a wall.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    show = block.performance
    title = words.named(show.production, "title")
    html = render_template(
        "blocks/paper/poster.html",
        **_house(),
        title=printing.covered(title),
        unit=printing.covered(block.unit.name_zh),
        when=words.instant_words(show.starts_at),
        hall=printing.covered(words.named(show.space)),
        until=words.instant_words(block.releases_at),
        turn=words.instant_words(block.turn_at) if block.turn_at else "",
        qr=segno.make(address(block), error="q", micro=False).png_data_uri(scale=8, border=4),
        address=address(block),
    )
    return printing.to_pdf(html, title=title, lang=_lang())


def batch(block: Block) -> bytes:
    """Return the paper tickets of a block, a page each in the order of the seats.

    Raises:
        NotFound: there are none.
        PrintingAway: the printing process is restarting.
    """
    papers = [one for one in queries.given(block) if one.paper]
    if not papers:
        raise NotFound
    page = tickets.batch_of(
        [one.ticket for one in papers], {one.ticket.id: one.name for one in papers}
    )
    return tickets.pdf(page)


def sheet(block: Block) -> bytes:
    """Return the sheet on which everybody signs for their ticket, sorted by seat.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    title = gettext("领票签收表")
    show = block.performance
    html = render_template(
        "blocks/paper/sheet.html",
        **_house(),
        title=title,
        show=printing.covered(words.named(show.production, "title")),
        when=words.instant_words(show.starts_at),
        hall=printing.covered(words.named(show.space)),
        unit=printing.covered(block.unit.name_zh),
        until=words.instant_words(block.releases_at),
        rows=[_row(one) for one in queries.given(block)],
    )
    return printing.to_pdf(html, title=title, lang=_lang())


def _row(one: Given) -> dict[str, str]:
    place = spoken(one.seat) if one.seat else gettext("不对号入座")
    door = words.named(one.seat, "door") if one.seat else ""
    return {
        "seat": printing.covered(place),
        "door": printing.covered(door),
        "name": printing.covered(one.name),
        "code": f"{one.ticket.collection_code[:4]} {one.ticket.collection_code[4:]}",
    }


def _house() -> dict[str, str]:
    site = head_site()
    return {
        "lang": _lang(),
        "palace_name": printing.covered(words.named(site)),
        "seal": printing.covered(site.seal[:4]),
    }


def _lang() -> str:
    return "zh-CN" if words.language() == "zh" else "en"
