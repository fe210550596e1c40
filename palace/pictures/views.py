"""Pictures the public may see, at addresses made of their content: kept for a year by whoever asks."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, url_for

from palace.addresses import YEAR
from palace.errors import NotFound
from palace.pictures import queries
from palace.web import public

bp = Blueprint("pictures", __name__, url_prefix="/pictures")


def init_app(app: Flask) -> None:
    """Register the addresses, and let templates name them."""
    app.register_blueprint(bp)
    app.jinja_env.globals["picture_url"] = picture_url


def picture_url(code: str, size: str = "large") -> str:
    """Return the address of a picture the public may see."""
    return url_for(f"pictures.{size}", code=code)


@bp.get("/<code:code>.jpg")
@public
def large(code: str) -> Response:
    """Send a picture as it stands on a production's page."""
    return _sent(code, "large")


@bp.get("/small/<code:code>.jpg")
@public
def small(code: str) -> Response:
    """Send a picture as lists show it."""
    return _sent(code, "small")


def _sent(code: str, size: str) -> Response:
    content = queries.shown_bytes(code, size)
    if content is None:
        raise NotFound
    response = Response(content, mimetype="image/jpeg")
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
