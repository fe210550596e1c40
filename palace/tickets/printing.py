"""The ticket as a print job: A6 landscape with everything the door, the usher and the holder need."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import segno
from flask import render_template
from flask_babel import gettext
from markupsafe import Markup, escape
from pypinyin import lazy_pinyin
from sqlalchemy.exc import SQLAlchemyError

from palace import clock, printing, words
from palace.db import transaction
from palace.members.models import Member
from palace.notices import services as notices
from palace.tickets import queries
from palace.tickets.models import Entrant, Ticket
from palace.tickets.seatmap import spoken
from palace.tickets.tokens import ticket_token

QUIET_ZONE = 4
MASK = 2  # any mask is valid, and finding the best is four fifths of a QR's cost
DARK = re.compile(rb"\x01+")
LANG = {"zh": "zh-CN", "en": "en"}

log = logging.getLogger("palace.printing")


@dataclass(frozen=True)
class Holder:
    """The name on a ticket; `written` False when a glyph is lacking and pinyin stands for it."""

    words: str
    written: bool


@dataclass(frozen=True)
class Page:
    """A ticket ready for the printing process; it needs the database no more."""

    html: str
    title: str
    lang: str


def page_of(ticket: Ticket) -> Page:
    """Return the ticket as HTML; a name that cannot be written is told to the staff."""
    entrant = queries.entrant_of(ticket)
    name, title = holder(ticket.member, entrant), _title(ticket)
    html = render_template(
        "tickets/paper/a6.html", **_fields(ticket, name), is_named=entrant is not None
    )
    if not name.written:
        _tell_staff(ticket, name)
    return Page(html, title, LANG[words.language()])


def batch_of(tickets: Sequence[Ticket], names: Mapping[int, str]) -> Page:
    """Return tickets as one document, a page each; `names`: who comes by a ticket, where that is known."""
    bodies = [
        render_template(
            "tickets/paper/a6_body.html",
            **_fields(ticket, _written(ticket, names.get(ticket.id, ""))),
            is_named=False,
        )
        for ticket in tickets
    ]
    lang, title = LANG[words.language()], gettext("整批的票")
    html = render_template("tickets/paper/batch.html", bodies=bodies, lang=lang, title=title)
    return Page(html, title, lang)


def _written(ticket: Ticket, name: str) -> Holder:
    """Return a name that somebody wrote for a ticket as it prints, else its holder."""
    return Holder(printing.covered(name), written=True) if name else holder(ticket.member)


def pdf(page: Page) -> bytes:
    """Return the ticket as a tagged A6 PDF.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    return printing.to_pdf(page.html, title=page.title, lang=page.lang)


def png(page: Page) -> bytes:
    """Return the ticket as a picture of 300 dots an inch, for phones that lose PDFs.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    return printing.to_png(page.html, title=page.title, lang=page.lang)


def qr_svg(text: str, label: str | None = None) -> Markup:
    """Return a QR code as inline SVG, one unit a module; black on white also in dark mode."""
    rows = _qr(text).matrix
    path = "".join(
        f"M{run.start() + QUIET_ZONE} {y}h{run.end() - run.start()}"
        for y, row in enumerate(rows, QUIET_ZONE)
        for run in DARK.finditer(row)
    )
    size = len(rows) + 2 * QUIET_ZONE
    return Markup(  # noqa: S704 - numbers of our own; the label is escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {size} {size}" role="img" '
        f'aria-label="{escape(label or gettext("入场二维码"))}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path stroke="#000" transform="translate(0 .5)" d="{path}"/></svg>'
    )


def holder(member: Member, entrant: Entrant | None = None) -> Holder:
    """Return the name as it prints, the entrant's with the end of their document where one was asked for.

    With a glyph nobody has it is pinyin, and the end of the phone number.
    """
    name = entrant.name if entrant else words.called(member)
    end = gettext("手机尾号%(digits)s", digits=member.phone[-4:]) if member.phone else ""
    if entrant:
        end = gettext("证件尾号%(end)s", end=entrant.last_four)
    if not printing.missing(name):
        return Holder(f"{name} {end}" if entrant else name, written=True)
    syllables = [
        printing.covered(syllable, "").capitalize() for syllable in lazy_pinyin(_plain(name))
    ]
    said = " ".join(syllable for syllable in syllables if syllable)
    return Holder(f"{said} {end}".strip() or gettext("本人"), written=False)


def _plain(name: str) -> str:
    """Return a name with look-alike code points (CJK radicals, full-width letters) as the usual ones."""
    return unicodedata.normalize("NFKC", name)


def _qr(text: str) -> segno.QRCode:
    return segno.make(text, error="m", mask=MASK, micro=False, boost_error=False)


def _title(ticket: Ticket) -> str:
    return f"{words.named(ticket.performance.production, 'title')} {_where(ticket)[0]}"


def _where(ticket: Ticket) -> tuple[str, str]:
    """Return the seat's name and its door, both printable; places without seats have no door."""
    if ticket.seat is None:
        return gettext("不对号入座"), ""
    return spoken(ticket.seat), words.named(ticket.seat, "door")


def _fields(ticket: Ticket, name: Holder) -> dict[str, str]:
    show, seat = ticket.performance, ticket.seat
    site, lang = show.space.site, words.language()
    other = "en" if lang == "zh" else "zh"
    place, door = _where(ticket)
    is_entry = show.production.kind == "exhibition"
    fields = {
        "lang": LANG[lang],
        "other_lang": LANG[other],
        "palace_name": words.named(site),
        "palace_other": getattr(site, f"name_{other}"),
        "title": words.named(show.production, "title"),
        "title_other": getattr(show.production, f"title_{other}"),
        "day": words.day_words(show.starts_at, year=True),
        "short_day": words.day_words(show.starts_at, year=False),
        "starts": words.time_words(show.starts_at),
        "begins": gettext("入场") if is_entry else gettext("开演"),
        "doors": "" if is_entry else words.time_words(show.doors_at),
        "hall": words.named(show.space),
        "seat": place,
        "door": door,
        "seat_other": f"{getattr(seat, f'label_{other}')} · {getattr(seat, f'door_{other}')}"
        if seat
        else "",
        "tier": words.named(ticket.tier),
        "proof": words.named(ticket.tier, "proof"),
        "price": words.money_words(ticket.price),
        "holder": name.words,
        "collection_code": f"{ticket.collection_code[:4]} {ticket.collection_code[4:]}",
    }
    printable = {key: printing.covered(value) for key, value in fields.items()}
    return printable | {
        "seal": printing.covered(site.seal[:4]),
        "paid": "yes" if ticket.price else "",
        "by_phone": "yes" if ticket.member.phone else "",
        "qr": _qr(ticket_token(ticket)).png_data_uri(scale=1, border=QUIET_ZONE),
        "title_size": _size(_ems(printable["title"]), 11.5, 15, 37),
        "seat_size": _size(
            _ems(printable["seat"]) + 0.62 * _ems(printable["door"]), 9.9, 12, 15.5, 18.2
        ),
    }


def _ems(text: str) -> float:
    """Return about how wide a text prints, in widths of a Chinese character."""
    return sum(
        1.0 if unicodedata.east_asian_width(character) in "WF" else 0.54 for character in text
    )


def _size(width: float, *steps: float) -> str:
    """Return the class of type that fits: a size smaller for each width passed."""
    return f"fit{sum(width > step for step in steps)}"


def _tell_staff(ticket: Ticket, name: Holder) -> None:
    """Put the name on the staff's list; the ticket is printed whether or not that works."""
    values = {"ticket": ticket.code, "pinyin": name.words}
    try:
        with transaction():
            notices.owe("unprintable_name", f"ticket:{ticket.id}", "staff", values, clock.now())
    except SQLAlchemyError as error:
        log.warning("notice not written", extra={"values": {"kind": type(error).__name__}})
