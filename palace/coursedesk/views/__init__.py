"""Pages and addresses of the desk of courses."""

from flask import Flask

from palace.coursedesk.views import opening  # noqa: F401 - its addresses
from palace.coursedesk.views.base import bp


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
