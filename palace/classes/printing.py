"""The roster of a class and its attendance sheet as print jobs, on as many sheets as they need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import render_template
from flask_babel import gettext

from palace import printing, words
from palace.classes.queries import Learner
from palace.classes.rules import across
from palace.courses.models import ClassSession, Offering
from palace.paper import Job
from palace.tickets.printing import LANG


def roster(
    offering: Offering, people: Sequence[Learner], sessions: Sequence[ClassSession], now: datetime
) -> Job:
    """Return the roster of a class: everybody with the end of their number, and room for a signature."""
    return _job(
        "classes/paper/roster.html",
        gettext("学员名册"),
        offering=offering,
        people=people,
        sessions=sessions,
        now=now,
    )


def attendance(
    offering: Offering, people: Sequence[Learner], sessions: Sequence[ClassSession], now: datetime
) -> Job:
    """Return the attendance sheet of a class (考勤表): names by sessions, to be ticked by hand."""
    return _job(
        "classes/paper/attendance.html",
        gettext("考勤表"),
        offering=offering,
        people=people,
        sessions=sessions,
        sheets=across(sessions),
        now=now,
    )


def _job(template: str, title: str, **values: Any) -> Job:
    lang = LANG[words.language()]
    html = render_template(template, title=title, lang=lang, **values)
    return Job(printing.covered(html), title, lang)
