"""Pages of troupes."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
