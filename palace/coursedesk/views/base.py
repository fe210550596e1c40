"""What the desk's pages share: the blueprint."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("coursedesk", __name__)
