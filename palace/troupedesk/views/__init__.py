"""文艺团队: a leader's own pages, and the desk that looks after troupes."""

from flask import Flask

from palace.troupedesk.views import desk, ending, leading, naming, roster, seasons
from palace.troupedesk.views.base import leaders, staff

__all__ = ["desk", "ending", "init_app", "leading", "naming", "roster", "seasons"]


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(leaders)
    app.register_blueprint(staff)
