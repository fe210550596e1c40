"""A teacher's month of lessons (课时单) as a print job."""

from __future__ import annotations

from datetime import datetime

from flask import render_template
from flask_babel import gettext

from palace import printing, words
from palace.paper import Job
from palace.rollcall.queries.hours import Month
from palace.tickets.printing import LANG
from palace.venues.models import Site


def hours_sheet(month: Month, site: Site, *, checked_by: str, now: datetime) -> Job:
    """Return a teacher's month: by class every session with its lessons, signed and checked by whom."""
    lang, title = LANG[words.language()], gettext("课时单")
    html = render_template(
        "rollcall/paper/hours.html",
        lang=lang,
        title=title,
        month=month,
        site=site,
        checked_by=checked_by,
        now=now,
    )
    return Job(printing.covered(html), title, lang)
