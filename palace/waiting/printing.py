"""The waiting slip as a print job: an A6 sheet for who waits without a phone at hand."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext

from palace import printing, words
from palace.tickets.printing import LANG, Page, holder
from palace.waiting.queries import Standing
from palace.waiting.rules import Wanted


def wish_words(wanted: Wanted) -> str:
    """Return a wish in words: 2张连座，少几张也行."""
    parts = [gettext("%(count)s张", count=wanted.count)]
    if wanted.count > 1:
        parts.append(gettext("要连座") if wanted.together else gettext("可以分开坐"))
        parts += [gettext("少几张也行")] if wanted.fewer else []
    return str(gettext("，")).join(parts)


def page_of(standing: Standing) -> Page:
    """Return the slip as HTML; its place is the one of this minute."""
    entry, show = standing.entry, standing.entry.performance
    site, lang = show.space.site, words.language()
    fields = {
        "lang": LANG[lang],
        "palace_name": words.named(site),
        "seal": site.seal[:4],
        "title": words.named(show.production, "title"),
        "when": f"{words.instant_words(show.starts_at)} · {words.named(show.space)}",
        "wish": wish_words(entry.wanted),
        "holder": holder(entry.member).words,
        "number": f"{entry.id}",
        "until": words.instant_words(entry.lapses_at) if entry.lapses_at else "",
        "joined": words.instant_words(entry.joined_at),
    }
    printable = {name: printing.covered(value) for name, value in fields.items()}
    html = render_template("waiting/paper/slip.html", place=standing.place, **printable)
    return Page(html, gettext("排队等票"), LANG[lang])


def pdf(page: Page) -> bytes:
    """Return the slip as a tagged A6 PDF.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    return printing.to_pdf(page.html, title=page.title, lang=page.lang)
