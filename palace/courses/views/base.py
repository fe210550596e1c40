"""What the pages of courses share: the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("courses", __name__)
