"""What the pages of use share: the blueprint, and how paper is sent."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, Response, make_response
from flask_login import current_user
from wtforms import Form as PlainForm

from palace.errors import BadInput
from palace.members.posts import AT_COUNTERS, AT_PROGRAMME
from palace.throttle import limiter
from palace.usage import printing
from palace.usage.printing import Job
from palace.web import wants_json

AnyForm = TypeVar("AnyForm", bound=PlainForm)
PRINTS = limiter.shared_limit(
    "20 per minute", scope="prints", key_func=lambda: str(current_user.actor)
)
"""Paper is dear: nobody makes others wait by printing one slip over and over."""

SEES = tuple(dict.fromkeys((*AT_COUNTERS, *AT_PROGRAMME)))
"""Who prints the week, and the slip of anybody's reservation."""

bp = Blueprint("usage", __name__)


def sent(job: Job, name: str) -> Response:
    """Print a page and send it, to be shown."""
    response = make_response(printing.pdf(job))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def refused(form: PlainForm) -> BadInput | None:
    """Return what is wrong with a query, None where nothing is; a program is refused at once.

    Raises:
        BadInput: a program asked wrongly.
    """
    if form.validate():
        return None
    refusal = BadInput(fields={field.name: str(field.errors[0]) for field in form if field.errors})
    if wants_json():
        raise refusal
    return refusal
