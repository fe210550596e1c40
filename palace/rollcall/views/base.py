"""What the pages of teachers share: the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("rollcall", __name__)
