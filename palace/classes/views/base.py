"""What the pages of classes share: the blueprint, who may, a picture that nobody else sees."""

from __future__ import annotations

from flask import Blueprint, Response

from palace.courses.models import Offering
from palace.errors import NotFound
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import Role
from palace.pictures.queries import any_bytes

bp = Blueprint("classes", __name__)
MAY = (Role.TEACHER, *AT_PROGRAMME)
"""Who teaches a class, and the office of its house; which class is theirs is looked up."""
OF_CLASS = "/classes/<id:offering_id>"


def picture_of(offering: Offering) -> Response:
    """Send the picture of a class's chat group to somebody who was let in; nothing in between keeps it.

    Raises:
        NotFound: it has none.
    """
    content = any_bytes(offering.chat_picture or "", "large")
    if content is None:
        raise NotFound
    response = Response(content, mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response
