"""What is printed for somebody who asked: a page that needs the database no more, as a PDF to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response
from flask_login import current_user

from palace import printing
from palace.throttle import limiter

PRINTS = limiter.shared_limit(
    "20 per minute", scope="prints", key_func=lambda: str(current_user.actor)
)
"""Paper is dear: nobody makes others wait by printing the same over and over."""


@dataclass(frozen=True)
class Job:
    """A page ready for the printing process; `roll`: for a till's paper roll, else A4."""

    html: str
    title: str
    lang: str
    roll: bool = False


def sent(job: Job, name: str) -> Response:
    """Print a page as a tagged PDF and send it, to be shown.

    Raises:
        PrintingAway: the printing process is restarting.
    """
    to = printing.to_roll if job.roll else printing.to_pdf
    response = make_response(to(job.html, title=job.title, lang=job.lang))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
