"""The blueprint that the pages of this part share."""

from flask import Blueprint

bp = Blueprint("privacy", __name__)
PURPOSE = "<any(privacy, identity, guardian):purpose>"
