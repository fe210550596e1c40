"""The blueprint that the pages of this part share."""

from flask import Blueprint

bp = Blueprint("tickets", __name__)
