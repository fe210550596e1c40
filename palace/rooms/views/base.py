"""What the pages of rooms share: the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("rooms", __name__)
