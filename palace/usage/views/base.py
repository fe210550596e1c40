"""What the pages of use share: the blueprint, and how paper is sent."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint
from wtforms import Form as PlainForm

from palace.errors import BadInput
from palace.members.posts import AT_COUNTERS, AT_PROGRAMME
from palace.web import wants_json

AnyForm = TypeVar("AnyForm", bound=PlainForm)

SEES = tuple(dict.fromkeys((*AT_COUNTERS, *AT_PROGRAMME)))
"""Who prints the week, and the slip of anybody's reservation."""

bp = Blueprint("usage", __name__)


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
