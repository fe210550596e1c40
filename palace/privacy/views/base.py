"""The blueprint that the pages of this part share."""

from flask import Blueprint

bp = Blueprint("privacy", __name__)
MOST_VERSIONS = 10_000
PURPOSE = "<any(privacy, identity, guardian):purpose>"
